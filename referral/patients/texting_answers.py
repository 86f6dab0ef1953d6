"""Saving what was said about texts to one phone, beside others who write at the same time, and after a STOP.

A form keeps what stood when it was opened. Whatever changed since is shown before anything is saved: no answer takes
the place of one that its writer has not seen, and none lifts a STOP that came in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.collisions import Collided, Facts, meet
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.patients.actions import PhoneFacts, add_phone
from referral.patients.consent_models import TextingConsent
from referral.patients.consents import ConsentTaken, record_texting_consent, texting_consent_of
from referral.patients.fact_words import Difference
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.states import PhoneHolder, SmsSafety
from referral.patients.words import HOLDERS, SAFETY

#: What somebody can write on the form, in its order.
_WRITTEN = ("agrees", "holder", "is_shared", "sms_ok")

_CHANGED = _l("Somebody wrote down another answer about this phone while you were asking. Compare both, then save.")
_STOPPED = _l(
    "This phone asked for no more texts after you had opened this form. Nothing is saved. Ask again, and record a yes "
    "only if they have changed their mind."
)
_RETIRED = _l("This phone is no longer used for the patient. Nothing is saved.")

LABELS = {
    "agrees": _l("What did they say?"),
    "holder": _l("Whose phone is it?"),
    "is_shared": _l("Other people read what arrives on it"),
    "sms_ok": _l("Is it safe to send texts to this phone?"),
}


class StoppedMeanwhile(Conflict):
    """The phone asked for no more texts after the form was opened; nothing is saved. `at`: aware."""

    def __init__(self, at: datetime) -> None:
        """Take the moment of the STOP."""
        super().__init__(_STOPPED)
        self.at = at


@dataclass(frozen=True)
class TextingAnswer:
    """What was said: whether texts may go, how the phone is used, and how the answer was taken."""

    given: bool
    phone: PhoneFacts
    taken: ConsentTaken


def texting_facts(session: ScopedSession, phone: PatientPhone) -> dict[str, str | None]:
    """Return what stands about texts to a phone, as a form keeps it: `stopped` is the moment of the STOP in force."""
    consent = texting_consent_of(session, phone)
    number = session.get_one(PhoneNumber, phone.phone_number_id)
    return {
        "agrees": _yes(consent.given) if consent is not None else None,
        "holder": phone.holder,
        "is_shared": _yes(phone.is_shared),
        "sms_ok": phone.sms_ok,
        "stopped": number.opted_out_at.isoformat() if number.opted_out_at is not None else None,
    }


def save_texting(
    session: ScopedSession, patient: Patient, phone: PatientPhone, answer: TextingAnswer, opened: Facts | None
) -> None:
    """Save the answer; sent twice, it is saved once. `opened`: as `texting_facts` was when the form was opened.

    Whoever writes about the phone at this very moment is waited for. Raises StoppedMeanwhile; Collided, with the facts
    that somebody else wrote meanwhile; Conflict. Flushes.
    """
    session.refresh(phone, with_for_update=True)
    number = select(PhoneNumber).where(PhoneNumber.id == phone.phone_number_id).with_for_update()
    stopped_at = session.scalars(number.execution_options(populate_existing=True)).one().opted_out_at
    if phone.retired_at is not None:
        raise Conflict(_RETIRED)
    last = texting_consent_of(session, phone)
    mine = last is not None and last.id == answer.taken.event_id
    if mine and last is not None and last.given == answer.given and _is_last_word(phone, last):
        _write(session, patient, phone, answer)
        return
    stands = texting_facts(session, phone)
    if answer.given and stopped_at is not None and stands["stopped"] != (opened or {}).get("stopped"):
        raise StoppedMeanwhile(stopped_at)
    if not (mine and last is not None and _is_last_word(phone, last)):
        _refuse_unseen(stands, _typed(answer), opened)
    _write(session, patient, phone, answer)


def texting_differences(
    session: ScopedSession, phone: PatientPhone, typed: TextingAnswer, both: Collided
) -> list[Difference]:
    """Return what stands and what was typed, of the facts that somebody else wrote meanwhile."""
    stands, consent = texting_facts(session, phone), texting_consent_of(session, phone)
    writers: dict[str, UUID | None] = dict.fromkeys(_WRITTEN, phone.confirmed_by)
    writers["agrees"] = consent.taken_by if consent is not None else None
    names = names_of(session, writers.values())
    return [
        Difference(
            str(LABELS[name]),
            _in_words(name, stands[name]),
            _in_words(name, _typed(typed)[name]),
            names.get(writers[name], ""),
        )
        for name in _WRITTEN
        if name in both.names
    ]


def _refuse_unseen(stands: Facts, typed: Facts, opened: Facts | None) -> None:
    met = meet(opened, {name: stands[name] for name in _WRITTEN}, typed)
    changed = (*met.theirs, *met.both)
    if opened is not None:  # what they said is asked anew each time: the same answer as before is no field left alone
        changed = tuple(name for name in changed if stands[name] != opened.get(name))
    if changed:
        together = {**typed, **{name: stands[name] for name in met.theirs if name != "agrees"}}
        raise Collided(_CHANGED, changed, together)


def _is_last_word(phone: PatientPhone, consent: TextingConsent) -> bool:
    """Return True if nobody wrote about the phone after this answer."""
    return phone.confirmed_at is None or phone.confirmed_at <= consent.at


def _write(session: ScopedSession, patient: Patient, phone: PatientPhone, answer: TextingAnswer) -> None:
    add_phone(session, patient, answer.phone, by=answer.taken.taken_by)
    record_texting_consent(session, phone, given=answer.given, taken=answer.taken)


def _typed(answer: TextingAnswer) -> Mapping[str, str | None]:
    phone = answer.phone
    return {
        "agrees": _yes(answer.given),
        "holder": str(phone.holder),
        "is_shared": _yes(phone.is_shared),
        "sms_ok": str(phone.sms_ok),
    }


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _in_words(name: str, stored: str | None) -> str:
    if stored is None:
        return str(_("Not asked yet"))
    if name == "holder":
        return str(HOLDERS[PhoneHolder(stored)])
    if name == "sms_ok":
        return str(SAFETY[SmsSafety(stored)])
    return str(_("Yes") if stored == "yes" else _("No"))
