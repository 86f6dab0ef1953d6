"""The questions we text, where each stands, and what its digits mean."""

from enum import StrEnum

from referral.kit.state_machine import Machine


class QuestionKind(StrEnum):
    """What is asked. The text of the same name is in the catalog."""

    CHECK_CONTACT = "check_contact_d3"
    CHECK_OUTCOME = "check_outcome_d10"
    REASON = "reason"
    NEXT_STEP = "next_step"
    OTHER_PLACE = "declined_other_place"
    WAITLISTED = "waitlisted"


class QuestionState(StrEnum):
    """Where a question stands. OPENING and OPEN hold the phone."""

    SCHEDULED = "scheduled"
    OPENING = "opening"
    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    GIVEN_TO_PERSON = "given_to_person"


class QuestionEvent(StrEnum):
    """What moves a question."""

    QUEUE = "queue"
    ARRIVE = "arrive"
    ANSWER = "answer"
    RUN_OUT = "run_out"
    CANCEL = "cancel"
    GIVE_TO_PERSON = "give_to_person"


S, E = QuestionState, QuestionEvent
_WAITING = (S.SCHEDULED, S.OPENING, S.OPEN)

QUESTION_MACHINE: Machine[QuestionState, QuestionEvent] = Machine(
    "question",
    S.SCHEDULED,
    moves={
        (S.SCHEDULED, E.QUEUE): S.OPENING,
        (S.OPENING, E.ARRIVE): S.OPEN,
        (S.OPENING, E.ANSWER): S.ANSWERED,
        (S.OPEN, E.ANSWER): S.ANSWERED,
        (S.GIVEN_TO_PERSON, E.ANSWER): S.ANSWERED,
        (S.GIVEN_TO_PERSON, E.ARRIVE): S.OPEN,
        (S.OPEN, E.RUN_OUT): S.EXPIRED,
        **{(state, E.CANCEL): S.CANCELLED for state in (*_WAITING, S.GIVEN_TO_PERSON)},
        **{(state, E.GIVE_TO_PERSON): S.GIVEN_TO_PERSON for state in _WAITING},
    },
    who=dict.fromkeys(QuestionEvent, "clock"),
)

#: The digits each question offers; each digit has one meaning in the whole product.
OPTIONS: dict[QuestionKind, tuple[str, ...]] = {
    QuestionKind.CHECK_CONTACT: ("1", "2", "3", "9"),
    QuestionKind.CHECK_OUTCOME: ("1", "2", "3", "9"),
    QuestionKind.REASON: ("4", "5", "6", "7", "8", "9"),
    QuestionKind.NEXT_STEP: ("1", "3", "9"),
    QuestionKind.OTHER_PLACE: ("1", "3", "9"),
    QuestionKind.WAITLISTED: ("1", "3", "9"),
}
