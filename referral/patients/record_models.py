"""Tables of what became of a record: corrections, merges, moves to another clinic. Rows are added, never rewritten."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, event, inspect, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.patients.states import TAKEN_BY_STAFF, MoveState
from resources_directory.db import Base


class PatientCorrection(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """One fact of a patient that somebody changed. Append-only."""

    __tablename__ = "patient_correction"
    __table_args__ = (Index("ix_patient_correction_patient_at", "patient_id", "at"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    #: The name of the fact, as in PatientFacts; or phone, deceased, private_domains.
    fact: Mapped[str]
    #: As it is stored; none where nothing was known.
    old_value_sealed: Mapped[bytes | None]
    new_value_sealed: Mapped[bytes | None]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    old_value = sealed("old_value_sealed")
    new_value = sealed("new_value_sealed")


class PatientMerge(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """Two records of one clinic that are one person: the kept one stands for both until it is undone. Append-only."""

    __tablename__ = "patient_merge"
    __table_args__ = (
        CheckConstraint("patient_id <> merged_id", name="two_records"),
        Index(
            "uq_patient_merge_in_force",
            "merged_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    #: The record that is kept.
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    #: The record that the kept one stands for.
    merged_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    why_sealed: Mapped[bytes | None]
    merged_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    merged_at: Mapped[datetime]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]

    why = sealed("why_sealed")


class PatientMove(Identified, SealedRow, ClinicOwned, PatientOwned, Base):
    """A clinic's offer that another clinic looks after a patient; what was disclosed by it, and how it ended.

    It belongs to the clinic that offers. `clinic_id` and `patient_id`: where the patient was.
    """

    __tablename__ = "patient_move"
    __table_args__ = (
        one_of("state", MoveState),
        one_of("method", TAKEN_BY_STAFF),
        Index(
            "uq_patient_move_open",
            "patient_id",
            unique=True,
            sqlite_where=text("state = 'offered'"),
            postgresql_where=text("state = 'offered'"),
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    to_clinic_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"), index=True)
    state: Mapped[str] = mapped_column(default=MoveState.OFFERED)
    #: The exact words by which the patient agreed.
    words: Mapped[str]
    words_language: Mapped[str | None]
    words_version: Mapped[str]
    method: Mapped[str]
    #: Who spoke: "patient", or a relation; and who that was, where they are recorded.
    in_whose_name: Mapped[str | None]
    proxy_id: Mapped[UUID | None]
    interpreter_sealed: Mapped[bytes | None]
    note_sealed: Mapped[bytes | None]
    offered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    offered_at: Mapped[datetime]
    #: What the other clinic was shown, and who there saw it first.
    fields: Mapped[list[str]]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    #: The record at the other clinic; none until it is taken over.
    new_patient_id: Mapped[UUID | None] = mapped_column(index=True)

    interpreter = sealed("interpreter_sealed")
    note = sealed("note_sealed")


#: What may still be written into a row that is there: how it ended, once.
_ENDINGS: dict[type[Any], frozenset[str]] = {
    PatientCorrection: frozenset(),
    PatientMerge: frozenset({"undone_by", "undone_at"}),
    PatientMove: frozenset({"state", "ended_by", "ended_at", "new_patient_id"}),
}


class NeverRewritten(Exception):
    """Somebody tried to change what happened; nothing was."""


def _refuse_rewriting(_mapper: Mapper[Any], _connection: object, row: Any) -> None:
    changed = {each.key for each in inspect(row).attrs if each.history.has_changes()}
    if changed - _ENDINGS[type(row)]:
        raise NeverRewritten(type(row).__name__)


def _refuse_deleting(_mapper: Mapper[Any], _connection: object, row: Any) -> None:
    raise NeverRewritten(type(row).__name__)


for _model in _ENDINGS:
    event.listen(_model, "before_update", _refuse_rewriting)
    event.listen(_model, "before_delete", _refuse_deleting)
