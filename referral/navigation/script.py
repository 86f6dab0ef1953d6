"""The script of a call: whom to ask for, in which language, what to ask, and what not to say to others or a machine.

It never names a need or an organization where anybody else may hear it: on a phone marked shared, or about a sensitive
need, only that somebody called. Source of the rule: product.md 7, messaging.md 3.4 and 3.6.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString

from referral.accounts.models import Member
from referral.accounts.principal import Signed
from referral.followups.models import Question
from referral.followups.spoken import spoken_options
from referral.kit import clock
from referral.kit.i18n import LANGUAGES, NO_WRITTEN_LANGUAGE, language_name, speaking
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.messaging.catalog import TextStatus, shipped_catalog
from referral.messaging.composing import short_date
from referral.navigation import script_words as words
from referral.patients.models import Patient
from referral.patients.proxies import Proxy, private_domains_of, proxies_of
from referral.patients.queries import PhoneView, age_on, display_name, phones_of, texting_privacy
from referral.patients.states import PhoneHolder, PrivacyLevel, Reach
from referral.referrals.models import Referral
from resources_directory.needs import SENSITIVE, NeedDomain

#: Younger than that, in years, nobody is asked themselves: who speaks for them is.
CHILD = 13

#: A digit that stands alone: one to reply with.
_DIGIT = re.compile(r"(?<![0-9])[0-9](?![0-9])")
_SENTENCE_ENDS = ".!?。！？؟۔।"
#: These stand for the day and the sender while digits and sender are cut off; no text has them.
_DATE_PLACE = "\N{REPLACEMENT CHARACTER}"
_SENDER_PLACE = "\N{OBJECT REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class InTheirLanguage:
    """Words in the patient's language (BCP 47). `reviewed`: a qualified person has approved them."""

    language: str
    direction: str
    text: str
    reviewed: bool


@dataclass(frozen=True)
class CallScript:
    """What whoever calls reads: in the order in which it is needed.

    `may_name`: the need and the organization may be named once it is sure who listens. `answers`: (digit, words).
    `proxy`: who is asked for instead of the patient, None where it is the patient.
    """

    opening: str
    before: list[str]
    interpreter: str | None
    question: str | None
    answers: list[tuple[str, str]]
    theirs: list[InTheirLanguage]
    voicemail: str
    may_name: bool
    proxy: str | None = None


@dataclass(frozen=True)
class Call:
    """Who is called about what. `referral`, `question`: None where nothing certain is asked."""

    patient: Patient
    clinic: Member
    phones: Sequence[PhoneView]
    referral: Referral | None
    question: Question | None
    #: Needs that they keep to themselves.
    private: frozenset[NeedDomain] = frozenset()
    #: Who speaks for them.
    proxies: Sequence[Proxy] = ()
    #: The need that it is about; "" where it is about none.
    domain: str = ""
    #: They are too young to be asked.
    is_child: bool = False
    #: The strictest wish on any of their records.
    privacy: PrivacyLevel = PrivacyLevel.STANDARD

    @property
    def is_hidden(self) -> bool:
        """True for a need that nobody else may hear of."""
        return self.domain in SENSITIVE | self.private

    @property
    def proxy(self) -> Proxy | None:
        """Who answers for them about this, whoever holds a phone of theirs first."""
        if self.is_hidden:
            return None
        answer = [each for each in self.proxies if _may_answer(each, self.domain)]
        return min(answer, key=lambda each: each.phone is None, default=None)


def call_to(
    session: ScopedSession,
    patient: Patient,
    referral: Referral | None,
    question: Question | None,
    domain: str | None = None,
) -> Call:
    """Return who is called about what, with what must be known of them first. `domain`: of a need without referral."""
    clinic = session.get_one(Member, patient.clinic_id)
    return Call(
        patient,
        clinic,
        phones_of(session, patient.id),
        referral,
        question,
        private_domains_of(session, patient.id),
        proxies_of(session, patient.id),
        referral.domain if referral is not None else domain or "",
        _is_child(patient, clinic),
        texting_privacy(session, patient.id),
    )


def call_script(call: Call, reader: Signed) -> CallScript:
    """Return the script of a call that whoever is signed in makes."""
    shared = any(view.phone.is_shared or view.phone.holder != PhoneHolder.SELF for view in call.phones)
    sensitive, proxy = call.is_hidden, call.proxy
    hidden = call.privacy is not PrivacyLevel.STANDARD
    names = {"me": reader.name, "clinic": call.clinic.texting_name, "name": display_name(call.patient)}
    names["phone"] = show_phone(call.clinic.phone or "")
    names["proxy"] = proxy.name if proxy else ""
    opening = _opening(call, neutral=shared or hidden or sensitive)
    return CallScript(
        opening=_filled(opening, names),
        before=[
            str(line)
            for line, needed in (
                (words.SHARED, shared),
                (words.MAKE_SURE, proxy is None and not call.is_child),
                (words.ALONE, sensitive),
            )
            if needed
        ]
        + [_filled(line, names) for line in _who_may_answer(call)],
        interpreter=_interpreter(call.patient, reader),
        question=str(words.QUESTIONS[call.question.kind]) if call.question else None,
        answers=_answers(call.question),
        theirs=_in_their_language(call) if call.question else [],
        voicemail=_filled(_voicemail(call.privacy, shared=shared, sensitive=sensitive), names),
        may_name=not (shared or sensitive),
        proxy=proxy.name if proxy else None,
    )


def _opening(call: Call, *, neutral: bool) -> LazyString:
    if call.proxy is not None:
        return words.OPENING_PROXY_NEUTRAL if neutral else words.OPENING_PROXY
    if call.is_child:
        return words.OPENING_CHILD
    return words.OPENING_NEUTRAL if neutral else words.OPENING


def _who_may_answer(call: Call) -> list[LazyString]:
    if call.proxy is not None:
        return [words.MAKE_SURE_PROXY, words.PROXY_ANSWERS, *([] if call.is_child else [words.PATIENT_ANSWERS_TOO])]
    return [words.NOBODY_SPEAKS if call.is_child else words.ONLY_THEY]


def _may_answer(proxy: Proxy, domain: str) -> bool:
    return proxy.reaches(domain, Reach.ANSWER) if domain else proxy.may_answer


def _is_child(patient: Patient, clinic: Member) -> bool:
    age = age_on(patient, clock.now().astimezone(zone_of(clinic.timezone_name)).date())
    return age is not None and age < CHILD


def _filled(sentence: LazyString, names: dict[str, str]) -> str:
    return str(sentence) % names


def _answers(question: Question | None) -> list[tuple[str, str]]:
    if question is None:
        return []
    known = words.ANSWERS[question.kind]
    return [(digit, str(known[digit])) for digit in spoken_options(question) if digit in known]


def _voicemail(privacy: PrivacyLevel, *, shared: bool, sensitive: bool) -> LazyString:
    if shared or sensitive or privacy is PrivacyLevel.NONE:
        return words.VOICEMAIL_NONE
    return words.VOICEMAIL_NEUTRAL if privacy is PrivacyLevel.NEUTRAL else words.VOICEMAIL


def _interpreter(patient: Patient, reader: Signed) -> str | None:
    spoken = patient.spoken_language or _read_language(patient)
    if spoken is None:
        return str(words.INTERPRETER_ASKED if patient.interpreter_needed else words.NO_LANGUAGE)
    if not patient.interpreter_needed and spoken == reader.language:
        return None
    return _filled(words.INTERPRETER, {"language": language_name(spoken)})


def _read_language(patient: Patient) -> str | None:
    return None if patient.written_language == NO_WRITTEN_LANGUAGE else patient.written_language


def _in_their_language(call: Call) -> list[InTheirLanguage]:
    """Return the question in the language that the patient speaks: as we say it, else as the text words it."""
    code = call.patient.spoken_language or _read_language(call.patient)
    if call.question is None or code is None or code == "en" or code not in LANGUAGES:
        return []
    direction = LANGUAGES[code].direction
    spoken = _said(words.QUESTIONS[call.question.kind], code)
    found = [InTheirLanguage(code, direction, spoken, reviewed=False)] if spoken else []
    status = shipped_catalog().status(call.question.kind, code)
    if status not in (TextStatus.READY, TextStatus.UNREVIEWED):
        return found
    facts = _facts(call, code)
    text = shipped_catalog().render(call.question.kind, code, facts | {"date": _DATE_PLACE})
    text = _as_spoken(_without_sender(text)).replace(_DATE_PLACE, facts["date"])
    if not text:
        return found
    return [*found, InTheirLanguage(code, direction, text, reviewed=status is TextStatus.READY)]


def _without_sender(text: str) -> str:
    """Return the text from behind its sender on. Arabic texts have a word in front of the sender too."""
    return text[text.find(_SENDER_PLACE) + 1 :].lstrip(":： ")


def _as_spoken(text: str) -> str:
    """Return the text without what only belongs to texting: the digits to reply with, and how to stop texts."""
    first = _DIGIT.search(text)
    head = text[: first.start()] if first else text
    return head[: max(head.rfind(mark) for mark in _SENTENCE_ENDS) + 1].strip()


def _said(sentence: LazyString, code: str) -> str | None:
    """Return the sentence in a language that our pages exist in; None where it is not translated. Never English."""
    if not LANGUAGES[code].pages:
        return None
    with speaking("en"):
        english = str(sentence)
    with speaking(code):
        theirs = str(sentence)
    return theirs if theirs != english else None


def _facts(call: Call, code: str) -> dict[str, str]:
    """Return what the text names. Not the clinic: who calls has said who they are, or must not."""
    signed: datetime | None = call.referral.signed_at or call.referral.created_at if call.referral else None
    day = short_date(signed, code, call.clinic.timezone_name) if signed else ""
    return {"clinic": _SENDER_PLACE, "date": day, "phone": show_phone(call.clinic.phone or ""), "options": ""}
