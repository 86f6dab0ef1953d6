"""Tables of the register of legal demands: the demand as it came, and the history of what was done. Never deleted."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, event
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, one_of
from referral.kit.crypto import INSTALLATION, SealedRow, sealed
from referral.kit.scope import ClinicOwned
from referral.privacy.demand_states import DEMAND_MACHINE, Demander, DemandKind, DemandScope, DemandState, DemandStep
from resources_directory.db import Base


class RegisterIsKept(Exception):
    """A row of the register was about to be deleted, or its history changed; nothing was."""


class LegalDemand(Identified, SealedRow, ClinicOwned, Base):
    """A demand for facts about patients, as it was received.

    Sealed with the installation's key and not with a patient's: the register outlives an erasure. The patient's column
    is not called `patient_id`, so that nothing about a demand stands in the patient's own copy of the record.
    """

    __tablename__ = "legal_demand"
    __table_args__ = (
        one_of("demander", Demander),
        one_of("kind", DemandKind),
        one_of("about", DemandScope),
        one_of("state", DEMAND_MACHINE.states()),
    )

    demander: Mapped[str]
    #: Which authority, and who signed.
    demander_name_sealed: Mapped[bytes | None]
    kind: Mapped[str]
    received_on: Mapped[date]
    due_on: Mapped[date | None]
    asked_sealed: Mapped[bytes | None]
    #: The number on the paper.
    reference_sealed: Mapped[bytes | None]
    about: Mapped[str]
    #: The one patient, when the officer came from that patient's page.
    about_patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    state: Mapped[str] = mapped_column(default=DemandState.OPEN)
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    demander_name = sealed("demander_name_sealed")
    asked = sealed("asked_sealed")
    reference = sealed("reference_sealed")

    def seal_owner_id(self) -> UUID:
        """Return the installation."""
        return INSTALLATION


class LegalDemandStep(Identified, SealedRow, ClinicOwned, Base):
    """One step in the history of a demand; append-only."""

    __tablename__ = "legal_demand_step"
    __table_args__ = (one_of("step", DemandStep),)

    demand_id: Mapped[UUID] = mapped_column(ForeignKey("legal_demand.id"), index=True)
    step: Mapped[str]
    words_sealed: Mapped[bytes | None]
    #: The day it was done, by the paper; `at` is when it was written down.
    done_on: Mapped[date]
    #: What was handed over, of an answer; none if nothing was.
    handed_over_sealed: Mapped[bytes | None]
    #: Until then the authority asks, in writing, that the patient is not told (45 CFR 164.528(a)(2)).
    untold_until: Mapped[date | None]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    words = sealed("words_sealed")
    handed_over = sealed("handed_over_sealed")

    def seal_owner_id(self) -> UUID:
        """Return the installation."""
        return INSTALLATION


@event.listens_for(LegalDemand, "before_delete")
@event.listens_for(LegalDemandStep, "before_delete")
@event.listens_for(LegalDemandStep, "before_update")
def _keep(_mapper: Any, _connection: Any, row: Any) -> None:
    raise RegisterIsKept(type(row).__name__)
