"""Which question a to-do asks: the one that could not be texted, or what follows from the answer just given."""

from uuid import UUID

from referral.followups.models import Question
from referral.followups.spoken import ASKABLE, FOLLOWS, question_by_id, question_of_patient, question_to_ask
from referral.kit.scope import ScopedSession
from referral.navigation.queries import referral_id_of
from referral.todos.models import ToDo, ToDoReason

#: Reasons for which somebody calls the patient and asks.
ASKING = frozenset(
    {
        ToDoReason.CALL_INSTEAD_OF_TEXT,
        ToDoReason.PATIENT_ASKED_FOR_CALL,
        ToDoReason.PATIENT_WROTE,
        ToDoReason.PATIENT_STOPPED_TEXTS,
        ToDoReason.UNCLEAR_REPLY,
        ToDoReason.NO_REPLY,
        ToDoReason.MESSAGE_STUCK,
        ToDoReason.NEXT_CONTACT,
        ToDoReason.WRONG_NUMBER,
    }
)


def question_of(session: ScopedSession, to_do: ToDo) -> Question | None:
    """Return the question that whoever does the to-do asks now; None when nothing is left to ask."""
    if to_do.reason not in ASKING:
        return None
    own = _own_question(session, to_do)
    if own is not None and own.state in ASKABLE:
        return own
    if to_do.subject_kind == "phone_number":  # one STOP stands for every question that it ended
        return question_of_patient(session, to_do.patient_id)
    referral_id = own.referral_id if own is not None else referral_id_of(session, to_do)
    question = question_to_ask(session, referral_id) if referral_id else None
    if own is not None and question is not None and question.kind not in FOLLOWS:
        return None  # another question of the referral has a to-do of its own
    return question


def _own_question(session: ScopedSession, to_do: ToDo) -> Question | None:
    """Return the question that the to-do was made for, whatever became of it."""
    if to_do.subject_kind == "question":
        return question_by_id(session, to_do.subject_id)
    kind, _colon, rest = to_do.dedupe_key.partition(":")
    if kind != "question":
        return None
    try:
        return question_by_id(session, UUID(rest.partition(":")[0]))
    except ValueError:
        return None
