"""The outbox complete: senders that rest and keep a pace, what is still to be asked of the provider, quarantine.

Web servers of the code before it go on working. A worker of that code sends nothing until it is started anew.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.checks import replace_checks

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATES = [
    *("pending", "claimed", "submitting", "retry_wait", "accepted", "sent", "delivered", "undelivered", "failed"),
    *("unconfirmed", "rejected", "unknown", "needs_human", "suppressed", "expired", "canceled"),
]
_SOURCES = ["webhook", "simulator"]
_LOOKED_AFTER = sa.text("next_look_at IS NOT NULL")


def _one_of(column: str, values: list[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _when(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _of_message() -> list[sa.Column]:
    return [
        _when("due_at"),
        sa.Column("retry_of", sa.Uuid(), nullable=True),
        _count("lost_claims"),
        sa.Column("segments", sa.Integer(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        _when("next_look_at"),
        _count("looks"),
        _when("tell_at"),
    ]


def _of_installation() -> list[sa.Column]:
    return [_count("marks"), sa.Column("place", sa.Text(), nullable=True), _when("quarantined_at")]


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "sender_standing",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _when("rests_until"),
        sa.Column("tokens", sa.Double(), nullable=False),
        _when("filled_at", nullable=False),
        _when("fetched_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sender_standing")),
    )
    op.drop_table("sender_pause")
    for column in _of_installation():
        op.add_column("installation", column)
    with op.batch_alter_table("message") as batch_op:
        for column in _of_message():
            batch_op.add_column(column)
        batch_op.create_unique_constraint(op.f("uq_message_retry_of"), ["retry_of"])
    op.create_index(
        "ix_message_look", "message", ["next_look_at"], sqlite_where=_LOOKED_AFTER, postgresql_where=_LOOKED_AFTER
    )
    op.create_index("ix_message_sent", "message", ["sent_at"])
    replace_checks("message", {"ck_message_state": _one_of("state", [*_STATES, "quarantined"])})
    replace_checks("inbound_message", {"ck_inbound_message_source": _one_of("source", [*_SOURCES, "fetched"])})


def downgrade() -> None:
    """Go back. What was set aside may or may not have been sent; what was fetched came from the provider too."""
    op.execute("UPDATE inbound_message SET source = 'webhook' WHERE source = 'fetched'")
    op.execute("UPDATE message SET state = 'needs_human' WHERE state = 'quarantined'")
    replace_checks("inbound_message", {"ck_inbound_message_source": _one_of("source", _SOURCES)})
    replace_checks("message", {"ck_message_state": _one_of("state", _STATES)})
    op.drop_index("ix_message_sent", "message")
    op.drop_index("ix_message_look", "message")
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_constraint(op.f("uq_message_retry_of"), type_="unique")
        for column in _of_message():
            batch_op.drop_column(column.name)
    for column in _of_installation():
        op.drop_column("installation", column.name)
    op.drop_table("sender_standing")
    op.create_table(
        "sender_pause",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_sender_pause")),
    )
