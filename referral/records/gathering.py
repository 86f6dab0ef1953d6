"""A patient's whole record as plain values, table by table: what every format of an export is made of.

The shape (version 1), as the JSON of an export has it: `format`, `version`, `made_at`, `clinic`, `complete` (False when
a table was cut off at MOST_ROWS), `left_out` (what was not included, in words for programs) and `tables`: name of the
table to a list of rows, oldest first, each a mapping of column to value. Times are ISO 8601 in UTC; ids are UUIDs, and
a column that ends in `_id` names a row of this or another table; sealed columns are opened; people of the clinic stand
by name and role; organizations by name. Which columns are included follows class_names.EXPORTED.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from referral.accounts.models import Member
from referral.followups.models import Question
from referral.kit import clock
from referral.kit.crypto import sealed, sealed_json
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactAttempt, ContactPlan, HandOver
from referral.outbox.models import Message
from referral.outbox.states import Channel
from referral.patients.consent_models import Disclosure, SharingConsent, TextingConsent
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.pause_models import TextingPause
from referral.patients.record_models import PatientCorrection, PatientMerge, PatientMove
from referral.patients.wish_models import PatientBar, PatientProxy
from referral.plan.models import PlanNeed, PlanWord, ReferralRating
from referral.prescriptions.models import NeedPlan, Prescription
from referral.records.class_names import EXPORTED, DataClass
from referral.records.data_classes import class_of, columns_of
from referral.records.looks import looks_of, staff_names
from referral.records.private_matters import NOTHING_PRIVATE, private_matters
from referral.referrals.desk_models import Appointment, Assignment, ThreadMessage
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral, ReferralMove, Testimony
from referral.referrals.rerouting_models import RerouteAlternative
from referral.screening.instrument_library import instrument_of
from referral.screening.instruments import Instrument
from referral.screening.models import Answer, Need, Screening
from referral.screening.started_models import StartedScreening
from referral.todos.models import ToDo
from resources_directory.models.organization import Organization

FORMAT, VERSION = "needsrx-patient-record", 1

#: The most rows of one table; 10,000 events are about a minute of nobody's time and a few megabytes.
MOST_ROWS = 20_000

#: Every table about a patient that they may take along, with the column that orders its rows.
TABLES: tuple[tuple[type[Any], str], ...] = (
    (Patient, "created_at"),
    (PatientPhone, "created_at"),
    (PatientCorrection, "at"),
    (PatientMerge, "merged_at"),
    (PatientMove, "offered_at"),
    (PatientProxy, "recorded_at"),
    (PatientBar, "barred_at"),
    (TextingPause, "paused_at"),
    (TextingConsent, "at"),
    (SharingConsent, "at"),
    (Screening, "completed_at"),
    (Answer, "id"),
    (StartedScreening, "started_at"),
    (Need, "created_at"),
    (NeedPlan, "stated_at"),
    (Prescription, "created_at"),
    (Referral, "created_at"),
    (ReferralMove, "at"),
    (LateAnswer, "at"),
    (RerouteAlternative, "offered_at"),
    (ThreadMessage, "at"),
    (Appointment, "said_at"),
    (Assignment, "at"),
    (Testimony, "at"),
    (Question, "due_at"),
    (Message, "created_at"),
    (InboundMessage, "received_at"),
    (ToDo, "created_at"),
    (ContactAttempt, "at"),
    (ContactPlan, "at"),
    (HandOver, "at"),
    (PlanWord, "at"),
    (PlanNeed, "at"),
    (ReferralRating, "at"),
    (Disclosure, "at"),
)

#: Columns of exported classes that tell the patient nothing: indexes, versions, numbers of a provider's own.
NOT_TOLD = frozenset(
    {
        "version",
        "subject_version",
        "clinic_id",
        "patient_id",
        "provider_id",
        "birth_date_index",
        "record_number_index",
        "word_index",
    }
)

#: An e-mail to an organization holds their address and the link that is theirs alone.
_OF_THE_MAIL = frozenset({"body", "to_address", "facts"})

LEFT_OUT_PRIVATE = "what is asked only when the patient is alone, and what hangs on it"

Row = dict[str, Any]


@dataclass(frozen=True)
class WholeRecord:
    """Everything about one patient. `rows`: the models, for pages in words; `tables`: the same as plain values."""

    patient: Patient
    clinic: Member
    made_at: datetime
    private: bool
    rows: Mapping[str, list[Any]]
    tables: Mapping[str, list[Row]]
    cut_off: tuple[str, ...] = field(default=())
    #: The questions of each screening: id of the screening to its instrument.
    instruments: Mapping[UUID, Instrument] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the shape that the module describes."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "made_at": self.made_at.isoformat(),
            "clinic": self.clinic.name,
            "complete": not self.cut_off,
            "left_out": [] if self.private else [LEFT_OUT_PRIVATE],
            "tables": dict(self.tables),
        }


def gather(session: ScopedSession, patient: Patient, *, private: bool) -> WholeRecord:
    """Return the whole record. `private`: with what is asked only when the patient is alone. Reads only."""
    left_out = NOTHING_PRIVATE if private else private_matters(session, patient.id)
    rows = {model.__tablename__: _rows(session, model, order, patient.id) for model, order in TABLES}
    cut_off = tuple(name for name, found in rows.items() if len(found) == MOST_ROWS)
    rows = {name: [row for row in found if not left_out.tells(row)] for name, found in rows.items()}
    names = _Names(session, rows)
    hidden = frozenset() if private else frozenset({"alone", "answers_sealed", "private_domains_sealed"})
    tables = {name: [_plain(row, names, hidden) for row in found] for name, found in rows.items()}
    tables["looks"] = looks_of(session, patient.id, most=MOST_ROWS)
    return WholeRecord(
        patient=patient,
        clinic=session.get_one(Member, patient.clinic_id),
        made_at=clock.now(),
        private=private,
        rows=rows,
        tables=tables,
        cut_off=cut_off + (("looks",) if len(tables["looks"]) == MOST_ROWS else ()),
        instruments={
            row.id: instrument
            for row in rows["screening"]
            if (instrument := instrument_of(session, row.instrument, row.instrument_version)) is not None
        },
    )


def _rows(session: ScopedSession, model: type[Any], order: str, patient_id: UUID) -> list[Any]:
    about = model.id if model is Patient else model.patient_id
    found = select(model).where(about == patient_id).order_by(getattr(model, order), model.id).limit(MOST_ROWS)
    return list(session.scalars(found))


class _Names:
    """What ids are called: phones, organizations, people of the clinic."""

    def __init__(self, session: ScopedSession, rows: Mapping[str, list[Any]]) -> None:
        """Ask once for every name that the rows refer to."""
        every = [row for found in rows.values() for row in found]
        numbers = {getattr(row, "phone_number_id", None) for row in every} - {None}
        places = {getattr(row, "organization_id", None) for row in every} - {None}
        people = {
            getattr(row, column.name)
            for row in every
            for column in columns_of(row.__table__, frozenset({DataClass.STAFF}))
        }
        self.phones = {row.id: row.number for row in session.scalars(_these(PhoneNumber, numbers))}
        self.organizations = {row.id: row.name for row in session.scalars(_these(Organization, places))}
        self.people = staff_names(session, people)


def _these(model: type[Any], ids: set[Any]) -> Any:
    return select(model).where(model.id.in_(sorted(ids))).order_by(model.id)


def _plain(row: Any, names: _Names, hidden: frozenset[str]) -> Row:
    table: Table = row.__table__
    opened = sealed_attributes(type(row))
    told: Row = {}
    for column in columns_of(table, EXPORTED):
        if column.name in NOT_TOLD | hidden:
            continue
        name = opened.get(column.name, column.name)
        value = getattr(row, name)
        if class_of(table.name, column.name) is DataClass.STAFF:
            value = names.people.get(value)
        if name in _OF_THE_MAIL and isinstance(row, Message) and row.channel == Channel.EMAIL:
            continue
        if column.name == "phone_number_id":
            name, value = "phone", names.phones.get(value)
        if column.name == "organization_id":
            told["organization"] = names.organizations.get(value)
        told[name.removesuffix("_text")] = plain_value(value)
    return told


def sealed_attributes(model: type[Any]) -> dict[str, str]:
    """Return the sealed columns of a model: name of the column to the attribute that opens it."""
    found = {}
    for name, declared in vars(model).items():
        if isinstance(declared, sealed | sealed_json):
            found[declared.column] = name
    return found


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it: times in ISO 8601, ids as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
