"""Closed sets about patients: phones, privacy, consent."""

from enum import StrEnum


class PrivacyLevel(StrEnum):
    """How much a text may say: standard, a neutral sender, or no texts at all."""

    STANDARD = "standard"
    NEUTRAL = "neutral"
    NONE = "none"


class SmsSafety(StrEnum):
    """Whether texting this phone is safe. Unknown means no texts."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class PhoneHolder(StrEnum):
    """Whose phone it is."""

    SELF = "self"
    PARENT = "parent"
    CAREGIVER = "caregiver"
    RELATIVE = "relative"
    FRIEND = "friend"
    OTHER = "other"


class ConsentMethod(StrEnum):
    """How consent was taken."""

    IN_PERSON = "in_person"
    BY_PHONE = "by_phone"
    ON_PAPER = "on_paper"
    BY_TEXT = "by_text"
    #: On the patient's own page.
    ON_PLAN_PAGE = "on_plan_page"
    #: Nobody spoke: two records were joined, of which one bars the organization, or were taken apart again.
    BY_JOINING_RECORDS = "by_joining_records"


class OptOutKind(StrEnum):
    """What happened to the ledger of a phone number."""

    STOP = "stop"
    START = "start"
    PROVIDER_BLOCK = "provider_block"
    STAFF = "staff"
    WRONG_NUMBER = "wrong_number"
    NEW_CONSENT = "new_consent"


class PauseCause(StrEnum):
    """Why texts rest: staff said so, or a text may have asked for no more of them."""

    STAFF = "staff"
    POSSIBLE_STOP = "possible_stop"


#: How staff can have taken a consent; the other ways are the patient's own.
TAKEN_BY_STAFF = (ConsentMethod.IN_PERSON, ConsentMethod.BY_PHONE, ConsentMethod.ON_PAPER)


class SharedField(StrEnum):
    """A field that may be shared with an organization, with consent."""

    NAME = "name"
    PHONE = "phone"
    SPOKEN_LANGUAGE = "spoken_language"
    ZIP_CODE = "zip_code"
    BIRTH_DATE = "birth_date"
    HOUSEHOLD_SIZE = "household_size"
    CHILDREN_UNDER_5 = "children_under_5"
    DIET = "diet"
    MOBILITY = "mobility"
    GOOD_HOURS = "good_hours"
    NEED = "need"
    NOTE = "note"
    #: What the patient later says happened, as far as it goes without their own words.
    TESTIMONY = "testimony"


class ProxyRelation(StrEnum):
    """Who speaks for a patient."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    HEALTH_CARE_AGENT = "health_care_agent"
    CAREGIVER = "caregiver"


class Reach(StrEnum):
    """How far somebody's say goes in one need: each step holds the ones before it."""

    NOTHING = "nothing"
    SEE = "see"
    ANSWER = "answer"
    CONSENT = "consent"


class BarKind(StrEnum):
    """Whom a patient has barred."""

    PERSON = "person"
    ORGANIZATION = "organization"


class MoveState(StrEnum):
    """Where a move to another clinic stands."""

    OFFERED = "offered"
    TAKEN_OVER = "taken_over"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
