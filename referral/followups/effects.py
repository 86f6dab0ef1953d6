"""What each digit changes: testimonies, withdrawals, the next question, a person told, one text back.

A digit means the same whether it was texted or said to one of us: only the voice that brought it differs.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.followups import plan_links
from referral.followups.models import Question
from referral.followups.plan_links import can_choose_on_page
from referral.followups.planning import ask, call_no_more, move_question
from referral.followups.said import end_search
from referral.followups.states import QuestionEvent, QuestionKind
from referral.followups.voices import WITHIN_A_DAY, Spoken, Voice
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.inbound import answer
from referral.messaging.models import InboundMessage
from referral.patients.models import PatientPhone
from referral.referrals.models import Referral
from referral.referrals.numbering import named_in_texts
from referral.referrals.states import NotCompletedReason, Outcome, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony, testify
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

WITHIN_THE_HOUR = timedelta(hours=1)

#: What got in the way, by digit; the same digits in every language.
REASONS = {
    "4": NotCompletedReason.COULD_NOT_REACH,
    "5": NotCompletedReason.NOT_ELIGIBLE_AFTER_INTAKE,
    "6": NotCompletedReason.OTHER,
    "7": NotCompletedReason.WAITED_TOO_LONG,
    "8": NotCompletedReason.OTHER,
}

#: Words for the navigator where the reason alone says too little.
REASON_NOTES: dict[str, LazyString] = {
    "6": _l("It is too far, or there is no ride."),
    "8": _l("There is another reason."),
}


@dataclass(frozen=True)
class ByText:
    """The voice of a text that came in."""

    inbound: InboundMessage

    def testify(
        self,
        session: ScopedSession,
        referral: Referral,
        outcome: Outcome,
        *,
        reason: NotCompletedReason | None = None,
        note: str | None = None,
    ) -> None:
        """Write down what the patient texted."""
        said = GivenTestimony(
            side=Side.PATIENT,
            outcome=outcome,
            reason=reason,
            channel=TestimonyChannel.TEXT,
            inbound_message_id=self.inbound.id,
            note=note,
        )
        testify(session, referral, said)

    def tell_person(self, session: ScopedSession, reason: ToDoReason, referral: Referral) -> None:
        """Give the text to a person."""
        tell_person(session, self.inbound, reason, referral_id=referral.id)

    def reply(self, session: ScopedSession, template: str, **facts: object) -> None:
        """Queue one text in answer."""
        reply_to(session, self.inbound, template, composer="patient_text", **facts)

    def ask_next(self, session: ScopedSession, referral: Referral, kind: QuestionKind) -> None:
        """Text the next question."""
        ask(session, referral, kind, clock.now())

    def show_other_places(self, session: ScopedSession, referral: Referral) -> bool:
        """Text the address of the page on which another place can be chosen, where it may go."""
        if not can_choose_on_page(session, referral):
            return False
        reply_to(session, self.inbound, plan_links.TEMPLATE, composer=plan_links.COMPOSER)
        return True


def apply_option(session: ScopedSession, inbound: InboundMessage, question: Question, digit: str) -> str:
    """Record the answer and do what the digit means for this question; return "applied …". Flushes."""
    question.inbound_message_id, question.answered_at = inbound.id, inbound.received_at
    _apply(session, ByText(inbound), question, digit)
    call_no_more(session, question, outcome=_l("They answered by text."))
    return f"applied {question.kind} {digit}"


def apply_spoken(session: ScopedSession, spoken: Spoken, question: Question, digit: str) -> None:
    """Record an answer that was spoken, and do the same as if it had been texted. Raises IllegalMove. Flushes."""
    question.answered_at = clock.now()
    _apply(session, spoken, question, digit)


def _apply(session: ScopedSession, voice: Voice, question: Question, digit: str) -> None:
    move_question(question, QuestionEvent.ANSWER)
    question.answer = digit
    session.flush()
    referral = session.get_one(Referral, question.referral_id)
    if digit == "3":
        _no_longer_needed(session, voice, referral)
    else:
        _MEANING[QuestionKind(question.kind)](session, voice, referral, digit)


def reply_to(
    session: ScopedSession, inbound: InboundMessage, template: str, *, composer: str = "patient_text", **facts: object
) -> None:
    """Queue one text in answer."""
    answer(session, inbound, template, composer=composer, **facts)


def tell_person(
    session: ScopedSession,
    inbound: InboundMessage,
    reason: ToDoReason,
    *,
    urgent: bool = False,
    referral_id: UUID | None = None,
) -> None:
    """Give a text to a person. A text from nobody we know has no clinic; it stays in the list of texts."""
    if inbound.clinic_id is None or inbound.patient_id is None:
        return
    make_to_do(
        session,
        NewToDo(
            clinic_id=inbound.clinic_id,
            patient_id=inbound.patient_id,
            reason=reason,
            subject_kind="referral" if referral_id else "inbound_message",
            subject_id=referral_id or inbound.id,
            dedupe_key=f"inbound:{inbound.id}:{reason}",
            due_at=clock.now() + (WITHIN_THE_HOUR if urgent else WITHIN_A_DAY),
            note=inbound.body,
            urgent=urgent,
        ),
    )


def tell_clinic(session: ScopedSession, inbound: InboundMessage, phone: PatientPhone, reason: ToDoReason) -> None:
    """Make one clinic's urgent to-do about a text from a phone that it knows."""
    make_to_do(
        session,
        NewToDo(
            clinic_id=phone.clinic_id,
            patient_id=phone.patient_id,
            reason=reason,
            subject_kind="inbound_message",
            subject_id=inbound.id,
            dedupe_key=f"inbound:{inbound.id}:{reason}:{phone.patient_id}",
            due_at=clock.now() + WITHIN_THE_HOUR,
            note=inbound.body,
            urgent=True,
        ),
    )


def _no_longer_needed(session: ScopedSession, voice: Voice, referral: Referral) -> None:
    voice.testify(session, referral, Outcome.NO_LONGER_WANTED, reason=NotCompletedReason.NO_LONGER_WANTED)
    _set_need(session, referral, NeedStatus.GONE)
    voice.reply(session, "closed_declined", **named_in_texts(session, referral))


def _contacted(session: ScopedSession, voice: Voice, referral: Referral, digit: str) -> None:
    if digit == "2":
        voice.tell_person(session, ToDoReason.ORGANIZATION_SILENT, referral)
        voice.reply(session, "chw_will_call")


def _outcome(session: ScopedSession, voice: Voice, referral: Referral, digit: str) -> None:
    if digit == "1":
        voice.testify(session, referral, Outcome.RECEIVED)
        _set_need(session, referral, NeedStatus.MET)
        voice.reply(session, "closed_met", **named_in_texts(session, referral))
        return
    voice.testify(session, referral, Outcome.NOT_RECEIVED)  # a "no" never closes: it brings more help
    voice.ask_next(session, referral, QuestionKind.REASON)


def _reason(session: ScopedSession, voice: Voice, referral: Referral, digit: str) -> None:
    note = str(REASON_NOTES[digit]) if digit in REASON_NOTES else None
    voice.testify(session, referral, Outcome.NOT_RECEIVED, reason=REASONS[digit], note=note)
    voice.tell_person(session, ToDoReason.NOT_HELPED, referral)
    voice.reply(session, "chw_will_call")


def _other_place(session: ScopedSession, voice: Voice, referral: Referral, digit: str) -> None:
    """They want another place: their page shows it, else a person does; only there the organization is named."""
    if voice.show_other_places(session, referral):
        return
    voice.tell_person(session, ToDoReason.PATIENT_ASKED_FOR_CALL, referral)
    voice.reply(session, "chw_will_call")


def _keeps_place(session: ScopedSession, voice: Voice, referral: Referral, digit: str) -> None:
    """They stay on the list: nothing changes."""


_MEANING = {
    QuestionKind.CHECK_CONTACT: _contacted,
    QuestionKind.CHECK_OUTCOME: _outcome,
    QuestionKind.REASON: _reason,
    QuestionKind.NEXT_STEP: _other_place,
    QuestionKind.OTHER_PLACE: _other_place,
    QuestionKind.WAITLISTED: _keeps_place,
}


def _set_need(session: ScopedSession, referral: Referral, status: NeedStatus) -> None:
    session.get_one(Need, referral.need_id).status = status
    session.flush()
    end_search(session, referral.need_id)
