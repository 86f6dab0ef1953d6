"""The one place where a lower slice reaches a higher one: every hook is filled here."""

from datetime import datetime

from referral.accounts.mails import compose_invitation
from referral.audit.recording import write_reads
from referral.followups.answers import answer_reply, read_beyond_stop
from referral.followups.composing import compose_question, compose_referral_text
from referral.followups.due import question_arrived, question_stuck
from referral.followups.planning import follow_move
from referral.followups.stopping import end_texting
from referral.kit.scope import ScopedSession
from referral.kit.transaction import record_reads
from referral.messaging import hooks as messaging_hooks
from referral.messaging.composing import compose_keyword_reply, compose_patient_text
from referral.messaging.conversation import conversation_section
from referral.messaging.words import reason_words
from referral.outbox import hooks as outbox_hooks
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.patients import hooks as patient_hooks
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.referrals import hooks as referral_hooks
from referral.referrals.mails import compose_organization_mail
from referral.referrals.patient_section import referral_section
from referral.referrals.stopping import withdraw_from
from referral.screening.sections import needs_section
from referral.todos.stuck import learn_about_number, tell_about_stuck_message

#: Who makes the words of a message, by Message.composer.
COMPOSERS = {
    "invitation": compose_invitation,
    "organization_mail": compose_organization_mail,
    "patient_text": compose_patient_text,
    "keyword_reply": compose_keyword_reply,
    "referral_text": compose_referral_text,
    "question": compose_question,
}


def fill_hooks() -> None:
    """Fill every declared hook. The product does not start while one is missing."""
    record_reads.fill(write_reads)
    outbox_hooks.compose.fill(_compose)
    outbox_hooks.on_message_accepted.fill(question_arrived)
    outbox_hooks.on_message_stuck.fill(_message_stuck)
    messaging_hooks.on_inbound_reply.fill(answer_reply)
    messaging_hooks.on_opted_out.fill(read_beyond_stop)
    referral_hooks.on_referral_moved.fill(follow_move)
    patient_hooks.patient_sections.fill(_patient_sections)
    patient_hooks.on_sharing_stopped.fill(withdraw_from)
    patient_hooks.on_texts_stopped.fill(end_texting)


def _compose(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    return COMPOSERS[message.composer](session, message, now)


def _message_stuck(session: ScopedSession, message: Message) -> None:
    learn_about_number(session, message)
    if not question_stuck(session, message):
        tell_about_stuck_message(session, message, note=reason_words(message.reason) if message.reason else None)


def _patient_sections(session: ScopedSession, patient: Patient) -> list[Section]:
    return [needs_section(session, patient), referral_section(session, patient), conversation_section(session, patient)]
