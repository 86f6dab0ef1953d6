"""Webhooks of the provider in any order and number, and what the whole database holds after them."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Table, select
from twilio.request_validator import RequestValidator

from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage
from referral.tables import metadata

TOKEN = "token-of-the-tests"
#: Tables that tell of the looking, not of the product: the audit of reads and changes.
_LEFT_OUT = re.compile(r"^audit")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Rounds in which a row takes the labels of the rows that it names; more than the longest chain between two rows.
_ROUNDS = 6


@dataclass(frozen=True)
class Delivery:
    """One webhook: its path, its fields, and the phone whose texts keep their order (none for a status)."""

    path: str
    fields: tuple[tuple[str, str], ...]
    phone: str | None = None

    def post(self, client: FlaskClient) -> int:
        """Deliver it signed, as the provider does; return the answer's code."""
        fields = dict(self.fields)
        signature = RequestValidator(TOKEN).compute_signature("http://localhost" + self.path, fields)
        return client.post(self.path, data=fields, headers={"X-Twilio-Signature": signature}).status_code


def text_of(phone: str, sid: str, body: str) -> Delivery:
    """A text that arrives."""
    fields = (("MessageSid", sid), ("From", phone), ("To", "+15595550199"), ("Body", body))
    return Delivery("/sms/inbound", fields, phone)


def status_of(message_id: UUID, sid: str, status: str, code: str = "") -> Delivery:
    """A report on a message of ours."""
    fields = [("MessageSid", sid), ("MessageStatus", status), *([("ErrorCode", code)] if code else [])]
    return Delivery(f"/sms/status?m={message_id}&a=1", tuple(fields))


def everything(database: Database) -> list[str]:
    """All rows of all tables but the audit's, sorted; the same for two databases that differ in their new ids alone.

    Ids are random: each is replaced by a label made of what its row says, and of the labels of the rows it names.
    """
    with database.reading(job_scope("tests")) as session:
        bodies = {str(row.id): row.body for row in session.scalars(select(InboundMessage))}
        rows = [
            (table, dict(row._mapping))
            for table in metadata.sorted_tables
            if not _LEFT_OUT.match(table.name)
            for row in session.execute(select(table))
        ]
    told = [_told(table, row, bodies) for table, row in rows]
    labels: dict[str, str] = {}
    for _round in range(_ROUNDS):
        labels = {key: hashlib.sha256(_labelled(text, labels).encode()).hexdigest()[:12] for key, text in told if key}
    return sorted(_labelled(text, labels) for _key, text in told)


def _labelled(text: str, labels: dict[str, str]) -> str:
    return _UUID.sub(lambda found: labels.get(found.group(), "?"), text)


def _told(table: Table, row: dict[str, Any], bodies: dict[str, str | None]) -> tuple[str, str]:
    """The row's id, and all it says but sealed bytes, which hold a nonce; the words of a text are opened."""
    said = {name: str(value) for name, value in row.items() if not isinstance(value, bytes) and name != "id"}
    key = str(row.get("id", ""))
    return key, f"{table.name} {sorted(said.items())} {bodies.get(key, '')!r}"
