"""What ends when a patient has died or moved away, and what begins again when a death was written down in error."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from referral.accounts.links import end_links
from referral.accounts.models import LinkPurpose
from referral.followups.models import Question
from referral.followups.planning import drop_questions
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.referrals.models import Referral
from referral.referrals.states import REFERRAL_MACHINE
from referral.screening.started_models import StartedScreening
from referral.todos.actions import HEARD_AFTER_DEATH, NewToDo, finish_needless, make_to_do, mark_done
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id

CALL_WITHIN = timedelta(days=1)

_MOVED_AWAY = _l("Another clinic looks after the patient now.")


def end_contact(session: ScopedSession, patient_id: UUID, by: UUID) -> None:
    """Drop the record's questions, finish its to-dos, close the pages behind the patient's links. Flushes.

    Fills patients.hooks.on_contact_ended.
    """
    with session.widened("contact ended"):
        to_dos = select(ToDo).where(ToDo.patient_id == patient_id, ToDo.done_at.is_(None))
        for to_do in session.scalars(to_dos.order_by(ToDo.id)).all():
            mark_done(session, to_do, by=by, outcome=_("The patient has died."))
        drop_questions(session, Question.patient_id == patient_id)
        end_links(session, LinkPurpose.PLAN, patient_id)
        started = select(StartedScreening.id).where(StartedScreening.patient_id == patient_id)
        for started_id in session.scalars(started.order_by(StartedScreening.id)).all():
            end_links(session, LinkPurpose.SCREENING, started_id)
        session.flush()


def end_contact_here(session: ScopedSession, patient_id: UUID) -> None:
    """Finish what a clinic would still do for a patient whom another one has taken over. Flushes.

    What is about a referral under way here goes on until that closes. Fills patients.hooks.on_patient_moved_away.
    """
    live = select(Referral.id).where(
        Referral.patient_id == patient_id, Referral.state.in_(REFERRAL_MACHINE.live_states())
    )
    asked = select(Question.id).where(Question.referral_id.in_(live))
    about_live = or_(ToDo.subject_id.in_(live), ToDo.subject_id.in_(asked))
    heard = ToDo.reason.in_(sorted(HEARD_AFTER_DEATH))
    finish_needless(session, and_(ToDo.patient_id == patient_id, ~about_live, ~heard), outcome=_MOVED_AWAY)
    drop_questions(session, and_(Question.patient_id == patient_id, Question.referral_id.not_in(live)))


def resume_contact(session: ScopedSession, patient: Patient) -> None:
    """Tell a person to call, and to see what was under way: no question and no text begins again by itself. Flushes.

    Fills patients.hooks.on_contact_resumed.
    """
    _let_somebody_call(
        session,
        patient,
        f"resumed:{patient.id}:{new_id()}",
        _("Marked as having died in error. Call, ask anew about texts, and see what was under way."),
    )


def ask_again_after_joining(session: ScopedSession, patient: Patient, merge_id: UUID, lost: Sequence[str]) -> None:
    """Tell a person what joining two records has ended and taking them apart does not bring back. Flushes.

    Fills patients.hooks.on_ended_for_good.
    """
    _let_somebody_call(
        session,
        patient,
        f"taken_apart:{merge_id}:{patient.id}",
        _(
            "Two records were taken apart. Ended when they were joined, and not back: %(what)s. Ask whether it is "
            "still wanted, then ask for consent and prescribe again.",
            what="; ".join(lost),
        ),
    )


def welcome(session: ScopedSession, patient: Patient, from_clinic: str) -> None:
    """Tell a person to call a patient who came from another clinic. Fills patients.hooks.on_patient_moved_here."""
    key, note = f"moved_here:{patient.id}", _("From %(clinic)s.", clinic=from_clinic)
    _let_somebody_call(session, patient, key, note, reason=ToDoReason.PATIENT_MOVED_HERE)


def _let_somebody_call(
    session: ScopedSession, patient: Patient, dedupe_key: str, note: str, *, reason: ToDoReason = ToDoReason.OTHER
) -> None:
    make_to_do(
        session,
        NewToDo(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            reason=reason,
            subject_kind="patient",
            subject_id=patient.id,
            dedupe_key=dedupe_key,
            due_at=clock.now() + CALL_WITHIN,
            note=note,
        ),
    )
