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


class OptOutKind(StrEnum):
    """What happened to the ledger of a phone number."""

    STOP = "stop"
    START = "start"
    PROVIDER_BLOCK = "provider_block"
    STAFF = "staff"
    WRONG_NUMBER = "wrong_number"
    NEW_CONSENT = "new_consent"


class SharedField(StrEnum):
    """A field that may be shared with an organization, with consent."""

    NAME = "name"
    PHONE = "phone"
    SPOKEN_LANGUAGE = "spoken_language"
    ZIP_CODE = "zip_code"
    BIRTH_DATE = "birth_date"
    NEED = "need"
    NOTE = "note"
