"""A message that cannot go on alone becomes a to-do, with the reason."""

from datetime import timedelta

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

WITHIN = timedelta(days=1)


def tell_about_stuck_message(session: ScopedSession, message: Message) -> None:
    """Make the to-do of a stuck message about a patient; one about nobody stands in the queue's health. Flushes."""
    if message.patient_id is None:
        return
    to_organization = message.phone_number_id is None
    make_to_do(
        session,
        NewToDo(
            clinic_id=message.clinic_id,
            patient_id=message.patient_id,
            reason=ToDoReason.ORGANIZATION_UNREACHABLE if to_organization else ToDoReason.MESSAGE_STUCK,
            subject_kind=message.subject_kind,
            subject_id=message.subject_id,
            dedupe_key=f"stuck:{message.id}",
            due_at=clock.now() + WITHIN,
            note=message.reason,
        ),
    )
