"""The organization's requests as a file: what its list shows, no person in it; who took it along is written down."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member
from referral.accounts.queries import names_of
from referral.audit.actions import record_each
from referral.audit.models import AuditKind
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.patients.states import SharedField
from referral.referrals.appointments import appointments_of
from referral.referrals.csv_columns import Column, without_formula
from referral.referrals.disclosing import Permitted, permitted_of
from referral.referrals.inbox_filters import InboxFilters
from referral.referrals.inbox_queries import assignments_of, inbox_rows
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from resources_directory.needs import SENSITIVE

#: So many rows at most in one file.
MOST_ROWS = 2000

#: Of what the first page shows, what is taken along. Never the ZIP code beside the language (csv_columns.Column).
_FIELD_COLUMNS = {
    SharedField.NEED: Column.NEED,
    SharedField.SPOKEN_LANGUAGE: Column.LANGUAGE,
}


def requests_file(session: ScopedSession, member: Member, filters: InboxFilters, *, file_id: UUID) -> str:
    """Return the file as text, after writing down for each request that it was taken along. Flushes.

    The audit is in the caller's transaction: when it cannot be stored, nothing leaves.
    """
    referrals = inbox_rows(session, member.id, filters, MOST_ROWS)
    written = StringIO()
    writer = csv.DictWriter(written, [str(column) for column in Column], restval="")
    writer.writeheader()
    for row in _rows(session, member, referrals):
        writer.writerow({str(column): without_formula(text) for column, text in row.items()})
    facts = [
        {
            "clinic_id": each.clinic_id,
            "patient_id": each.patient_id,
            "subject_kind": "referral",
            "subject_id": each.id,
            "detail": {"file": str(file_id), "format": "csv"},
        }
        for each in referrals
    ]
    record_each(session, AuditKind.EXPORTED, facts)
    return written.getvalue()


def _rows(session: ScopedSession, member: Member, referrals: Sequence[Referral]) -> Iterator[dict[Column, str]]:
    ids = [referral.id for referral in referrals]
    permitted, appointments = permitted_of(session, referrals), appointments_of(session, ids)
    assigned = {key: row.person_id for key, row in assignments_of(session, ids).items()}
    names, clinics = names_of(session, assigned.values()), _clinics(session, referrals)
    zone = zone_of(member.timezone_name)

    def moment(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""

    for each in referrals:
        given = appointments.get(each.id) if each.id in permitted else None
        yield {
            Column.REQUEST: short_number(each.id),
            Column.VERSION: str(each.version),
            Column.ASKED_ON: moment(each.sent_at),
            Column.CLINIC: clinics.get(each.clinic_id, ""),
            Column.SERVICE: str(each.service_facts.get("service_name", "")),
            Column.STATE: each.state,
            Column.URGENCY: each.urgency,
            **_first_page(each, permitted.get(each.id)),
            Column.ASSIGNED_TO: names.get(assigned.get(each.id), ""),
            Column.APPOINTMENT: moment(given.starts_at) if given else "",
        }


def _first_page(referral: Referral, permitted: Permitted | None) -> dict[Column, str]:
    """Return what the first page shows: nothing by which anybody is known, and no sensitive need."""
    values = permitted.values if permitted else {}
    # Permission to show a sensitive need on a page is none to take it along in a file (product.md 7).
    unsaid = {SharedField.NEED} if referral.domain in SENSITIVE else set()
    return {
        column: values[field] for field, column in _FIELD_COLUMNS.items() if field in values and field not in unsaid
    }


def _clinics(session: ScopedSession, referrals: Sequence[Referral]) -> dict[UUID, str]:
    wanted = {referral.clinic_id for referral in referrals}
    rows = session.execute(select(Member.id, Member.name).where(Member.id.in_(wanted)).order_by(Member.id))
    return {row[0]: row[1] for row in rows}
