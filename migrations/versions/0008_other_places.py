"""Clocks and other places: versions of the clock policy, alternatives after a decline, answers that came late.

Works while the code before it still runs. What was taken on before gets a clock too, which looks at it at once.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TAKEN = "state IN ('accepted', 'in_progress', 'waitlisted')"
_OWNED = (("reroute_alternative", None), ("late_answer", "referral_id"))


def upgrade() -> None:
    """Go forward."""
    _policies()
    _alternatives()
    _late_answers()
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clock_policy", sa.Text(), nullable=True))
    op.execute(
        f"UPDATE referral SET next_clock_step = 'watch', next_clock_at = CURRENT_TIMESTAMP "  # noqa: S608 - our own words
        f"WHERE {_TAKEN} AND next_clock_at IS NULL"
    )
    for table, referral_column in _OWNED:
        guard(op.get_bind(), owned_statements(table, referral_column))


def _policies() -> None:
    op.create_table(
        "clock_policy",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_clock_policy_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_policy")),
        sa.UniqueConstraint("version", name=op.f("uq_clock_policy_version")),
    )
    op.create_index(op.f("ix_clock_policy_effective_from"), "clock_policy", ["effective_from"])


def _alternatives() -> None:
    op.create_table(
        "reroute_alternative",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("facts_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("staff_only", sa.Boolean(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by_kind", sa.Text(), nullable=True),
        sa.Column("chosen_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "left_out IN ('tried', 'barred', 'no_room', 'confidential')", name=op.f("ck_reroute_alternative_left_out")
        ),
        sa.CheckConstraint(
            "(rank IS NULL) <> (left_out IS NULL)", name=op.f("ck_reroute_alternative_rank_or_left_out")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reroute_alternative_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_reroute_alternative_referral_id_referral")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_reroute_alternative_service_id_service")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_reroute_alternative_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["chosen_by"], ["person.id"], name=op.f("fk_reroute_alternative_chosen_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reroute_alternative")),
        sa.UniqueConstraint("referral_id", "service_id", name=op.f("uq_reroute_alternative_referral_id_service_id")),
    )
    for column in ("clinic_id", "patient_id", "referral_id"):
        op.create_index(op.f(f"ix_reroute_alternative_{column}"), "reroute_alternative", [column])


def _late_answers() -> None:
    op.create_table(
        "late_answer",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("estimate_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("event IN ('accept', 'waitlist', 'decline')", name=op.f("ck_late_answer_event")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_late_answer_patient_id_patient")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_late_answer_referral_id_referral")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_late_answer_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_answer")),
    )
    for column in ("clinic_id", "patient_id", "receiver_id", "referral_id"):
        op.create_index(op.f(f"ix_late_answer_{column}"), "late_answer", [column])


def downgrade() -> None:
    """Go back."""
    for table, _referral_column in _OWNED:
        guard(op.get_bind(), unguard_statements(table))
    op.execute("UPDATE referral SET next_clock_step = NULL, next_clock_at = NULL WHERE next_clock_step = 'watch'")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_column("clock_policy")
    op.drop_table("late_answer")
    op.drop_table("reroute_alternative")
    op.drop_table("clock_policy")
