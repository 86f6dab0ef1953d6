"""Prescribing: when a need is wanted, favourites.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OWNED = ("favourite_service", "need_plan")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "favourite_service",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("starred_by", sa.Uuid(), nullable=True),
        sa.Column("starred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_favourite_service_service_id_service")),
        sa.ForeignKeyConstraint(["starred_by"], ["person.id"], name=op.f("fk_favourite_service_starred_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourite_service")),
        sa.UniqueConstraint("clinic_id", "service_id", name=op.f("uq_favourite_service_clinic_id_service_id")),
    )
    with op.batch_alter_table("favourite_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_favourite_service_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_favourite_service_service_id"), ["service_id"], unique=False)
    op.create_table(
        "need_plan",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("offer_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("helped_by_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("wants IN ('yes', 'no', 'not_now', 'already')", name=op.f("ck_need_plan_wants")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_plan_need_id_need")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_need_plan_patient_id_patient")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_need_plan_taken_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_plan")),
    )
    standing = sa.text("ended_at IS NULL")
    with op.batch_alter_table("need_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_plan_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_plan_need_id"), ["need_id"], unique=False)
        batch_op.create_index("ix_need_plan_offer_again_at", ["offer_again_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_plan_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(
            "uq_need_plan_standing", ["need_id"], unique=True, sqlite_where=standing, postgresql_where=standing
        )
    for table in OWNED:
        guard(op.get_bind(), owned_statements(table))


def downgrade() -> None:
    """Go back."""
    for table in OWNED:
        guard(op.get_bind(), unguard_statements(table))
    op.drop_table("need_plan")
    op.drop_table("favourite_service")
