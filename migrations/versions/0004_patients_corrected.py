"""Patients, corrected: history, merges, moves, proxies, who is barred.

Works while the code before it still runs.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


OWNED = ("patient_bar", "patient_correction", "patient_merge", "patient_move", "patient_proxy")

#: Indexes over rows that stand: table to (name, columns, condition).
STANDING: dict[str, list[tuple[str, list[str], str]]] = {
    "patient_bar": [
        ("uq_patient_bar_organization", ["patient_id", "organization_id"],
         "lifted_at IS NULL AND organization_id IS NOT NULL"),
        ("uq_patient_bar_person", ["patient_id", "person_id"], "lifted_at IS NULL AND person_id IS NOT NULL"),
    ],
    "patient_merge": [("uq_patient_merge_in_force", ["merged_id"], "undone_at IS NULL")],
    "patient_move": [("uq_patient_move_open", ["patient_id"], "state = 'offered'")],
}  # fmt: skip

#: Plain indexes: table to columns.
INDEXED: dict[str, tuple[str, ...]] = {
    "patient_bar": ("clinic_id", "organization_id", "patient_id", "person_id"),
    "patient_correction": ("clinic_id", "patient_id"),
    "patient_merge": ("clinic_id", "merged_id", "patient_id"),
    "patient_move": ("clinic_id", "new_patient_id", "patient_id", "to_clinic_id"),
    "patient_proxy": ("clinic_id", "patient_id"),
}


def key(table: str, column: str, of: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """Return the foreign key of `column` to the id of table `of`, under its usual name."""
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}_{of}"), ondelete=ondelete)


def moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    """Return a column of a time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Go forward."""
    create_history()
    create_wishes()
    for table, columns in INDEXED.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.create_index("ix_patient_correction_patient_at", "patient_correction", ["patient_id", "at"], unique=False)
    for table, indexes in STANDING.items():
        for name, names, rule in indexes:
            where = sa.text(rule)
            op.create_index(name, table, names, unique=True, sqlite_where=where, postgresql_where=where)
    with op.batch_alter_table("patient") as batch_op:
        batch_op.add_column(sa.Column("death_date_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("private_domains_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        batch_op.add_column(moment("moved_at"))
        batch_op.create_index(batch_op.f("ix_patient_merged_into_id"), ["merged_into_id"], unique=False)
    for table in ("sharing_consent", "texting_consent"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("proxy_id", sa.Uuid(), nullable=True))
    for table in OWNED:
        guard(op.get_bind(), owned_statements(table))


def create_history() -> None:
    """Make the tables of what became of a record."""
    op.create_table(
        "patient_correction",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("old_value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("new_value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        moment("at", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        key("patient_correction", "by", "person"),
        key("patient_correction", "patient_id", "patient"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_correction")),
    )
    op.create_table(
        "patient_merge",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        moment("merged_at", nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        moment("undone_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("patient_id <> merged_id", name=op.f("ck_patient_merge_two_records")),
        key("patient_merge", "merged_by", "person"),
        key("patient_merge", "merged_id", "patient"),
        key("patient_merge", "patient_id", "patient"),
        key("patient_merge", "undone_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_merge")),
    )
    op.create_table(
        "patient_move",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("to_clinic_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_language", sa.Text(), nullable=True),
        sa.Column("words_version", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("in_whose_name", sa.Text(), nullable=True),
        sa.Column("proxy_id", sa.Uuid(), nullable=True),
        sa.Column("interpreter_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        moment("offered_at", nullable=False),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        moment("ended_at"),
        sa.Column("new_patient_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("method IN ('in_person', 'by_phone', 'on_paper')", name=op.f("ck_patient_move_method")),
        sa.CheckConstraint(
            "state IN ('offered', 'taken_over', 'declined', 'withdrawn')", name=op.f("ck_patient_move_state")
        ),
        key("patient_move", "ended_by", "person"),
        key("patient_move", "offered_by", "person"),
        key("patient_move", "patient_id", "patient"),
        key("patient_move", "to_clinic_id", "member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_move")),
    )


def create_wishes() -> None:
    """Make the tables of what a patient wants kept in mind."""
    op.create_table(
        "patient_proxy",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("patient_phone_id", sa.Uuid(), nullable=True),
        sa.Column("reach_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        moment("recorded_at", nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        moment("ended_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('parent', 'guardian', 'health_care_agent', 'caregiver')",
            name=op.f("ck_patient_proxy_relation"),
        ),
        key("patient_proxy", "ended_by", "person"),
        key("patient_proxy", "patient_id", "patient", ondelete="CASCADE"),
        key("patient_proxy", "patient_phone_id", "patient_phone", ondelete="SET NULL"),
        key("patient_proxy", "recorded_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_proxy")),
    )
    op.create_table(
        "patient_bar",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("why_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("barred_by", sa.Uuid(), nullable=False),
        moment("barred_at", nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        moment("lifted_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (organization_id IS NULL)", name=op.f("ck_patient_bar_one_target")),
        sa.CheckConstraint("kind IN ('person', 'organization')", name=op.f("ck_patient_bar_kind")),
        key("patient_bar", "barred_by", "person"),
        key("patient_bar", "lifted_by", "person"),
        key("patient_bar", "organization_id", "organization"),
        key("patient_bar", "patient_id", "patient"),
        key("patient_bar", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_bar")),
    )


def downgrade() -> None:
    """Go back: what these tables say is lost, and merged records are shown one by one again."""
    for table in OWNED:
        guard(op.get_bind(), unguard_statements(table))
    for table in ("sharing_consent", "texting_consent"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("proxy_id")
    with op.batch_alter_table("patient") as batch_op:
        batch_op.drop_index(batch_op.f("ix_patient_merged_into_id"))
        for column in ("moved_at", "merged_into_id", "private_domains_sealed", "death_date_sealed"):
            batch_op.drop_column(column)
    for table in ("patient_bar", "patient_proxy", "patient_move", "patient_merge", "patient_correction"):
        op.drop_table(table)
