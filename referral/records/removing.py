"""Doing what the schedule of retention asks for: in small transactions, counted in the audit."""

import logging
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from referral.audit.actions import record
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.records.retention import SCHEDULE
from referral.records.rules import Rule
from referral.records.sweeps import BATCH

log = logging.getLogger(__name__)

#: How many batches one run may take of one rule.
MOST_BATCHES = 200

#: The run is written to the audit at least this often, also when there was nothing to remove.
SAID_EVERY = timedelta(hours=20)


def run_schedule(database: Database) -> int:
    """Do what every rule asks for, in small transactions; return how many rows. Counts go to the audit, no names."""
    removed = {rule.name: _obey(database, rule) for rule in SCHEDULE if rule.sweep}
    counts = {name: count for name, count in removed.items() if count}
    with database.job("retention") as session:
        if counts or not _said_lately(session):
            record(session, AuditKind.RETENTION_RAN, detail={"removed": counts})
    return sum(counts.values())


def _obey(database: Database, rule: Rule) -> int:
    """Return how many rows a rule removed; one that fails is logged and stops no other."""
    removed = 0
    try:
        for _batch in range(MOST_BATCHES):
            with database.job("retention") as session:
                count = rule.sweep(session, rule.keep) if rule.sweep and rule.keep else 0
            removed += count
            if count < BATCH:
                break
    except SQLAlchemyError as error:
        log.exception("retention failed", extra={"task": rule.name, "error": type(error).__name__})
    return removed


def _said_lately(session: ScopedSession) -> bool:
    lately = AuditEvent.at > clock.now() - SAID_EVERY
    said = select(AuditEvent.id).where(lately, AuditEvent.kind == AuditKind.RETENTION_RAN)
    return session.scalar(said.order_by(AuditEvent.id).limit(1)) is not None
