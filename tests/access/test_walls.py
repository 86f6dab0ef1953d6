"""Below the views: no scope that is not theirs reaches a row, and PostgreSQL itself refuses it once more.

Where no scope helps, the queries' own filters keep rows apart.
"""

import pytest
from sqlalchemy import select

from referral.kit.scope import job_scope
from tests.access.filling import owned_classes
from tests.access.filters import filter_faults
from tests.access.walls import row_security_faults, scope_faults
from tests.access.world import World


def test_every_owned_table_has_a_row_of_each_clinic(world: World) -> None:
    with world.database.reading(job_scope("tests")) as session:
        found = {cls.__tablename__: set(session.scalars(select(cls.clinic_id))) for cls in owned_classes()}

    clinics = {world.own.clinic_id, world.foreign.clinic_id}
    assert {table for table, owners in found.items() if not clinics <= owners} == set()


def test_scopes_alone_keep_every_table_from_others(world: World) -> None:
    faults = sorted(scope_faults(world))

    assert faults == []
    assert world.keeper.changed() <= {"data_key"}


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)  # SQLite has no row-level security: scopes alone
def test_the_database_alone_keeps_every_table_from_others(world: World) -> None:
    faults = sorted(row_security_faults(world))

    assert faults == []


def test_queries_alone_keep_people_members_and_clinics_apart(world: World) -> None:
    assert list(filter_faults(world)) == []
    assert world.keeper.changed() == set()
