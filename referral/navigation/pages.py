"""What the page of a to-do shows: the row, its referral, the patient's phones, attempts so far, and the forms."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from referral.accounts.principal import Signed
from referral.accounts.queries import names_of
from referral.kit.i18n import language_name
from referral.kit.scope import ScopedSession
from referral.navigation import words
from referral.navigation.attempts import attempts_of
from referral.navigation.forms import AttemptForm, DoneForm, ToldForm
from referral.navigation.lost import LostCheck, lost_check
from referral.navigation.models import ContactAttempt
from referral.navigation.policies import ToDoPermission
from referral.navigation.queries import ToDoRow, referral_of, rows_of
from referral.patients.models import Patient
from referral.patients.queries import PhoneView, display_name, patient_by_id, phones_of
from referral.referrals import words as referral_words
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.screening.words import NEEDS
from referral.todos.models import ToDo

#: Nothing can have happened with a referral that has not left the clinic.
_NOT_YET = (ReferralState.DRAFT, ReferralState.HELD)


@dataclass(frozen=True)
class AttemptEvent:
    """One attempt as a line of the story."""

    what: str
    when: datetime
    who: str | None
    detail: str
    state: str


@dataclass(frozen=True)
class ReferralLine:
    """The referral in words. `can_be_told`: the patient may have something to say about it.

    `lost`: what was tried to reach the patient; None unless it is under way.
    """

    referral: Referral
    service_name: str
    organization_name: str
    need: str
    state_label: str
    can_be_told: bool
    lost: LostCheck | None


@dataclass(frozen=True)
class Forms:
    """The forms of the page, each with a prefix of its own."""

    done: DoneForm
    attempt: AttemptForm
    told: ToldForm


@dataclass(frozen=True)
class ToDoSheet:
    """Everything that the page of one to-do shows."""

    row: ToDoRow
    patient: Patient | None
    phones: list[PhoneView]
    spoken: str
    referral: ReferralLine | None
    attempts: list[AttemptEvent]
    may_work: bool
    may_record: bool
    is_mine: bool


def sheet_of(session: ScopedSession, to_do: ToDo, reader: Signed) -> ToDoSheet:
    """Return what the page shows of a to-do to whoever is signed in."""
    patient = patient_by_id(session, to_do.patient_id)
    return ToDoSheet(
        row=rows_of(session, [to_do])[0],
        patient=patient,
        phones=phones_of(session, to_do.patient_id),
        spoken=language_name(_language_of(patient)),
        referral=_referral_line(session, to_do),
        attempts=_events(session, to_do),
        may_work=to_do.done_at is None and reader.allows(ToDoPermission.WORK),
        may_record=reader.allows(ToDoPermission.RECORD),
        is_mine=to_do.owner_person_id == reader.person_id,
    )


def fresh_forms(sheet: ToDoSheet) -> Forms:
    """Return the forms as they are first shown: nothing sent is read into them."""
    language = _language_of(sheet.patient)
    speaker = display_name(sheet.patient) if sheet.patient else None
    version = str(sheet.referral.referral.version) if sheet.referral else None
    return Forms(
        done=DoneForm(formdata=None, prefix="done-", version=str(sheet.row.to_do.version)),
        attempt=AttemptForm(formdata=None, prefix="attempt-", language=language),
        told=ToldForm(formdata=None, prefix="told-", language=language, speaker=speaker, referral_version=version),
    )


def _language_of(patient: Patient | None) -> str | None:
    return patient.spoken_language or patient.written_language if patient else None


def _referral_line(session: ScopedSession, to_do: ToDo) -> ReferralLine | None:
    referral = referral_of(session, to_do)
    if referral is None:
        return None
    return ReferralLine(
        referral=referral,
        service_name=str(referral.service_facts.get("service_name") or ""),
        organization_name=str(referral.service_facts.get("organization_name") or ""),
        need=str(NEEDS.get(referral.domain, referral.domain)),
        state_label=str(referral_words.STATES[referral.state]),
        can_be_told=referral.state not in _NOT_YET,
        lost=lost_check(session, referral),
    )


def _events(session: ScopedSession, to_do: ToDo) -> list[AttemptEvent]:
    attempts = attempts_of(session, to_do.patient_id)
    names = names_of(session, {attempt.by for attempt in attempts})
    return [_event(attempt, names.get(attempt.by)) for attempt in attempts]


def _event(attempt: ContactAttempt, who: str | None) -> AttemptEvent:
    how = str(words.CHANNELS[attempt.channel])
    what = _("%(how)s: reached", how=how) if attempt.reached else _("%(how)s: not reached", how=how)
    spoken = language_name(attempt.language) if attempt.language else None
    parts = [
        _("in %(language)s", language=spoken) if spoken else None,
        _("interpreter: %(name)s", name=attempt.interpreter) if attempt.interpreter else None,
        _("%(minutes)s minutes", minutes=attempt.minutes) if attempt.minutes is not None else None,
        attempt.note,
    ]
    detail = " · ".join(part for part in parts if part)
    return AttemptEvent(str(what), attempt.at, who, detail, "answered" if attempt.reached else "unknown")
