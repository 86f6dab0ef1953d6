"""Organizations answer: threads, appointments, whose request it is, closed days, words about room.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: The tables that belong to clinics; each names the referral, which an organization shares.
OWNED = ("appointment", "assignment", "thread_message")


def _owned(table: str, *columns: sa.Column[object], unique_referral: bool = False) -> None:
    """Make a table of rows about a referral, with its owner's columns."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f(f"fk_{table}_patient_id_patient")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f(f"fk_{table}_referral_id_referral")),
        *(
            sa.ForeignKeyConstraint([each.name], ["person.id"], name=op.f(f"fk_{table}_{each.name}_person"))
            for each in columns
            if each.name in ("person_id", "assigned_by")
        ),
        *([sa.UniqueConstraint("referral_id", name=op.f(f"uq_{table}_referral_id"))] if unique_referral else []),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    indexed = ["clinic_id", "receiver_id", "patient_id", *([] if unique_referral else ["referral_id"])]
    for column in indexed:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    guard(op.get_bind(), owned_statements(table, "referral_id"))


def _closed_days() -> None:
    op.create_table(
        "closed_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_closed_day_member_id_member")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_closed_day_added_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_day")),
        sa.UniqueConstraint("member_id", "day", name=op.f("uq_closed_day_member_id_day")),
    )
    op.create_index(op.f("ix_closed_day_member_id"), "closed_day", ["member_id"])


def _words_about_room() -> None:
    known = "status IN ('capacity', 'no-capacity', 'waitlist', 'additional-assessment-required')"
    op.create_table(
        "capacity_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_how", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(known, name=op.f("ck_capacity_word_status_is_known")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_capacity_word_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_word")),
    )
    op.create_index("ix_capacity_word_newest", "capacity_word", ["service_id", "said_at"])


def upgrade() -> None:
    """Go forward."""
    _owned(
        "thread_message",
        sa.Column("from_clinic", sa.Boolean(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("author_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    _owned(
        "appointment",
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interpreter_booked", sa.Boolean(), nullable=True),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("author_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
    )
    _owned(
        "assignment",
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        unique_referral=True,
    )
    op.create_index(op.f("ix_assignment_person_id"), "assignment", ["person_id"])
    _closed_days()
    _words_about_room()


def downgrade() -> None:
    """Go back."""
    for table in OWNED:
        guard(op.get_bind(), unguard_statements(table))
        op.drop_table(table)
    op.drop_table("closed_day")
    op.drop_table("capacity_word")
