"""Ids of foreign objects where nobody looks at first: fields of forms, queries, JSON, `next`, replies, page numbers.

The forms are found by crawling one's own pages, so a new field that takes an id is tried too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from uuid import UUID

import pytest
from sqlalchemy import select

from referral.kit.scope import job_scope
from tests.access.cells import LOOKED
from tests.access.filling import owned_classes
from tests.access.roles import EVERYBODY, Browser, enter, headers_of
from tests.access.tenants import Tenant
from tests.access.world import BASE_URL, World

WHO = ("clinician", "clinic_administrator", "organization_staff", "organization_administrator", "privacy_officer")
_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_LINK = re.compile(r'href="(/[^"#]*)"')
MOST_PAGES = 60


@dataclass
class Field:
    """One field of a form with what it would send."""

    name: str
    value: str


class FormFinder(HTMLParser):
    """Finds the forms of a page: (method, action, fields). Choices of one name each count once, as they are offered."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[Field]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((facts.get("method", "get").lower(), facts.get("action", ""), []))
        if not self.forms:
            return
        if tag == "select":
            self._select = facts.get("name", "")
        name = self._select if tag == "option" else facts.get("name", "")
        if tag in ("input", "textarea", "button", "option") and name:
            self.forms[-1][2].append(Field(name, facts.get("value", "")))


def forms_of(page: str) -> list[tuple[str, str, list[Field]]]:
    finder = FormFinder()
    finder.feed(page)
    return finder.forms


#: What another clinic offers to one's own is theirs, and shown on purpose; the matrix looks at it.
NOT_WALKED = ("/static", "/patients/arriving")


def own_pages(world: World, browser: Browser) -> Iterator[tuple[str, str]]:
    """Give (path, text) of the pages one reaches by links from home."""
    waiting, seen = ["/"], set()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        shape = re.sub(r"[0-9a-f-]{36}", "*", path.split("?")[0])
        if path in seen or shape in seen or path.startswith(NOT_WALKED):
            continue
        seen |= {path, shape}
        answer = browser.client.get(path, base_url=BASE_URL, headers=headers_of(browser), follow_redirects=True)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            yield path, answer.text
            waiting += [unescape(link) for link in _LINK.findall(answer.text)]


def fields_with_ids(world: World, browser: Browser) -> Iterator[tuple[str, str, list[Field], Field]]:
    """Give (method, address, all fields, the one with an id) of each field that carries an id, once for each form.

    The same form stands once in every row of a list: one row is enough.
    """
    seen = set()
    for path, page in list(own_pages(world, browser)):
        for method, action, fields in forms_of(page):
            for field in [each for each in fields if _UUID.match(each.value) and not each.name.endswith("form_id")]:
                shape = (method, _shape(action or path), _shape(field.name))
                if shape not in seen:
                    seen.add(shape)
                    yield method, action or path, fields, field


def _shape(words: str) -> str:
    return re.sub(r"[0-9a-f-]{36}|[0-9]+", "*", words)


def foreign_ids(tenant: Tenant) -> list[str]:
    """Return one id of each kind of thing of the foreign tenant."""
    kinds: dict[str, UUID] = {}
    for (kind, _state), row_id in tenant.rows.items():
        kinds.setdefault(kind, row_id)
    others = [tenant.people["clinician"], tenant.memberships["clinician"], tenant.clinic_id, tenant.organization_id]
    return [str(each) for each in (*kinds.values(), *others)]


def foreign_shown(world: World, text: str) -> list[str]:
    return sorted(canary.name for canary in world.aviary.singing(text) if canary.tenant == "foreign")


def rows_of(world: World, tenant: Tenant) -> dict[str, str]:
    """Return the foreign clinic's rows as text, by table."""
    with world.database.reading(job_scope("tests")) as session:
        return {
            cls.__tablename__: repr(
                sorted(map(repr, session.execute(select(cls.__table__).where(cls.clinic_id == tenant.clinic_id))))
            )
            for cls in owned_classes()
        }


@pytest.mark.parametrize("name", WHO)
def test_a_foreign_id_in_any_field_of_an_own_form_shows_and_changes_nothing_foreign(name: str, world: World) -> None:
    browser = enter(world, next(who for who in EVERYBODY if who.name == name))
    world.keeper.keep()
    before, wrong, tried = rows_of(world, world.foreign), [], 0

    for method, path, fields, field in fields_with_ids(world, browser):
        for foreign in foreign_ids(world.foreign):
            sent = {each.name: each.value for each in fields} | {field.name: foreign}
            world.keeper.changed()
            answer = browser.client.open(
                path, method=method, base_url=BASE_URL, headers=headers_of(browser),
                **({"query_string": sent} if method == "get" else {"data": sent}),
            )  # fmt: skip
            tried += 1
            wrong += [f"{path} {field.name}: {shown}" for shown in foreign_shown(world, answer.text)]
            world.keeper.put_back(world.keeper.changed() - {"audit_event", "usage_count"})

    assert wrong == []
    assert rows_of(world, world.foreign) == before
    assert tried or name not in ("clinician", "clinic_administrator"), "no form of these pages carries an id"


@pytest.mark.parametrize("name", WHO)
def test_a_foreign_id_in_a_query_shows_and_changes_nothing(name: str, world: World) -> None:
    """Every parameter name that the product reads, and every converter's name, on every page without one."""
    browser = enter(world, next(who for who in EVERYBODY if who.name == name))
    world.keeper.keep()
    wrong = []
    names = ["need", "service", "screening", "next", "about_patient", "person", "patient_id", "id", "organization_id"]

    for rule in world.app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()) or rule.rule.startswith(NOT_WALKED):
            continue
        for foreign in foreign_ids(world.foreign)[:12]:
            query = dict.fromkeys(names, foreign) | {
                "next": f"/patients/{foreign}",
                "page": "99999999999",
                "m": foreign,
            }
            world.keeper.changed()
            answer = browser.client.get(rule.rule, query_string=query, base_url=BASE_URL, headers=headers_of(browser))
            changed = world.keeper.changed() - LOOKED
            wrong += [f"{rule.rule}: {each}" for each in (*foreign_shown(world, answer.text), *sorted(changed))]
            world.keeper.put_back(changed)

    assert wrong == []


def test_a_foreign_patient_is_found_by_nothing_typed_into_a_search(world: World) -> None:
    """Phone, record number, birth date and name of a patient of the other clinic."""
    typed = [
        {"phone": "559-555-0112"},
        {"words": "Molina"},
        *(
            {"record_number": key}
            for key, canary in world.aviary.known.items()
            if canary.name == "patient.record_number"
        ),
    ]
    wrong = []

    for name in ("clinician", "clinic_administrator", "privacy_officer"):
        browser = enter(world, next(who for who in EVERYBODY if who.name == name))
        for path in ("/patients/", "/records/", "/privacy/patients/"):
            for sent in typed:
                answer = browser.client.post(path, data=sent, base_url=BASE_URL, headers=headers_of(browser))
                shown = foreign_shown(world, answer.text.replace(str(next(iter(sent.values()))), ""))
                wrong += [f"{name} {path} {sent}: {each}" for each in shown]

    assert wrong == []
