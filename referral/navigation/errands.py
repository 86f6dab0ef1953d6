"""What a to-do is, in words: why somebody must act, what to do, and the next thing its button does.

Most say so by their reason. Those that "need a person" are told apart by their business identity, so that none of them
says only that somebody must look.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.followups.said import NEED_KEY
from referral.navigation.needs_left import WhyLeft
from referral.navigation.states import Next
from referral.navigation.words import NEXT_STEPS, REASONS
from referral.referrals.models import Referral
from referral.referrals.to_dos import WANTS_CALL
from referral.todos.models import ToDo, ToDoReason
from referral.todos.stuck import CALLED_KEY
from resources_directory.needs import SENSITIVE

R = ToDoReason

#: The next thing by the reason.
NEXT: dict[str, Next] = {
    R.CALL_INSTEAD_OF_TEXT: Next.CALL,
    R.PATIENT_ASKED_FOR_CALL: Next.CALL,
    R.PATIENT_WROTE: Next.CALL,
    R.PATIENT_STOPPED_TEXTS: Next.CALL,
    R.UNCLEAR_REPLY: Next.CALL,
    R.NO_REPLY: Next.CALL,
    R.NOT_HELPED: Next.OTHER_PLACE,
    R.ANSWERS_DIFFER: Next.COMPARE,
    R.ORGANIZATION_SILENT: Next.RECORD_ANSWER,
    R.ORGANIZATION_DECLINED: Next.OTHER_PLACE,
    R.ORGANIZATION_UNREACHABLE: Next.RECORD_ANSWER,
    R.REFERRAL_EXPIRED: Next.OTHER_PLACE,
    R.MESSAGE_STUCK: Next.CALL,
    R.CRISIS: Next.CALL,
    R.WRONG_NUMBER: Next.PHONE,
    R.LATE_ANSWER: Next.LATE_ANSWER,
    R.CONFIRM_NEED: Next.CONFIRM,
    R.OFFER_AGAIN: Next.PRESCRIBE,
    R.ORGANIZATION_ASKS: Next.REPLY,
    R.PATIENT_MOVED_HERE: Next.CALL,
    R.NEXT_CONTACT: Next.TRY,
    R.CHOSE_OTHER_PLACE: Next.PRESCRIBE,
    R.OTHER: Next.READ,
}


#: Done by calling the patient.
CALLING = frozenset({Next.CALL, Next.TRY, Next.OTHER_PLACE, Next.PRESCRIBE_NEED, Next.PRESCRIBE_AGAIN})


@dataclass(frozen=True)
class Errand:
    """Why somebody must act, what to do in a sentence or two, and what the button does."""

    why: LazyString
    step: LazyString
    next: Next


TODAY = Errand(
    _l("Needed today: the organization must be called"),
    _l("Call the organization, write down its answer, then tell the patient what was agreed."),
    Next.CALL_ORGANIZATION,
)
NEED_LEFT = Errand(
    _l("Nothing is planned for this need"),
    _l("Ask whether they still want help. Then prescribe it again, plan the next try, or write down what they say."),
    Next.PRESCRIBE_AGAIN,
)
_PLACE_FOR_NEED = _l(
    "Ask whether they still want help. Then prescribe it, plan the next try, or write down what they say."
)
NEVER_ASKED = Errand(_l("Needs a place: none has been asked yet"), _PLACE_FOR_NEED, Next.PRESCRIBE_NEED)
TAKEN_BACK = Errand(_l("Needs a place: the signature was taken back"), _PLACE_FOR_NEED, Next.PRESCRIBE_NEED)
STILL_WANTED = Errand(
    _l("Help came, but they still want help"),
    _l("Ask what is missing. Then prescribe it again, plan the next try, or write down what they say."),
    Next.PRESCRIBE_AGAIN,
)
UNCONFIRMED = Errand(REASONS[R.CONFIRM_NEED], NEXT_STEPS[R.CONFIRM_NEED], Next.CONFIRM)
UNWATCHED = Errand(
    _l("Nothing is planned for this request"),
    _l("Find out how it stands and plan the next contact. If it is over, write down what happened."),
    Next.PLAN,
)
HELPED_UNASKED = Errand(
    _l("Says that help came, but the organization has not answered"),
    _l("Call the organization, and write down its answer."),
    Next.RECORD_ANSWER,
)
CALLED = Errand(
    _l("The organization must be called"),
    _l("No e-mail address of it is known. Call the organization, and write down its answer."),
    Next.RECORD_ANSWER,
)
ASKED_FOR_CALL = Errand(
    _l("The organization asks to be called"),
    _l("Call the organization, and write down its answer."),
    Next.RECORD_ANSWER,
)
CHOSE = Errand(REASONS[R.CHOSE_OTHER_PLACE], NEXT_STEPS[R.CHOSE_OTHER_PLACE], Next.PRESCRIBE_CHOSEN)
RESUMED = Errand(
    _l("Was marked as having died, in error"),
    _l("Call, ask anew about texts, and see what was under way."),
    Next.CALL,
)

#: What is done about a need that nobody looks after, by how it came to that.
OF_NEEDS: Mapping[str, Errand] = {
    WhyLeft.UNCONFIRMED: UNCONFIRMED,
    WhyLeft.NEVER_ASKED: NEVER_ASKED,
    WhyLeft.TAKEN_BACK: TAKEN_BACK,
    WhyLeft.STILL_WANTED: STILL_WANTED,
    WhyLeft.IN_VAIN: NEED_LEFT,
}

#: By how the business identity begins, or by its part after the referral and the reason.
_BY_START = {"today": TODAY, "resumed": RESUMED}
_BY_PART = {
    "unwatched": UNWATCHED,
    "watch": UNWATCHED,
    "helped_before_answer": HELPED_UNASKED,
    WANTS_CALL: ASKED_FOR_CALL,
}


def errand_of(to_do: ToDo, *, chosen: bool = False) -> Errand:
    """Return what the to-do is. `chosen`: the patient chose another place, so that none needs to be offered."""
    if chosen and _looks_for_place(to_do):
        return CHOSE
    if to_do.reason == R.OTHER:
        start, *rest = to_do.dedupe_key.split(":")
        if start == NEED_KEY:
            return OF_NEEDS.get(rest[1], NEED_LEFT)
        known = _BY_PART.get(rest[2]) if start == "referral" and len(rest) > 2 else _BY_START.get(start)
        if known is not None:
            return known
    if to_do.reason == R.ORGANIZATION_UNREACHABLE and to_do.dedupe_key.endswith(CALLED_KEY):
        return CALLED
    return Errand(REASONS[to_do.reason], NEXT_STEPS[to_do.reason], NEXT[to_do.reason])


def _looks_for_place(to_do: ToDo) -> bool:
    left = to_do.reason == R.OTHER and to_do.dedupe_key.startswith(f"{NEED_KEY}:")
    return left or to_do.reason == R.CHOSE_OTHER_PLACE or NEXT[to_do.reason] is Next.OTHER_PLACE


def why_of(to_do: ToDo, referral: Referral | None, *, chosen: bool = False) -> str:
    """Return why somebody must act. Names the organization that must be called, unless the need is sensitive."""
    errand = errand_of(to_do, chosen=chosen)
    if errand is TODAY and referral is not None and referral.domain not in SENSITIVE:
        organization = str(referral.service_facts.get("organization_name") or "")
        if organization:
            return str(_("Needed today: %(organization)s must be called", organization=organization))
    return str(errand.why)
