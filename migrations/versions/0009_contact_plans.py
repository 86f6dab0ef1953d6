"""Navigators: contact plans, owners, hand-over.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: The tables that belong to clinics, in the order in which they can be dropped.
OWNED = ("hand_over", "contact_plan")

_CHANNELS = ("phone", "text", "in_person", "home_visit", "video", "letter")


def _to_person(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person")) for column in columns
    ]


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _absences() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_absence_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_absence_member_id_member")),
        *_to_person("absence", "person_id", "noted_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    _indexes("absence", "person_id")
    op.create_index("ix_absence_member_days", "absence", ["member_id", "first_day", "last_day"])


def _contact_plans() -> None:
    op.create_table(
        "contact_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("to_do_id", sa.Uuid(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("owner_person_id", sa.Uuid(), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            f"channel IN ({', '.join(repr(each) for each in _CHANNELS)})", name=op.f("ck_contact_plan_channel")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_contact_plan_patient_id_patient")),
        sa.ForeignKeyConstraint(["to_do_id"], ["to_do.id"], name=op.f("fk_contact_plan_to_do_id_to_do")),
        *_to_person("contact_plan", "owner_person_id", "planned_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_plan")),
    )
    _indexes("contact_plan", "clinic_id", "patient_id", "to_do_id", "owner_person_id")
    op.create_index("ix_contact_plan_waiting", "contact_plan", ["settled_at", "at"])


def _hand_overs() -> None:
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("filling_id", sa.Uuid(), nullable=False),
        sa.Column("to_do_id", sa.Uuid(), nullable=True),
        sa.Column("contact_plan_id", sa.Uuid(), nullable=True),
        sa.Column("from_person_id", sa.Uuid(), nullable=False),
        sa.Column("to_person_id", sa.Uuid(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(to_do_id IS NULL) != (contact_plan_id IS NULL)", name=op.f("ck_hand_over_one_thing")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_hand_over_patient_id_patient")),
        sa.ForeignKeyConstraint(["to_do_id"], ["to_do.id"], name=op.f("fk_hand_over_to_do_id_to_do")),
        sa.ForeignKeyConstraint(
            ["contact_plan_id"], ["contact_plan.id"], name=op.f("fk_hand_over_contact_plan_id_contact_plan")
        ),
        *_to_person("hand_over", "from_person_id", "to_person_id", "by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("filling_id", "to_do_id", name=op.f("uq_hand_over_filling_id_to_do_id")),
        sa.UniqueConstraint("filling_id", "contact_plan_id", name=op.f("uq_hand_over_filling_id_contact_plan_id")),
    )
    _indexes("hand_over", "clinic_id", "patient_id", "to_do_id", "contact_plan_id")


def upgrade() -> None:
    """Go forward."""
    _absences()
    _contact_plans()
    _hand_overs()
    with op.batch_alter_table("to_do") as batch_op:
        batch_op.add_column(sa.Column("covers_for_person_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_to_do_covers_for_person_id_person"), "person", ["covers_for_person_id"], ["id"]
        )
        batch_op.create_index(op.f("ix_to_do_covers_for_person_id"), ["covers_for_person_id"])
    for table in OWNED:
        guard(op.get_bind(), owned_statements(table))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("to_do") as batch_op:
        batch_op.drop_index(op.f("ix_to_do_covers_for_person_id"))
        batch_op.drop_constraint(op.f("fk_to_do_covers_for_person_id_person"), type_="foreignkey")
        batch_op.drop_column("covers_for_person_id")
    for table in OWNED:
        guard(op.get_bind(), unguard_statements(table))
        op.drop_table(table)
    op.drop_table("absence")
