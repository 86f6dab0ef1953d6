"""The patient's plan page.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.checks import replace_checks
from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("plan_code", "plan_word", "plan_need", "referral_rating")

#: Tables of permissions, which may now be taken back on the patient's own page.
CONSENTS = ("sharing_consent", "texting_consent")
_METHODS = "'in_person', 'by_phone', 'on_paper', 'by_text'"


def upgrade() -> None:
    """Go forward."""
    _table("plan_code", _person("created_by"), _when("created_at"))
    _table("plan_word", sa.Column("word_index", sa.LargeBinary(), nullable=True), _person("chosen_by"), _when("at"))
    _table(
        "plan_need",
        _link("need_id", "need"),
        sa.Column("shown", sa.Boolean(), nullable=False),
        _person("chosen_by"),
        _when("at"),
    )
    op.create_index(op.f("ix_plan_need_need_id"), "plan_need", ["need_id"])
    _table(
        "referral_rating",
        _link("referral_id", "referral"),
        sa.Column("stars", sa.Integer(), nullable=False),
        _when("at"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_referral_rating_stars")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_referral_rating_referral_id")),
    )
    for table in TABLES:
        guard(op.get_bind(), owned_statements(table))
    for table in CONSENTS:
        replace_checks(table, {f"ck_{table}_method": f"method IN ({_METHODS}, 'on_plan_page')"})


def downgrade() -> None:
    """Go back. A permission taken back on the page was taken back in the patient's own words."""
    for table in CONSENTS:
        op.execute(f"UPDATE {table} SET method = 'by_text' WHERE method = 'on_plan_page'")  # noqa: S608 - our own names
        replace_checks(table, {f"ck_{table}_method": f"method IN ({_METHODS})"})
    for table in reversed(TABLES):
        guard(op.get_bind(), unguard_statements(table))
        op.drop_table(table)


def _table(name: str, *more: sa.schema.SchemaItem) -> None:
    """Make a table of rows about patients: id, clinic and patient, then its own columns."""
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clinic_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f(f"fk_{name}_patient_id_patient"), ondelete="CASCADE"
        ),
        *(
            sa.ForeignKeyConstraint([column.name], [f"{other}.id"], name=op.f(f"fk_{name}_{column.name}_{other}"))
            for column in more
            if isinstance(column, sa.Column) and (other := column.info.get("of"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for column in ("clinic_id", "patient_id"):
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _person(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=True, info={"of": "person"})


def _link(name: str, other: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=False, info={"of": other})


def _when(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
