"""The versions of the clock policy: the shipped one, those that administrators made, and which one counts when.

A referral runs by the version that counted when it was signed, whatever is made later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.referrals.clock_models import ClockPolicyVersion
from referral.referrals.clock_policy import SHIPPED, ClockPolicy, faults_of, policy_from


@dataclass(frozen=True)
class NewVersion:
    """What an administrator asks for. `form_id` names this filling of the form: sent twice, it is one version.

    `effective_from`: None is now.
    """

    form_id: UUID
    policy: ClockPolicy
    effective_from: datetime | None
    why: str
    made_by: UUID


def policy_in_effect(session: ScopedSession, now: datetime) -> ClockPolicy:
    """Return the policy by which a referral signed `now` runs."""
    found = select(ClockPolicyVersion).where(ClockPolicyVersion.effective_from <= now)
    newest = (ClockPolicyVersion.effective_from.desc(), ClockPolicyVersion.made_at.desc(), ClockPolicyVersion.id.desc())
    row = session.scalars(found.order_by(*newest).limit(1)).first()
    return policy_from(row.version, row.facts) if row is not None else SHIPPED


def policy_named(session: ScopedSession, version: str | None) -> ClockPolicy:
    """Return the policy of a version; the shipped one for none and for one that is not known."""
    if version is None or version == SHIPPED.version:
        return SHIPPED
    row = session.scalar(select(ClockPolicyVersion).where(ClockPolicyVersion.version == version))
    return policy_from(row.version, row.facts) if row is not None else SHIPPED


def made_versions(session: ScopedSession) -> Sequence[ClockPolicyVersion]:
    """Return the versions that were made here, the newest first; the shipped one has no row."""
    newest = (ClockPolicyVersion.effective_from.desc(), ClockPolicyVersion.made_at.desc(), ClockPolicyVersion.id.desc())
    return session.scalars(select(ClockPolicyVersion).order_by(*newest)).all()


def make_version(session: ScopedSession, new: NewVersion) -> ClockPolicyVersion:
    """Return the stored version; the same form sent twice gives the same one. Flushes; the caller commits.

    Raises InvalidInput for a policy with faults or a moment in the past, Conflict when the name is taken.
    """
    known = session.get(ClockPolicyVersion, new.form_id)
    if known is not None:
        return known
    if faults_of(new.policy):
        raise InvalidInput(_l("These waits do not fit together. Look at those that are marked."))
    now = clock.now()
    if new.effective_from is not None and new.effective_from < now:
        raise InvalidInput(_l("A new version counts from now or later: what was signed keeps its own."), "effective_on")
    row = ClockPolicyVersion(
        id=new.form_id,
        version=new.policy.version,
        effective_from=new.effective_from or now,
        facts=new.policy.facts(),
        why=new.why,
        made_by=new.made_by,
        made_at=now,
    )
    if new.policy.version == SHIPPED.version:
        raise Conflict(_NAME_TAKEN)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict(_NAME_TAKEN) from error
    return row


def free_name(session: ScopedSession, day: str) -> str:
    """Return the name for a version that counts from `day` (ISO): the day itself, or with a number where it is taken.

    Two people who ask at the same moment get the same name; the second one is refused when it is stored.
    """
    taken = set(session.scalars(select(ClockPolicyVersion.version).where(ClockPolicyVersion.version.startswith(day))))
    names = (day, *(f"{day}.{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


_NAME_TAKEN = _l("Somebody else made a version for this day at the same moment. Look at it, then send yours again.")
