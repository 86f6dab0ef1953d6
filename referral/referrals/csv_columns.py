"""The columns of an organization's files, out and in: the file that was taken away can be filled in and sent back."""

from enum import StrEnum

from referral.referrals.states import Outcome

#: A cell that begins with one of these may be run as a formula (OWASP, "CSV Injection"); the last four are =, +, -
#: and @ in full width, which spreadsheets read alike.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class Column(StrEnum):
    """A column by its name in the first line. Names are the same in every language: programs read them.

    The language is here and the ZIP code is not: no file tells who speaks a language in a place, names or none.
    """

    REQUEST = "request"
    VERSION = "version"
    ASKED_ON = "asked_on"
    CLINIC = "clinic"
    SERVICE = "service"
    STATE = "state"
    URGENCY = "urgency"
    NEED = "need"
    LANGUAGE = "language"
    ASSIGNED_TO = "assigned_to"
    APPOINTMENT = "appointment"
    #: What the organization fills in.
    ANSWER = "answer"
    REASON = "reason"
    PLACE = "place_on_list"
    ESTIMATE = "estimate"
    UNITS = "units"
    NOTE = "note"


#: What is read back; the rest of a file is left alone.
READ = (
    Column.REQUEST,
    Column.VERSION,
    Column.ANSWER,
    Column.REASON,
    Column.PLACE,
    Column.ESTIMATE,
    Column.UNITS,
    Column.NOTE,
)


class Answer(StrEnum):
    """What may stand in the column `answer`."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WAITLIST = "waitlist"
    START = "start"
    RECEIVED = "received"
    PARTLY_RECEIVED = "partly_received"
    NOT_RECEIVED = "not_received"


#: What happened, by the answers that say it.
OUTCOMES = {
    Answer.RECEIVED: Outcome.RECEIVED,
    Answer.PARTLY_RECEIVED: Outcome.PARTLY_RECEIVED,
    Answer.NOT_RECEIVED: Outcome.NOT_RECEIVED,
}


def without_formula(text: str) -> str:
    """Return a cell that is shown and not run: an apostrophe stands before a text that begins like a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def with_formula(cell: str) -> str:
    """Return what stood in a cell before `without_formula`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell
