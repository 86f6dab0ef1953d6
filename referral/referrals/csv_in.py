"""Answers from a file: read, checked row by row against where each request stands, and done only after a look.

Nothing is stored between the look and the confirmation: the file comes back with the form, is read and checked again,
and a row that has moved meanwhile is left alone. So a file that is sent twice changes nothing the second time.
"""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.kit.errors import InvalidInput
from referral.kit.forms import strip
from referral.kit.scope import ScopedSession
from referral.referrals.actions import LONGEST_LIST
from referral.referrals.amounts import faults_of
from referral.referrals.appointments import appointments_of
from referral.referrals.asked_back import is_ahead
from referral.referrals.csv_columns import OUTCOMES, READ, Answer, Column, with_formula
from referral.referrals.declining import NAME_THE_RULE
from referral.referrals.desk_models import Appointment
from referral.referrals.forms import LINE_LETTERS, NOTE_LETTERS
from referral.referrals.inbox_queries import ids_by_number, received
from referral.referrals.late_answers import may_say_late_what_happened
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.queries import told_by_organization
from referral.referrals.states import (
    REFERRAL_MACHINE,
    DeclineReason,
    NotCompletedReason,
    ReferralEvent,
    ReferralState,
)

S, E = ReferralState, ReferralEvent

#: So many rows at most, and so many bytes: a file of answers is a day's work. A letter may take four bytes.
MOST_ROWS = 500
MOST_BYTES = 1024 * 1024
#: So much of it, in bytes, goes through the page on which it is looked at: less than a field of a form may carry.
MOST_CARRIED = 400 * 1024

#: The states in which an answer is given already: the row has nothing to do. What happened is told once the
#: organization itself has told it; that the patient closed the request says nothing for the other side.
_ALREADY: dict[Answer, frozenset[ReferralState]] = {
    Answer.ACCEPT: frozenset({S.ACCEPTED, S.IN_PROGRESS, S.WAITLISTED}),
    Answer.DECLINE: frozenset({S.DECLINED}),
    Answer.WAITLIST: frozenset({S.WAITLISTED}),
    Answer.START: frozenset({S.IN_PROGRESS}),
    Answer.RECEIVED: frozenset({S.COMPLETED}),
    Answer.PARTLY_RECEIVED: frozenset({S.COMPLETED}),
    Answer.NOT_RECEIVED: frozenset({S.NOT_COMPLETED}),
}

_EVENT = {
    Answer.ACCEPT: E.ACCEPT,
    Answer.DECLINE: E.DECLINE,
    Answer.WAITLIST: E.WAITLIST,
    Answer.START: E.START,
    Answer.RECEIVED: E.COMPLETE,
    Answer.PARTLY_RECEIVED: E.COMPLETE,
    Answer.NOT_RECEIVED: E.FAIL,
}

#: What says what happened.
_OUTCOMES = (E.COMPLETE, E.FAIL)

_REASONS: dict[Answer, frozenset[str]] = {
    Answer.DECLINE: frozenset(map(str, DeclineReason)),
    Answer.NOT_RECEIVED: frozenset(map(str, NotCompletedReason)),
}

_LONGEST = {Column.ESTIMATE: LINE_LETTERS, Column.UNITS: LINE_LETTERS, Column.NOTE: NOTE_LETTERS}


@dataclass(frozen=True)
class Line:
    """One row of the file. `number`: as a spreadsheet counts, the first line being the columns' names."""

    number: int
    cells: dict[Column, str] = field(repr=False)

    def text(self, column: Column) -> str | None:
        """Return the cell; None where it is empty."""
        return self.cells.get(column) or None


@dataclass(frozen=True)
class Problem:
    """Why a row is left alone: the column it is about, and words."""

    column: Column
    words: LazyString


@dataclass(frozen=True)
class Planned:
    """What will become of a row: an answer to a request, or why not. `already`: it was answered so before.

    `expected`: it tells what happened although this appointment is still to come.
    """

    line: Line
    number: str
    referral: Referral | None = field(default=None, repr=False)
    answer: Answer | None = None
    problem: Problem | None = None
    already: bool = False
    expected: Appointment | None = field(default=None, repr=False)

    @property
    def will_change(self) -> bool:
        """True when the row has something to do."""
        return self.referral is not None and self.problem is None and not self.already

    @property
    def tick(self) -> str:
        """The request and the version in which it was looked at: "id:version"."""
        return f"{self.referral.id}:{self.referral.version}" if self.referral else ""


def text_of(content: bytes, *, chosen: bool = True) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises InvalidInput where none was chosen, and for one that is empty, too large or no text.
    """
    if not chosen:
        raise InvalidInput(_l("Choose the file with your answers."), "file")
    if not content:
        raise InvalidInput(_l("This file is empty. Choose the one with your answers."), "file")
    if len(content) > MOST_BYTES:
        raise InvalidInput(_l("The file is too large. Send fewer rows at once."), "file")
    marked = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    words = _l(
        "This is no text file that can be read. Save it as “CSV UTF-8”, with the ending .csv, and choose it again."
    )
    raise InvalidInput(words, "file")


def read_lines(text: str) -> list[Line]:
    """Return the rows that say an answer. Raises InvalidInput when a column is missing or there are too many rows."""
    try:
        rows = list(csv.reader(StringIO(text), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise InvalidInput(
            _l("The file cannot be read as a table. Save it as CSV and choose it again."), "file"
        ) from error
    names = [name.strip().casefold() for name in rows[0]] if rows else []
    missing = [str(column) for column in (Column.REQUEST, Column.VERSION, Column.ANSWER) if column not in names]
    if missing:
        words = _l("The first line of the file must name the column “%(column)s”.", column=missing[0])
        raise InvalidInput(words, "file")
    lines = [Line(number, _cells(names, row)) for number, row in enumerate(rows[1:], start=2)]
    lines = [line for line in lines if line.text(Column.ANSWER)]
    if len(lines) > MOST_ROWS:
        raise InvalidInput(_l("The file has too many rows. Send at most 500 at once."), "file")
    if not lines:
        raise InvalidInput(_l("No row has anything in the column “answer”, so there is nothing to do."), "file")
    return lines


def carried(lines: Sequence[Line]) -> str:
    """Return the text of a file that holds just what is read of these rows: it goes along while somebody looks.

    Raises InvalidInput where that is too much.
    """
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([READ, *([line.cells[column] for column in READ] for line in lines)])
    if len(text.getvalue().encode()) > MOST_CARRIED:
        raise InvalidInput(_l("The file is too large. Send fewer rows at once."), "file")
    return text.getvalue()


def plan(session: ScopedSession, member_id: UUID, lines: Sequence[Line]) -> list[Planned]:
    """Return what will become of each row, in the order of the file. Changes nothing."""
    numbered = ids_by_number(session, member_id)
    wanted = [_ids(numbered, line) for line in lines]
    rows = received(session, member_id, (ids[0] for ids in wanted if len(ids) == 1))
    told, appointments = told_by_organization(session, rows), appointments_of(session, rows)
    planned: list[Planned] = []
    seen: set[UUID] = set()
    for line, ids in zip(lines, wanted, strict=True):
        referral = rows.get(ids[0]) if len(ids) == 1 else None
        planned.append(_twice(line, referral) if referral and referral.id in seen else _check(line, referral, told))
        seen |= {referral.id} if referral else set()
    return [_with_expected(each, appointments) for each in planned]


def _with_expected(row: Planned, appointments: Mapping[UUID, Appointment]) -> Planned:
    given = appointments.get(row.referral.id) if row.referral else None
    tells = row.will_change and row.answer in OUTCOMES
    return replace(row, expected=given) if tells and row.referral and is_ahead(row.referral, given) else row


def _check(line: Line, referral: Referral | None, told: Collection[UUID]) -> Planned:
    number = line.text(Column.REQUEST) or ""
    if referral is None:
        return Planned(line, number, problem=Problem(Column.REQUEST, _l("You have no request with this number.")))
    number = short_number(referral.id)
    answer = _answer(line)
    if answer is None:
        return Planned(line, number, referral, problem=Problem(Column.ANSWER, _l("This is none of the known answers.")))
    may_tell = _EVENT[answer] in _OUTCOMES and referral.id not in told
    if referral.state in _ALREADY[answer] and not may_tell:
        return Planned(line, number, referral, answer, already=True)
    possible = _possible(referral, answer) or (may_tell and may_say_late_what_happened(referral))
    return Planned(line, number, referral, answer, _problem(line, referral, answer, possible=possible))


def _problem(line: Line, referral: Referral, answer: Answer, *, possible: bool) -> Problem | None:
    version = line.text(Column.VERSION)
    if version is None:
        return Problem(
            Column.VERSION, _l("This is empty. Copy it from the file of your requests, beside their number.")
        )
    if version != str(referral.version):
        return Problem(Column.VERSION, _l("The request has moved on since the file was made."))
    if not possible:
        return Problem(Column.ANSWER, _l("This answer is not possible in the state in which the request is."))
    reasons = _REASONS.get(answer)
    if reasons is not None and line.text(Column.REASON) not in reasons:
        return Problem(Column.REASON, _l("Name one of the known reasons."))
    if line.text(Column.REASON) == DeclineReason.NOT_ELIGIBLE and not line.text(Column.NOTE):
        return Problem(Column.NOTE, NAME_THE_RULE)
    place = line.text(Column.PLACE)
    if answer is Answer.WAITLIST and place is not None and not (place.isascii() and place.isdecimal()):
        return Problem(Column.PLACE, _l("A place on the list is a number."))
    if answer is Answer.WAITLIST and place is not None and not _is_on_a_list(place):
        words = _l("A place on the list is a number from 1 to 9999. Leave it empty if you do not know.")
        return Problem(Column.PLACE, words)
    unfit = _unfit(line, answer)
    if unfit is not None:
        return unfit
    too_long = (column for column, most in _LONGEST.items() if len(line.text(column) or "") > most)
    return next((Problem(column, _l("This is too long.")) for column in too_long), None)


def _unfit(line: Line, answer: Answer) -> Problem | None:
    """Return what of amount and reason does not fit the outcome that a row tells."""
    if answer not in OUTCOMES:
        return None
    faults = faults_of(OUTCOMES[answer], reason=line.text(Column.REASON), units=line.text(Column.UNITS))
    return next((Problem(Column(str(each.field)), each.message) for each in faults), None)


def _possible(referral: Referral, answer: Answer) -> bool:
    events = REFERRAL_MACHINE.events_from(S(referral.state))
    first_answer = answer is Answer.WAITLIST and referral.state == S.SENT
    return first_answer or _EVENT[answer] in events


def _is_on_a_list(digits: str) -> bool:
    # Python reads no number of thousands of digits, so their count is looked at first.
    return len(digits) <= len(str(LONGEST_LIST)) and 1 <= int(digits) <= LONGEST_LIST


def _twice(line: Line, referral: Referral) -> Planned:
    words = _l("The request stands in an earlier row already.")
    return Planned(line, short_number(referral.id), referral, problem=Problem(Column.REQUEST, words))


def _answer(line: Line) -> Answer | None:
    said = (line.text(Column.ANSWER) or "").casefold().replace(" ", "_").replace("-", "_")
    return Answer(said) if said in set(Answer) else None


def _ids(numbered: dict[str, list[UUID]], line: Line) -> list[UUID]:
    number = (line.text(Column.REQUEST) or "").upper().replace(" ", "")
    return numbered.get(number, [])


def _cells(names: Sequence[str], row: Iterable[str]) -> dict[Column, str]:
    found = {name: strip(with_formula(cell)) or "" for name, cell in zip(names, row, strict=False)}
    return {column: found.get(column, "") for column in READ}


def _delimiter(text: str) -> str:
    """Return what parts the columns: spreadsheets of other countries write semicolons, some programs tabs."""
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)
