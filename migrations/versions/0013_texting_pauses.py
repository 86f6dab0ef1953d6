"""Times without texts, for a patient or one of their numbers.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _when(name: str, *, nullable: bool) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "texting_pause",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("inbound_message_id", sa.Uuid(), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("look_on", sa.Date(), nullable=False),
        sa.Column("paused_by", sa.Uuid(), nullable=True),
        _when("paused_at", nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        _when("ended_at", nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cause IN ('staff', 'possible_stop')", name=op.f("ck_texting_pause_cause")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_texting_pause_ended_by_person")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_texting_pause_patient_id_patient")),
        sa.ForeignKeyConstraint(["paused_by"], ["person.id"], name=op.f("fk_texting_pause_paused_by_person")),
        sa.ForeignKeyConstraint(
            ["phone_number_id"], ["phone_number.id"], name=op.f("fk_texting_pause_phone_number_id_phone_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texting_pause")),
    )
    op.create_index(op.f("ix_texting_pause_clinic_id"), "texting_pause", ["clinic_id"])
    op.create_index(op.f("ix_texting_pause_patient_id"), "texting_pause", ["patient_id"])
    op.create_index(op.f("ix_texting_pause_phone_number_id"), "texting_pause", ["phone_number_id"])
    guard(op.get_bind(), owned_statements("texting_pause"))


def downgrade() -> None:
    """Go back."""
    guard(op.get_bind(), unguard_statements("texting_pause"))
    op.drop_table("texting_pause")
