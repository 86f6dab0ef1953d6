"""The lines of the list: why, until when in words, who owns it, and the one action that is offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _

from referral.accounts.principal import Signed
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.navigation.clock_words import until
from referral.navigation.errands import OF_NEEDS, why_of
from referral.navigation.needs_left import needs_left, whys_left
from referral.navigation.next_actions import NextAction, action_for_need, next_action
from referral.navigation.queries import ToDoRow, patient_names
from referral.navigation.watching import unwatched
from referral.referrals import words as referral_words
from referral.referrals.models import Referral
from referral.screening.words import need_label
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import SENSITIVE

#: A wish or a contradiction that people have told us: no clock and no rule worked it out.
SAID_BY_PEOPLE = frozenset(
    {
        ToDoReason.CRISIS,
        ToDoReason.PATIENT_ASKED_FOR_CALL,
        ToDoReason.PATIENT_WROTE,
        ToDoReason.ANSWERS_DIFFER,
        ToDoReason.CHOSE_OTHER_PLACE,
    }
)


@dataclass(frozen=True)
class QueueLine:
    """A to-do as its row shows it. `until`: "in 3 hours", "2 days late". `action`: None for one that is done.

    `about`: the need, "" for what is about none; a sensitive one is not named. `asked_on`: when it was prescribed.
    """

    row: ToDoRow
    why: str
    about: str
    asked_on: datetime | None
    until: str
    is_late: bool
    action: NextAction | None

    @property
    def to_do(self) -> ToDo:
        """The to-do itself."""
        return self.row.to_do


@dataclass(frozen=True)
class PatientLines:
    """The to-dos of one patient on a page: the most pressing, whose action the row offers, and the others."""

    first: QueueLine
    others: list[QueueLine]


@dataclass(frozen=True)
class UnwatchedLine:
    """A referral that nobody watches: no to-do exists for it yet."""

    referral_id: UUID
    service_name: str
    state_label: str
    since: datetime


@dataclass(frozen=True)
class NeedLine:
    """A need that nobody looks after: no to-do exists for it yet. `action`: None for who may not do it."""

    why: LazyString
    need: str
    action: NextAction | None


@dataclass(frozen=True)
class LeftLine:
    """A patient with needs that nobody looks after, oldest first."""

    patient_url: str
    patient_name: str
    needs: list[NeedLine]


def queue_lines(rows: Sequence[ToDoRow], reader: Signed) -> list[QueueLine]:
    """Return the lines of a page, in the same order."""
    now = clock.now()
    return [
        QueueLine(
            row,
            why_of(row.to_do, row.referral, chosen=row.chosen is not None),
            need_words(row.domain),
            (row.referral.signed_at or row.referral.created_at) if row.referral else None,
            until(row.to_do.due_at, now),
            row.to_do.due_at < now,
            None if row.to_do.done_at else next_action(row.to_do, row.referral, reader, chosen=row.chosen),
        )
        for row in rows
    ]


def by_patient(lines: Sequence[QueueLine]) -> list[PatientLines]:
    """Return the lines of a page with those of one patient together, in the order of the most pressing of each.

    In a row danger comes first, then what the patient asked for themselves and what two sides tell differently: what
    the product has worked out by itself waits behind it, although it may have been due before.
    """
    of_patient: dict[UUID, list[QueueLine]] = {}
    for line in lines:
        of_patient.setdefault(line.to_do.patient_id, []).append(line)
    return [
        PatientLines(first, others) for first, *others in (sorted(each, key=_in_row) for each in of_patient.values())
    ]


def _in_row(line: QueueLine) -> tuple[bool, bool, bool, datetime, UUID]:
    to_do = line.to_do
    danger = to_do.reason == ToDoReason.CRISIS
    return not danger, not to_do.urgent, to_do.reason not in SAID_BY_PEOPLE, to_do.due_at, to_do.id


def one_by_one(lines: Sequence[QueueLine]) -> list[PatientLines]:
    """Return each line for itself: what is done is a history."""
    return [PatientLines(line, []) for line in lines]


def need_words(domain: str | None) -> str:
    """Return the need as a list may name it: a sensitive one only as a request, "" for none."""
    if domain is None:
        return ""
    return str(_("A request") if domain in SENSITIVE else need_label(domain))


def left_lines(session: ScopedSession, reader: Signed) -> list[LeftLine]:
    """Return the clinic's needs that nobody looks after, those of one patient together, the oldest first."""
    needs = needs_left(session, clinic_id=reader.member_id)
    names, whys = patient_names(session, {need.patient_id for need in needs}), whys_left(session, needs)
    lines: dict[UUID, LeftLine] = {}
    for need in needs:
        url = url_for("patients.show_patient", patient_id=need.patient_id)
        line = lines.setdefault(need.patient_id, LeftLine(url, names.get(need.patient_id, ""), []))
        errand = OF_NEEDS[whys[need.id]]
        line.needs.append(NeedLine(errand.why, need_words(need.domain), action_for_need(errand.next, need, reader)))
    return list(lines.values())


def unwatched_lines(session: ScopedSession, reader: Signed) -> list[UnwatchedLine]:
    """Return the clinic's referrals that nobody watches, oldest first. No list names a place of a sensitive need."""
    return [
        UnwatchedLine(
            referral.id,
            _service_name(referral),
            str(referral_words.STATES[referral.state]),
            referral.created_at,
        )
        for referral in unwatched(session, clinic_id=reader.member_id)
    ]


def _service_name(referral: Referral) -> str:
    name = "" if referral.domain in SENSITIVE else str(referral.service_facts.get("service_name") or "")
    return name or str(_("A referral"))
