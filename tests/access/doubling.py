"""Sends every form of the product twice, as a double click, the back button or a lost answer does.

Sent is what a browser sends: the hidden fields of the form as it stands on its page, and a valid body.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, LargeBinary, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from referral.kit.scope import job_scope
from referral.tables import metadata
from resources_directory.db import UtcDateTime
from tests.access.expected import TABLET_PAGES, body_of, expected_status
from tests.access.objects import Address, Asker
from tests.access.page_tree import controls_of
from tests.access.refusing import Sender
from tests.access.roles import headers_of
from tests.access.world import BASE_URL, World

#: Who looked, who was seen, how often somebody tried: of these every request makes its own.
OF_EVERY_REQUEST = frozenset({"audit_event", "login_session", "link_session", "usage_count", "sign_in_try"})

#: What a second writing of the same may renew: moments, sealed values (their nonces), the count of writings.
RENEWED = (DateTime, UtcDateTime, LargeBinary)

#: Rows by key, without what is renewed.
Rows = dict[object, tuple[str, ...]]

#: So many who may do a step are looked at for its form.
ENOUGH = 4


@dataclass(frozen=True)
class Doubled:
    """A form sent twice. `second`: the tables whose rows are others after the second time."""

    endpoint: str
    who: str
    first: TestResponse
    again: TestResponse
    second: frozenset[str] = field(default_factory=frozenset)


class Doubler(Sender):
    """Finds forms as `Sender` does, fills them in as they are valid, and sends them twice."""

    def doubled(self, rule: Rule) -> Doubled | None:
        """Return what came of the first who may really do what a route does; None where nobody may."""
        possible = list(self._askers(rule))
        if not possible:
            return None
        asker, address, path = possible[0]
        hidden: dict[str, str] = {}
        for browser, where, form in self._forms(rule):
            asker, address, path = next(each for each in possible if (each[0].browser, each[2]) == (browser, where))
            hidden = {each.get("name"): each.get("value") for each in controls_of(form) if each.kind == "hidden"}
            break
        typed = {name: str(value) for name, value in body_of(rule.endpoint)(asker, address).items()}
        return self._twice(asker, path, rule, (hidden or _token_of(typed)) | typed)

    def _askers(self, rule: Rule) -> Iterator[tuple[Asker, Address, str]]:
        """Give the first few who may really do it, with their own object."""
        yield from islice((each for each in super()._askers(rule) if self._succeeds(*each[:2], rule)), ENOUGH)

    @staticmethod
    def _succeeds(asker: Asker, address: Address, rule: Rule) -> bool:
        """Return True for whoever may really do it. A device in a patient's hands is led away from everything else."""
        led_away = asker.who.tablet is not None and rule.endpoint not in TABLET_PAGES
        return not led_away and expected_status(asker, rule, "POST", address) < 400

    def _twice(self, asker: Asker, path: str, rule: Rule, body: Mapping[str, Any]) -> Doubled:
        world, browser = self._world, asker.browser
        sent = {"data": body, "base_url": BASE_URL, "headers": headers_of(browser)}
        world.keeper.changed()
        first = browser.client.post(path, **sent)
        written = world.keeper.changed()
        stood = rows_of(world, written)
        again = browser.client.post(path, **sent)
        rewritten = world.keeper.changed()
        stands = rows_of(world, rewritten & written)
        world.keeper.put_back(written | rewritten)
        second = {table for table in rewritten - OF_EVERY_REQUEST if stood.get(table) != stands.get(table, {})}
        return Doubled(rule.endpoint, browser.who.name, first, again, frozenset(second))


def _token_of(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the token of a form that stands on no page of the world."""
    prefix, dash, _name = next(iter(typed), "").rpartition("-")
    return {f"{prefix}{dash}form_id": str(uuid4())}


def rows_of(world: World, tables: Collection[str]) -> dict[str, Rows]:
    """Return the rows of some tables by key."""
    found = {}
    with world.database.reading(job_scope("tests")) as session:
        for table in (metadata.tables[name] for name in sorted(tables)):
            told = [each for each in table.c if not isinstance(each.type, RENEWED) and each.name != "version"]
            keys = len(table.primary_key)
            rows = session.execute(select(*table.primary_key, *told)).all()
            found[table.name] = {tuple(row[:keys]): tuple(map(repr, row[keys:])) for row in rows}
    return found
