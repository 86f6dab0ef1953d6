"""A message that cannot go on alone becomes a to-do, with the reason."""

from datetime import timedelta

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.patients.consents import opt_out
from referral.patients.models import PhoneNumber
from referral.patients.states import OptOutKind
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

WITHIN = timedelta(days=1)

#: How the business identity ends where nothing could be mailed, since no address is known: they are called.
CALLED_KEY = ":called"


def tell_about_stuck_message(session: ScopedSession, message: Message, *, note: str | None) -> None:
    """Make the to-do of a stuck message about a patient; one about nobody stands in the queue's health. Flushes.

    `note`: the reason in words.
    """
    if message.patient_id is None:
        return
    to_organization = message.phone_number_id is None
    called = CALLED_KEY if to_organization and message.reason == "no_address" else ""
    make_to_do(
        session,
        NewToDo(
            clinic_id=message.clinic_id,
            patient_id=message.patient_id,
            reason=ToDoReason.ORGANIZATION_UNREACHABLE if to_organization else ToDoReason.MESSAGE_STUCK,
            subject_kind=message.subject_kind,
            subject_id=message.subject_id,
            dedupe_key=f"stuck:{message.id}{called}",
            due_at=clock.now() + WITHIN,
            note=note,
        ),
    )


def learn_about_number(session: ScopedSession, message: Message) -> None:
    """The provider knows of a STOP we never saw, or that the number takes no texts: neither is tried again. Flushes."""
    if message.phone_number_id is None:
        return
    if message.reason == "opted_out" and message.error_code:
        opt_out(session, message.phone_number_id, OptOutKind.PROVIDER_BLOCK)
    elif message.reason == "recipient":
        session.get_one(PhoneNumber, message.phone_number_id).unusable_at = clock.now()
        session.flush()
