"""The one place where a lower slice reaches a higher one: every hook is filled here."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from referral.accounts import hooks as account_hooks
from referral.accounts.factor_mails import COMPOSER as FACTORS_RESET
from referral.accounts.factor_mails import compose_factor_notice
from referral.accounts.glass_notice import COMPOSER as GLASS_NOTICE
from referral.accounts.glass_notice import compose_glass_notice
from referral.accounts.mails import compose_invitation
from referral.accounts.principal import current_person
from referral.accounts.reset import LINK_COMPOSER, NOTICE_COMPOSER
from referral.accounts.reset_mails import compose_password_notice, compose_reset_link
from referral.audit.recording import write_reads
from referral.followups.answers import answer_reply, read_beyond_stop
from referral.followups.by_hand import compose_by_hand
from referral.followups.composing import compose_appointment_text, compose_question
from referral.followups.due import question_arrived, question_stuck
from referral.followups.ending import (
    ask_again_after_joining,
    end_contact,
    end_contact_here,
    resume_contact,
    welcome,
)
from referral.followups.news import compose_referral_text, compose_together
from referral.followups.plan_links import COMPOSER as PLAN_LINK
from referral.followups.plan_links import compose_plan_link
from referral.followups.planning import follow_move, is_asking
from referral.followups.reminding import COMPOSER as APPOINTMENT_TEXT
from referral.followups.reminding import remind_of
from referral.followups.said import hear_patient
from referral.followups.stopping import end_texting
from referral.followups.texted import NEWS_COMPOSER, TOGETHER_COMPOSER
from referral.kit.scope import ScopedSession
from referral.kit.transaction import record_reads
from referral.messaging import hooks as messaging_hooks
from referral.messaging.by_hand import COMPOSER as BY_HAND
from referral.messaging.composing import compose_keyword_reply, compose_patient_text, text_samples
from referral.messaging.conversation import conversation_section
from referral.messaging.segments import measure
from referral.messaging.words import reason_words
from referral.navigation.handed_on import handed_on
from referral.navigation.handing_over import left_behind, stood_in_for
from referral.navigation.history import contact_section
from referral.navigation.overtaken import finish_overtaken
from referral.navigation.plans import drop_needless_plans
from referral.outbox import hooks as outbox_hooks
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.outbox.states import TEXT_CHANNELS
from referral.patients import hooks as patient_hooks
from referral.patients.barring import patients_who_barred
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.plan.sections import plan_section, why_no_plan_page
from referral.prescriptions import hooks as prescription_hooks
from referral.prescriptions.favourites import favourites_of
from referral.prescriptions.need_plans import follow_answer, is_said_already, was_answered, words_of_needs
from referral.prescriptions.running import running_requests
from referral.records.holds import is_held
from referral.records.sections import record_section
from referral.referrals import hooks as referral_hooks
from referral.referrals.asked_twice import end_barred_requests, ended_by_joining, sent_requests, take_back_doubles
from referral.referrals.mails import compose_code_mail, compose_organization_mail
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.patient_section import referral_section
from referral.referrals.stopping import withdraw_from
from referral.referrals.under_way import under_way, withdraw_all
from referral.screening import hooks as screening_hooks
from referral.screening.link_texts import COMPOSER as SCREENING_TEXT
from referral.screening.link_texts import compose_screening_text
from referral.screening.sections import needs_section
from referral.staff_phones.composing import compose_staff_code, compose_staff_notice, compose_staff_reply
from referral.staff_phones.phones import end_by_stop
from referral.staff_phones.receiving import receive_staff_text
from referral.staff_phones.telling import tell_staff
from referral.staff_phones.texts import STAFF_CODE, STAFF_NOTICE, STAFF_REPLY
from referral.todos.barred import give_to_dos_to_others
from referral.todos.stuck import learn_about_number, tell_about_stuck_message

#: Who makes the words of a message, by Message.composer.
COMPOSERS = {
    FACTORS_RESET: compose_factor_notice,
    GLASS_NOTICE: compose_glass_notice,
    "invitation": compose_invitation,
    LINK_COMPOSER: compose_reset_link,
    NOTICE_COMPOSER: compose_password_notice,
    "organization_mail": compose_organization_mail,
    "answer_code": compose_code_mail,
    "patient_text": compose_patient_text,
    "keyword_reply": compose_keyword_reply,
    NEWS_COMPOSER: compose_referral_text,
    TOGETHER_COMPOSER: compose_together,
    BY_HAND: compose_by_hand,
    APPOINTMENT_TEXT: compose_appointment_text,
    "question": compose_question,
    PLAN_LINK: compose_plan_link,
    SCREENING_TEXT: compose_screening_text,
    STAFF_NOTICE: compose_staff_notice,
    STAFF_CODE: compose_staff_code,
    STAFF_REPLY: compose_staff_reply,
}


def fill_hooks() -> None:
    """Fill every declared hook. The product does not start while one is missing."""
    record_reads.fill(write_reads)
    account_hooks.what_is_left.fill(left_behind)
    account_hooks.stand_in_for.fill(stood_in_for)
    outbox_hooks.compose.fill(_compose)
    outbox_hooks.on_message_accepted.fill(question_arrived)
    outbox_hooks.on_message_stuck.fill(_message_stuck)
    _fill_screening_hooks()
    messaging_hooks.on_inbound_reply.fill(answer_reply)
    messaging_hooks.on_opted_out.fill(read_beyond_stop)
    messaging_hooks.handed_on.fill(handed_on)
    messaging_hooks.on_staff_text.fill(receive_staff_text)
    referral_hooks.on_referral_moved.fill(_referral_moved)
    referral_hooks.on_organization_asked.fill(tell_staff)
    referral_hooks.on_testified.fill(hear_patient)
    referral_hooks.on_appointment_given.fill(remind_of)
    referral_hooks.is_being_asked.fill(is_asking)
    referral_hooks.usual_services.fill(favourites_of)
    prescription_hooks.why_no_plan_page.fill(why_no_plan_page)
    patient_hooks.patient_sections.fill(_patient_sections)
    patient_hooks.text_samples.fill(text_samples)
    patient_hooks.on_sharing_stopped.fill(withdraw_from)
    patient_hooks.on_texts_stopped.fill(_texts_stopped)
    patient_hooks.is_on_hold.fill(is_held)
    patient_hooks.under_way.fill(under_way)
    patient_hooks.withdraw_all.fill(withdraw_all)
    patient_hooks.sent_requests.fill(sent_requests)
    patient_hooks.take_back_doubles.fill(take_back_doubles)
    patient_hooks.end_barred_requests.fill(end_barred_requests)
    patient_hooks.ended_by_joining.fill(ended_by_joining)
    patient_hooks.on_ended_for_good.fill(ask_again_after_joining)
    patient_hooks.on_contact_ended.fill(_contact_ended)
    patient_hooks.on_contact_resumed.fill(resume_contact)
    patient_hooks.on_person_barred.fill(give_to_dos_to_others)
    patient_hooks.on_patient_moved_here.fill(welcome)
    patient_hooks.on_patient_moved_away.fill(_moved_away)
    account_hooks.patients_who_barred.fill(patients_who_barred)


def _fill_screening_hooks() -> None:
    screening_hooks.running_requests.fill(running_requests)
    screening_hooks.words_of_needs.fill(words_of_needs)
    screening_hooks.on_need_answered.fill(follow_answer)
    screening_hooks.is_said_already.fill(is_said_already)
    screening_hooks.was_answered.fill(was_answered)


def _referral_moved(session: ScopedSession, referral: Referral, move: ReferralMove) -> None:
    follow_move(session, referral, move)
    finish_overtaken(session, referral, move)


def _texts_stopped(session: ScopedSession, phone_number_id: UUID) -> None:
    end_texting(session, phone_number_id)
    with session.widened("texts stopped"):
        end_by_stop(session, phone_number_id)


def _contact_ended(session: ScopedSession, patient_id: UUID, by: UUID) -> None:
    end_contact(session, patient_id, by)
    drop_needless_plans(session, patient_id)


def _moved_away(session: ScopedSession, patient_id: UUID) -> None:
    end_contact_here(session, patient_id)
    drop_needless_plans(session, patient_id)


def _compose(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    words = COMPOSERS[message.composer](session, message, now)
    if isinstance(words, Composed) and message.channel in TEXT_CHANNELS:
        return replace(words, segments=measure(words.body).count)
    return words


def _message_stuck(session: ScopedSession, message: Message) -> None:
    learn_about_number(session, message)
    if not question_stuck(session, message):
        tell_about_stuck_message(session, message, note=reason_words(message.reason) if message.reason else None)


def _patient_sections(session: ScopedSession, patient: Patient) -> list[Section]:
    return [
        needs_section(session, patient),
        referral_section(session, patient),
        conversation_section(session, patient),
        contact_section(session, patient),
        *plan_section(session, patient, current_person()),
        *record_section(session, patient, current_person()),
    ]
