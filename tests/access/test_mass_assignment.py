"""Nothing can be set that its form does not offer: every column of every model is sent to every step."""

from uuid import uuid4

import pytest
from sqlalchemy import Text, or_, select
from sqlalchemy import inspect as inspected

from referral.kit.scope import job_scope
from referral.kit.transaction import SAFE_METHODS
from resources_directory.db import Base
from tests.access.cells import cells_of
from tests.access.expected import body_of
from tests.access.objects import Variant
from tests.access.roles import EVERYBODY, enter, headers_of
from tests.access.world import BASE_URL, World

pytestmark = pytest.mark.slow

#: What no form may move: owners, states, rights, keys. A value found nowhere else.
MARK = "massassignment"
COLUMNS = sorted({column.key for mapper in Base.registry.mappers for column in inspected(mapper.class_).columns})


@pytest.mark.parametrize("name", ["clinician", "clinic_administrator", "organization_administrator", "privacy_officer"])
def test_columns_sent_beside_a_form_are_not_taken(name: str, world: World) -> None:
    browser = enter(world, next(who for who in EVERYBODY if who.name == name))
    world.keeper.keep()
    foreign = {"clinic_id": str(world.foreign.clinic_id), "receiver_id": str(world.foreign.organization_id)}
    wrong = []

    for cell in cells_of(world, browser):
        if cell.method in SAFE_METHODS or cell.address.variant is not Variant.OWN or not cell.rule.arguments:
            continue
        body = dict(body_of(cell.rule.endpoint)(cell.asker, cell.address))
        extra = dict.fromkeys(COLUMNS, MARK) | foreign | {"id": str(uuid4()), "suspended_at": "2001-01-01"}
        sent = {key: value for key, value in extra.items() if key not in OFFERED} | body
        urls = world.app.url_map.bind("localhost", url_scheme="https")
        path = urls.build(cell.rule.endpoint, cell.address.values, method=cell.method)
        world.keeper.changed()
        browser.client.post(path, data=sent, base_url=BASE_URL, headers=headers_of(browser))
        changed = world.keeper.changed()
        wrong += [f"{cell}: {table}" for table in sorted(marked(world, changed))]
        world.keeper.put_back(changed - {"audit_event", "usage_count"})

    assert wrong == []


#: Names of fields that forms offer; what is sent there is what somebody types.
OFFERED = frozenset(
    {
        "note", "words", "name", "label", "email", "phone", "given_name", "family_name", "second_family_name",
        "chosen_name", "record_number", "interpreter", "speaker", "units", "outcome", "reason", "estimate",
    }
)  # fmt: skip


def marked(world: World, changed: set[str]) -> set[str]:
    """Return those of the changed tables in which the mark stands now."""
    found = set()
    with world.database.reading(job_scope("tests")) as session:
        for name in changed:
            texts = [column for column in Base.metadata.tables[name].columns if isinstance(column.type, Text)]
            if texts and session.execute(select(*texts).where(or_(*(each == MARK for each in texts))).limit(1)).first():
                found.add(name)
    return found
