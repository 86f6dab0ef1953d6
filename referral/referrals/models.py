"""Tables of the referral: the request, its history of moves, what each side says happened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified, PatientOwned, one_of
from referral.kit.crypto import SealedRow, sealed, sealed_json
from referral.kit.scope import Shared
from referral.referrals.states import (
    LIVE_SENT_STATES,
    REFERRAL_MACHINE,
    Mode,
    Outcome,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
    Urgency,
)
from resources_directory.db import Base

_LIVE = ", ".join(f"'{state}'" for state in LIVE_SENT_STATES)
_ONE_LIVE = text(f"mode = 'sent' AND state IN ({_LIVE})")


class Referral(Identified, SealedRow, Shared, PatientOwned, Base):
    """The request to one service for one need. Only actions that consult the machine move it."""

    __tablename__ = "referral"
    __table_args__ = (
        one_of("mode", Mode),
        one_of("state", REFERRAL_MACHINE.states()),
        one_of("urgency", Urgency),
        Index("uq_referral_live_sent_need", "need_id", unique=True, sqlite_where=_ONE_LIVE, postgresql_where=_ONE_LIVE),
        Index("ix_referral_state_due", "state", "next_clock_at"),
    )
    referral_column = "id"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id"), index=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescription.id"), index=True)
    #: The directory's service and organization; names are kept as they were at signing.
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    #: Public facts of the service at signing: service_name, organization_name, phone, place, hours.
    service_facts_sealed: Mapped[bytes | None]
    #: The need's domain, so that lists need no join.
    domain: Mapped[str]
    mode: Mapped[str]
    urgency: Mapped[str] = mapped_column(default=Urgency.ROUTINE)
    state: Mapped[str] = mapped_column(default=ReferralState.DRAFT)
    #: Of a decline or a failure; of help that came in part, Outcome.PARTLY_RECEIVED; PATIENT_DIED.
    reason: Mapped[str | None]
    #: SharedField values the patient agreed to; the values as they were at signing are in the snapshot.
    shared_fields: Mapped[list[str]]
    #: JSON of {field: value}, sealed.
    snapshot_sealed: Mapped[bytes | None]
    #: A sentence of the clinician for the organization, sealed; shared only with SharedField.NOTE.
    note_sealed: Mapped[bytes | None]
    sharing_consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("sharing_consent.id"))
    signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime | None]
    #: Until then the clinic can undo and nothing leaves.
    undo_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: When the clock looks at it next, and what it does then (ClockStep).
    next_clock_at: Mapped[datetime | None]
    next_clock_step: Mapped[str | None]
    #: The version of the clock policy it was signed under; none for the shipped one.
    clock_policy: Mapped[str | None]
    waitlist_position: Mapped[int | None]
    waitlist_estimate_sealed: Mapped[bytes | None]
    #: Both sides have testified, and not the same.
    answers_differ: Mapped[bool] = mapped_column(default=False)
    #: The referral that this one follows, after a decline, expiry or re-opening.
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral.id"))
    #: Nothing left this server for it.
    simulated: Mapped[bool] = mapped_column(default=False)
    #: The patient's record was erased: it counts, and no page shows it.
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    service_facts = sealed_json("service_facts_sealed")
    snapshot = sealed("snapshot_sealed")
    waitlist_estimate = sealed("waitlist_estimate_sealed")
    note = sealed("note_sealed")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own shape


class ReferralMove(Identified, SealedRow, Shared, PatientOwned, Base):
    """One move in a referral's history; append-only."""

    __tablename__ = "referral_move"
    __table_args__ = (one_of("event", ReferralEvent), one_of("to_state", ReferralState))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    from_state: Mapped[str]
    event: Mapped[str]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    #: membership, link, phone, text or clock; who of our people, and the name given on the page.
    actor_kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    actor_name_sealed: Mapped[bytes | None]
    note_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    actor_name = sealed("actor_name_sealed")
    note = sealed("note_sealed")


class Testimony(Identified, SealedRow, Shared, PatientOwned, Base):
    """What one side says happened; append-only, neither side overwrites the other."""

    __tablename__ = "testimony"
    __table_args__ = (one_of("side", Side), one_of("outcome", Outcome), one_of("channel", TestimonyChannel))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    side: Mapped[str]
    outcome: Mapped[str]
    #: A NotCompletedReason, where it did not happen.
    reason: Mapped[str | None]
    #: How much was given, in the service's own words: "2 boxes".
    units_sealed: Mapped[bytes | None]
    channel: Mapped[str]
    #: Who spoke and who wrote it down.
    speaker_sealed: Mapped[bytes | None]
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    interpreter_sealed: Mapped[bytes | None]
    language: Mapped[str | None]
    #: The text it was read from.
    inbound_message_id: Mapped[UUID | None]
    #: It came after the referral was closed or re-routed.
    late: Mapped[bool] = mapped_column(default=False)
    note_sealed: Mapped[bytes | None]
    at: Mapped[datetime]

    units = sealed("units_sealed")
    speaker = sealed("speaker_sealed")
    interpreter = sealed("interpreter_sealed")
    note = sealed("note_sealed")
