"""What of a record is asked only when the patient is alone, and everything that hangs on it.

It leaves the clinic only when whoever exports says that the copy is for the patient alone (product rules, 7).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from referral.followups.models import Question
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.patients.consent_models import SharingConsent
from referral.patients.proxies import private_domains_of
from referral.prescriptions.models import Prescription
from referral.referrals.models import Referral
from referral.screening.instrument_library import private_names
from referral.screening.instruments import ASKED_ALONE
from referral.screening.models import Need
from referral.todos.models import ToDo, ToDoReason


@dataclass(frozen=True)
class PrivateMatters:
    """Ids of the rows that tell of a private matter, by what refers to them, and the items asked alone."""

    ids: frozenset[UUID]
    items: frozenset[str]

    def tells(self, row: Any) -> bool:
        """Return True for a row that tells of a private matter, itself or by what it belongs to."""
        named = ("id", "need_id", "referral_id", "subject_id", "question_id", "to_do_id")
        if getattr(row, "fact", None) == "private_domains":  # what a young person keeps to themselves
            return True
        return any(getattr(row, name, None) in self.ids for name in named) or getattr(row, "item", None) in self.items


NOTHING_PRIVATE = PrivateMatters(frozenset(), frozenset())


def private_matters(session: ScopedSession, patient_id: UUID) -> PrivateMatters:
    """Return what to leave out of a copy that others may find."""
    kept = private_domains_of(session, patient_id)
    private = sorted(ASKED_ALONE | kept)
    needs = _ids(session, select(Need.id).where(Need.patient_id == patient_id, Need.domain.in_(private)))
    referrals = list(session.scalars(select(Referral).where(Referral.patient_id == patient_id).order_by(Referral.id)))
    hidden = {row.id for row in referrals if row.domain in private}
    questions = _ids(session, select(Question.id).where(Question.referral_id.in_(sorted(hidden))))
    texts = select(InboundMessage.id).where(InboundMessage.patient_id == patient_id)
    about = InboundMessage.question_id.in_(sorted(questions)) | InboundMessage.effect.startswith("crisis")
    found = needs | hidden | questions | _ids(session, texts.where(about))
    alarms = select(ToDo.id).where(ToDo.patient_id == patient_id, ToDo.reason == ToDoReason.CRISIS)
    to_dos = select(ToDo.id).where(ToDo.patient_id == patient_id, ToDo.subject_id.in_(sorted(found)))
    found |= _ids(session, alarms) | _ids(session, to_dos) | _only_private(session, patient_id, referrals, hidden)
    return PrivateMatters(frozenset(found), private_names(session, kept))


def _only_private(session: ScopedSession, patient_id: UUID, referrals: list[Referral], hidden: set[UUID]) -> set[UUID]:
    """Return the prescriptions and consents that nothing but a private matter explains."""
    shown = [row for row in referrals if row.id not in hidden]
    papers = {row.prescription_id for row in referrals} - {row.prescription_id for row in shown}
    places = {row.organization_id for row in referrals} - {row.organization_id for row in shown}
    prescriptions = select(Prescription.id).where(Prescription.id.in_(sorted(papers)))
    consents = select(SharingConsent.id).where(
        SharingConsent.patient_id == patient_id, SharingConsent.organization_id.in_(sorted(places))
    )
    return _ids(session, prescriptions) | _ids(session, consents)


def _ids(session: ScopedSession, found: Any) -> set[UUID]:
    return set(session.scalars(found))
