"""The filters of queries, asked directly: with rows of another clinic, member or person beside, and no scope to help.

Many of these rows belong to people or members, which no scope guards; of the others the scope is taken away.
"""

from collections.abc import Callable, Iterator

from referral.kit.scope import ScopedSession, job_scope
from tests.access import filters_of_members, filters_of_officers, filters_of_referrals, personal
from tests.access.world import World

Finding = Iterator[str]

CHECKS: tuple[Callable[[World, ScopedSession], Finding], ...] = (
    *personal.CHECKS,
    *filters_of_members.CHECKS,
    *filters_of_officers.CHECKS,
    *filters_of_referrals.CHECKS,
)


def filter_faults(world: World) -> Finding:
    """Name each query or page that takes another's rows for one's own. Nothing stays written."""
    for check in CHECKS:
        session = world.database.open(job_scope("tests"))
        try:
            with world.app.test_request_context():
                yield from check(world, session)
        finally:
            session.rollback()
            session.close()
