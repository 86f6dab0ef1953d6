"""The words of patients on pages: languages, phones, privacy, consent, and why no texts go out."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from referral.kit.i18n import LANGUAGES, NO_WRITTEN_LANGUAGE, language_name
from referral.patients.states import ConsentMethod, MoveState, PhoneHolder, PrivacyLevel, Reach, SmsSafety

HOLDERS: Mapping[str, LazyString] = {
    PhoneHolder.SELF: _l("The patient"),
    PhoneHolder.PARENT: _l("A parent"),
    PhoneHolder.CAREGIVER: _l("A caregiver"),
    PhoneHolder.RELATIVE: _l("Another relative"),
    PhoneHolder.FRIEND: _l("A friend or neighbor"),
    PhoneHolder.OTHER: _l("Somebody else"),
}

SAFETY: Mapping[str, LazyString] = {
    SmsSafety.YES: _l("Yes, the patient says texts are safe"),
    SmsSafety.NO: _l("No"),
    SmsSafety.UNKNOWN: _l("Not asked yet"),
}

PRIVACY: Mapping[str, LazyString] = {
    PrivacyLevel.STANDARD: _l("Texts may name the clinic"),
    PrivacyLevel.NEUTRAL: _l("Texts must not name the clinic"),
    PrivacyLevel.NONE: _l("No texts at all"),
}

METHODS: Mapping[str, LazyString] = {
    ConsentMethod.IN_PERSON: _l("In person"),
    ConsentMethod.BY_PHONE: _l("By phone"),
    ConsentMethod.ON_PAPER: _l("On paper"),
    ConsentMethod.BY_TEXT: _l("By text message"),
    ConsentMethod.ON_PLAN_PAGE: _l("On the patient's own page"),
    ConsentMethod.BY_JOINING_RECORDS: _l("Not by the patient: two records were joined or taken apart"),
}

#: Who spoke, as stored in `in_whose_name`.
SPEAKERS: Mapping[str, LazyString] = {
    "patient": _l("The patient"),
    "parent": _l("A parent, for a child"),
    "guardian": _l("A legal guardian"),
    "health_care_agent": _l("Somebody the patient named to decide for them"),
    "caregiver": _l("A caregiver"),
}

#: What became of an offer to another clinic.
MOVES: Mapping[str, LazyString] = {
    MoveState.OFFERED: _l("Offered; they may look at the facts"),
    MoveState.TAKEN_OVER: _l("Taken over by them"),
    MoveState.DECLINED: _l("Turned down by them"),
    MoveState.WITHDRAWN: _l("Taken back by us"),
}

#: How far somebody's say goes in a need.
REACHES: Mapping[str, LazyString] = {
    Reach.NOTHING: _l("Nothing: they do not hear of it"),
    Reach.SEE: _l("May see it"),
    Reach.ANSWER: _l("May see it and answer"),
    Reach.CONSENT: _l("May see it, answer and agree for the patient"),
}

#: A whole sentence for each reason of `TextingRoute.why_not`, with what to do next.
WHY_NO_TEXTS: Mapping[str, LazyString] = {
    "deceased": _l("No, because the patient has died."),
    "privacy_level": _l("No, because the patient wants no texts at all. Call instead."),
    "language_unknown": _l("No, because we do not know which language the patient reads. Ask, and add it."),
    "reads_no_language": _l("No, because the patient reads no language. Every question becomes a call."),
    "no_phone": _l("No, because there is no phone. Add one if the patient has one."),
    "opted_out": _l("No, because this phone has asked for no more texts. Only START or a new consent lifts that."),
    "number_takes_no_texts": _l("No, because this number cannot receive texts. Call instead, or add another phone."),
    "texting_not_safe": _l("No, because texts to this phone are not safe. Call instead, as agreed with the patient."),
    "safety_unknown": _l("No, because nobody has asked yet whether texts to this phone are safe."),
    "no_consent": _l("No, because the patient has not agreed to texts on this phone."),
    "paused": _l("No, because texts are paused. The page of their texts says why, and lets them go again."),
}


def choices(words: Mapping[str, LazyString]) -> list[SelectChoice]:
    """Return the options of a field of choices, in table order."""
    return [SelectChoice(str(value), text) for value, text in words.items()]


def written_language_choices() -> list[SelectChoice]:
    """Return the languages a patient may read, with unknown first and none last."""
    return [*spoken_language_choices(), SelectChoice(NO_WRITTEN_LANGUAGE, _l("Reads no language"))]


def spoken_language_choices() -> list[SelectChoice]:
    """Return the languages a patient may speak, with unknown first."""
    return [SelectChoice("", _l("Not asked yet")), *(SelectChoice(code, language_name(code)) for code in LANGUAGES)]


def language_words(code: str | None) -> str:
    """Return a language's name; "Not asked yet" for none; words for a person who reads no language."""
    if code is None:
        return str(_("Not asked yet"))
    return str(_("Reads no language")) if code == NO_WRITTEN_LANGUAGE else language_name(code)


def why_no_texts(reason: str) -> str:
    """Return the sentence for a reason of `TextingRoute.why_not`."""
    return str(WHY_NO_TEXTS[reason])
