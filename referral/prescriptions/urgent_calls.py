"""Help that is needed today: each referral is somebody's to-do within the hour, until it is taken back."""

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral
from referral.todos.actions import NewToDo, make_to_do, mark_done
from referral.todos.models import ToDo, ToDoReason

WITHIN = timedelta(hours=1)


def call_within_the_hour(session: ScopedSession, referral: Referral) -> ToDo | None:
    """Return the to-do to see by phone, within the hour, that help is coming; None when it stands already. Flushes."""
    return make_to_do(
        session,
        NewToDo(
            clinic_id=referral.clinic_id,
            patient_id=referral.patient_id,
            reason=ToDoReason.OTHER,
            subject_kind="referral",
            subject_id=referral.id,
            dedupe_key=_key(referral),
            due_at=clock.now() + WITHIN,
            note=_("Needed today: call the organization, then tell the patient what was agreed."),
            urgent=True,
        ),
    )


def drop_call(session: ScopedSession, referral: Referral, *, by: UUID) -> None:
    """Finish the to-do of a referral that was taken back. Done or never made, nothing happens. Flushes."""
    to_do = session.scalar(select(ToDo).where(ToDo.dedupe_key == _key(referral), ToDo.done_at.is_(None)))
    if to_do is not None:
        mark_done(session, to_do, by=by, outcome=_("The signature was taken back."))


def _key(referral: Referral) -> str:
    return f"today:{referral.id}"
