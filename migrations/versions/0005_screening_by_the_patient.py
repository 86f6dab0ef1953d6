"""Screening by the patient: sessions, links, instruments.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MODE = "mode IN ('staff', 'tablet', 'link', 'paper')"
RESPONDENT = "respondent IN ('patient', 'proxy')"


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("screening") as batch_op:
        batch_op.add_column(sa.Column("mode", sa.Text(), server_default=sa.text("'staff'"), nullable=False))
        batch_op.add_column(sa.Column("respondent", sa.Text(), server_default=sa.text("'patient'"), nullable=False))
        batch_op.create_check_constraint(op.f("ck_screening_mode"), MODE)
        batch_op.create_check_constraint(op.f("ck_screening_respondent"), RESPONDENT)
    op.create_table(
        "instrument",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument")),
        sa.UniqueConstraint("key", "number", name=op.f("uq_instrument_key_number")),
    )
    _create_started_screening()
    _create_put_aside()


def _create_started_screening() -> None:
    op.create_table(
        "started_screening",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("instrument_version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("respondent", sa.Text(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("interpreter_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_years", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(MODE, name=op.f("ck_started_screening_mode")),
        sa.CheckConstraint(RESPONDENT, name=op.f("ck_started_screening_respondent")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_started_screening_patient_id_patient")),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name=op.f("fk_started_screening_started_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_started_screening")),
    )
    op.create_index(op.f("ix_started_screening_clinic_id"), "started_screening", ["clinic_id"])
    op.create_index("ix_started_screening_open", "started_screening", ["patient_id", "ended_at"])
    guard(op.get_bind(), owned_statements("started_screening"))


def _create_put_aside() -> None:
    op.create_table(
        "put_aside",
        sa.Column("login_session_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("code_mark", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["login_session_id"],
            ["login_session.id"],
            name=op.f("fk_put_aside_login_session_id_login_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_put_aside_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_put_aside")),
    )
    live = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_put_aside_live",
        "put_aside",
        ["login_session_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("put_aside")
    guard(op.get_bind(), unguard_statements("started_screening"))
    op.drop_table("started_screening")
    op.drop_table("instrument")
    with op.batch_alter_table("screening") as batch_op:
        batch_op.drop_constraint(op.f("ck_screening_respondent"), type_="check")
        batch_op.drop_constraint(op.f("ck_screening_mode"), type_="check")
        batch_op.drop_column("respondent")
        batch_op.drop_column("mode")
