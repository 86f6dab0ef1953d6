"""Closed sets of navigation: how a patient was contacted, what is done next, which part of the list is shown."""

from enum import StrEnum


class ContactChannel(StrEnum):
    """How somebody tried to reach a patient."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    HOME_VISIT = "home_visit"
    VIDEO = "video"
    LETTER = "letter"


class PlannedChannel(StrEnum):
    """How the next try to reach a patient is to be made."""

    PHONE = "phone"
    TEXT = "text"
    IN_PERSON = "in_person"
    HOME_VISIT = "home_visit"
    VIDEO = "video"
    LETTER = "letter"


class CallSaid(StrEnum):
    """What whoever finishes a to-do that is done by calling says of the call."""

    REACHED = "reached"
    TRIED = "tried"
    THEY_CAME = "they_came"
    NOT_WANTED = "not_wanted"
    NO_CALL = "no_call"


#: The call was made.
MADE = frozenset({CallSaid.REACHED, CallSaid.TRIED})


class Next(StrEnum):
    """What is done next about a to-do."""

    CALL = "call"
    TRY = "try"
    READ = "read"
    RECORD_ANSWER = "record_answer"
    CALL_ORGANIZATION = "call_organization"
    COMPARE = "compare"
    LATE_ANSWER = "late_answer"
    OTHER_PLACE = "other_place"
    PRESCRIBE = "prescribe"
    PRESCRIBE_CHOSEN = "prescribe_chosen"
    PRESCRIBE_NEED = "prescribe_need"
    PRESCRIBE_AGAIN = "prescribe_again"
    PLAN = "plan"
    CONFIRM = "confirm"
    REPLY = "reply"
    PHONE = "phone"


class ToDoView(StrEnum):
    """Which to-dos a list shows: open ones that I own, that I stand in for, all open ones, or done ones."""

    MINE = "mine"
    DEPUTY = "deputy"
    ALL = "all"
    DONE = "done"
