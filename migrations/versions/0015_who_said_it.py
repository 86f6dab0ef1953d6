"""What a patient had said of a need before a newer answer; who answered a screening; sharing ended by joining records.

Works while the code before it still runs.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.checks import replace_checks

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CONSENTS = ("sharing_consent", "texting_consent")
_METHODS = "'in_person', 'by_phone', 'on_paper', 'by_text', 'on_plan_page'"


def upgrade() -> None:
    """Go forward."""
    op.add_column("need", sa.Column("wanted_before", sa.Text(), nullable=True))
    op.add_column("need", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    for table in ("screening", "started_screening"):
        op.add_column(table, sa.Column("proxy_id", sa.Uuid(), nullable=True))
    for table in CONSENTS:
        replace_checks(table, {f"ck_{table}_method": f"method IN ({_METHODS}, 'by_joining_records')"})


def downgrade() -> None:
    """Go back. What a newer answer had put in question is on file again, as the patient had confirmed it."""
    op.execute(
        "UPDATE need SET wants_help = wanted_before, status = 'open', version = version + 1 "
        "WHERE wanted_before IS NOT NULL AND status = 'unconfirmed'"
    )
    for table in CONSENTS:
        op.execute(f"UPDATE {table} SET method = 'in_person' WHERE method = 'by_joining_records'")  # noqa: S608 - our own names
        replace_checks(table, {f"ck_{table}_method": f"method IN ({_METHODS})"})
    for table in ("screening", "started_screening"):
        op.drop_column(table, "proxy_id")
    op.drop_column("need", "answered_at")
    op.drop_column("need", "wanted_before")
