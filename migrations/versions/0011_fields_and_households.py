"""What services need to know of a person; households.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "field_declaration",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by_organization", sa.Boolean(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_field_declaration_declared_by_person")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_field_declaration_member_id_member")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_field_declaration_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_declaration")),
        sa.UniqueConstraint("service_id", "number", name=op.f("uq_field_declaration_service_id_number")),
    )


    op.create_table(
        "household_member",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_household_member_added_by_person")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_household_member_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_member")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_household_member_patient_id")),
    )
    op.create_index(op.f("ix_household_member_clinic_id"), "household_member", ["clinic_id"])
    op.create_index(op.f("ix_household_member_household_id"), "household_member", ["household_id"])
    guard(op.get_bind(), owned_statements("household_member"))


def downgrade() -> None:
    """Go back."""
    guard(op.get_bind(), unguard_statements("household_member"))
    op.drop_table("household_member")
    op.drop_table("field_declaration")
