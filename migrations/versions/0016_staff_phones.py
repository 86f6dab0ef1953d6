"""Staff phones of organizations: consent, what they were told, what they texted; messages have a channel for them.

Web servers of the code before it go on working. Its workers leave the new channel's messages alone.
"""

import sqlalchemy as sa
from alembic import op

from referral.kit.checks import replace_checks
from referral.kit.row_security import guard, owned_statements, unguard_statements

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_LIVE = sa.text("confirmed_at IS NOT NULL AND stopped_at IS NULL")
_STANDS = sa.text("stopped_at IS NULL")
_HAS_WORDS = sa.text("body_sealed IS NOT NULL")


def _when(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    """Go forward."""
    replace_checks("message", {"ck_message_channel": "channel IN ('sms', 'staff_sms', 'email')"})
    _staff_phone()
    _consent()
    _notice()
    _staff_text()


def _staff_phone() -> None:
    op.create_table(
        "staff_phone",
        _id("member_id"),
        _id("person_id"),
        _id("phone_number_id"),
        sa.Column("code_seed", sa.LargeBinary(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        _when("code_expires_at"),
        _when("added_at", nullable=False),
        _when("confirmed_at"),
        _when("stopped_at"),
        _text("stopped_how", nullable=True),
        _id("id"),
        sa.CheckConstraint("stopped_how IN ('page', 'text', 'replaced')", name=op.f("ck_staff_phone_stopped_how")),
        _to("staff_phone", "member_id", "member"),
        _to("staff_phone", "person_id", "person"),
        _to("staff_phone", "phone_number_id", "phone_number"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_phone")),
    )
    for column in ("member_id", "person_id", "phone_number_id"):
        op.create_index(op.f(f"ix_staff_phone_{column}"), "staff_phone", [column])
    live = {"unique": True, "sqlite_where": _LIVE, "postgresql_where": _LIVE}
    op.create_index("uq_staff_phone_live", "staff_phone", ["phone_number_id"], **live)
    stands = {"unique": True, "sqlite_where": _STANDS, "postgresql_where": _STANDS}
    op.create_index("uq_staff_phone_stands", "staff_phone", ["member_id", "person_id"], **stands)


def _consent() -> None:
    op.create_table(
        "staff_phone_consent",
        _id("staff_phone_id"),
        sa.Column("given", sa.Boolean(), nullable=False),
        _text("words"),
        _text("words_language"),
        _text("words_version"),
        _text("way"),
        _id("taken_by", nullable=True),
        _when("at", nullable=False),
        _id("id"),
        sa.CheckConstraint("way IN ('page', 'text')", name=op.f("ck_staff_phone_consent_way")),
        _to("staff_phone_consent", "staff_phone_id", "staff_phone"),
        _to("staff_phone_consent", "taken_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_phone_consent")),
    )
    op.create_index(op.f("ix_staff_phone_consent_staff_phone_id"), "staff_phone_consent", ["staff_phone_id"])


def _notice() -> None:
    once = ["referral_id", "staff_phone_id", "template", "referral_version"]
    op.create_table(
        "staff_notice",
        _id("patient_id"),
        _id("referral_id"),
        _id("staff_phone_id"),
        _text("template"),
        sa.Column("referral_version", sa.Integer(), nullable=False),
        _id("message_id", nullable=True),
        _when("at", nullable=False),
        _id("id"),
        _id("receiver_id", nullable=True),
        _id("clinic_id"),
        _to("staff_notice", "patient_id", "patient"),
        _to("staff_notice", "referral_id", "referral"),
        _to("staff_notice", "staff_phone_id", "staff_phone"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notice")),
        sa.UniqueConstraint(*once, name=op.f("uq_staff_notice_" + "_".join(once))),
    )
    for column in ("patient_id", "referral_id", "staff_phone_id", "message_id", "receiver_id", "clinic_id"):
        op.create_index(op.f(f"ix_staff_notice_{column}"), "staff_notice", [column])
    guard(op.get_bind(), owned_statements("staff_notice", "referral_id"))


def _staff_text() -> None:
    op.create_table(
        "staff_text",
        _text("provider_id"),
        _id("phone_number_id"),
        _id("staff_phone_id", nullable=True),
        _id("referral_id", nullable=True),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        _text("source"),
        _text("reading"),
        _text("effect", nullable=True),
        _when("received_at", nullable=False),
        _when("redacted_at"),
        _id("id"),
        sa.CheckConstraint("source IN ('webhook', 'simulator', 'fetched')", name=op.f("ck_staff_text_source")),
        _to("staff_text", "phone_number_id", "phone_number"),
        _to("staff_text", "staff_phone_id", "staff_phone"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_text")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_staff_text_provider_id")),
    )
    for column in ("phone_number_id", "staff_phone_id", "referral_id"):
        op.create_index(op.f(f"ix_staff_text_{column}"), "staff_text", [column])
    words = {"sqlite_where": _HAS_WORDS, "postgresql_where": _HAS_WORDS}
    op.create_index("ix_staff_text_words", "staff_text", ["received_at"], **words)


def downgrade() -> None:
    """Go back. Texts to staff phones are gone; the e-mails about the same stay."""
    op.drop_table("staff_text")
    guard(op.get_bind(), unguard_statements("staff_notice"))
    op.drop_table("staff_notice")
    op.drop_table("staff_phone_consent")
    op.drop_table("staff_phone")
    for table in ("message_attempt", "provider_event"):
        op.execute(f"DELETE FROM {table} WHERE message_id IN (SELECT id FROM message WHERE channel = 'staff_sms')")  # noqa: S608 - two names of ours
    op.execute("DELETE FROM message WHERE channel = 'staff_sms'")
    replace_checks("message", {"ck_message_channel": "channel IN ('sms', 'email')"})
