"""What is done about a text that a carrier lost: it is said once more, hours later, where that may help."""

from datetime import timedelta

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.gateway.base import ErrorClass
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel

#: A phone that was off, a carrier that was full, our registration mended meanwhile: hours may help, minutes do not.
REPEAT_AFTER = timedelta(hours=4)

#: Failures that pass. Everything else is for good.
PASSING = frozenset({ErrorClass.CARRIER, ErrorClass.CONFIGURATION})


def repeat(session: ScopedSession, message: Message) -> bool:
    """Queue a lost text once more, as a message of its own; False where that would not help. Flushes.

    Once at most: the repetition of a repetition is a person's call. The gate asks again whether it may go.
    """
    again_at = clock.now() + REPEAT_AFTER
    too_late = message.expires_at is not None and message.expires_at <= again_at
    if message.reason not in PASSING or message.retry_of is not None or not message.resend_ok or too_late:
        return False
    again = NewMessage(
        channel=Channel(message.channel),
        composer=message.composer,
        template=message.template,
        clinic_id=message.clinic_id,
        subject_kind=message.subject_kind,
        subject_id=message.subject_id,
        subject_version=message.subject_version,
        dedupe_key=f"{message.dedupe_key}:again",
        patient_id=message.patient_id,
        phone_number_id=message.phone_number_id,
        facts=message.facts,
        not_before=again_at,
        expires_at=message.expires_at,
        retry_of=message.id,
    )
    return queue_message(session, again) is not None
