"""Ids of foreign objects where nobody looks at first: fields of forms, queries, JSON, `next`, replies, page numbers.

The forms are found by crawling one's own pages, so a new field that takes an id is tried too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

import referral
from referral.kit.scope import job_scope
from tests.access.cells import LEFT, LOOKED
from tests.access.filling import owned_classes
from tests.access.roles import EVERYBODY, Browser, enter, headers_of
from tests.access.tenants import Tenant
from tests.access.world import BASE_URL, World

pytestmark = pytest.mark.slow

WHO = ("clinician", "clinic_administrator", "organization_staff", "organization_administrator", "privacy_officer")
_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_LINK = re.compile(r'href="(/[^"#]*)"')
_READ = re.compile(r'\bargs\.get(?:list)?\(\s*"([a-z_]+)"')
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


def foreign_ids(tenant: Tenant) -> dict[str, str]:
    """Return an id of each kind of thing of the foreign tenant, by kind."""
    kinds: dict[str, UUID] = {}
    for (kind, _state), row_id in tenant.rows.items():
        kinds.setdefault(kind, row_id)
    kinds |= {"person": tenant.people["clinician"], "membership": tenant.memberships["clinician"]}
    kinds |= {"clinic": tenant.clinic_id, "organization": tenant.organization_id}
    return {kind: str(row_id) for kind, row_id in kinds.items()}


def kind_of(tenant: Tenant, value: str) -> str | None:
    """Return what kind of thing an id of one's own names, or None for what no tenant owns."""
    ids = {str(row_id): kind for (kind, _state), row_id in tenant.rows.items()}
    ids |= dict.fromkeys(map(str, tenant.people.values()), "person")
    ids |= dict.fromkeys(map(str, tenant.memberships.values()), "membership")
    return ids.get(value)


def tempting(world: World, value: str) -> list[str]:
    """Return foreign ids to send in place of one's own: of its kind, and of what everything hangs on.

    What the id names is not known of every field: those are sent one of each kind.
    """
    foreign, kind = foreign_ids(world.foreign), kind_of(world.own, value)
    if kind is None:
        return list(foreign.values())
    return [foreign[each] for each in dict.fromkeys((kind, "patient", "need", "referral", "person", "clinic"))]


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
        for foreign in tempting(world, field.value):
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


def read_from_queries() -> set[str]:
    """Return every name that the product reads from the query of an address."""
    source = Path(referral.__file__).parent.rglob("*.py")
    found = {name for file in source for name in _READ.findall(file.read_text(encoding="utf-8"))}
    assert found > {"need", "service", "screening", "person", "next", "page"}, "the pattern finds the names no more"
    return found


def queries(world: World) -> Iterator[dict[str, str]]:
    """Give each name a foreign id of the kind it names, then all of them one of each kind that much hangs on."""
    ids = foreign_ids(world.foreign)
    named = {name: ids.get(name, ids.get(name.removesuffix("_id"), ids["patient"])) for name in read_from_queries()}
    for sent in (named, *(dict.fromkeys(named, ids[kind]) for kind in ("patient", "referral", "person", "clinic"))):
        yield sent | {"next": f"/patients/{ids['patient']}", "page": "99999999999"}


@pytest.mark.parametrize("name", WHO)
def test_a_foreign_id_in_a_query_shows_and_changes_nothing(name: str, world: World) -> None:
    """Every name that the product reads, on every page that has no id in its address."""
    browser = enter(world, next(who for who in EVERYBODY if who.name == name))
    world.keeper.keep()
    sent, wrong = list(queries(world)), []

    for rule in world.app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()) or rule.rule.startswith(NOT_WALKED):
            continue
        for query in sent:
            world.keeper.changed()
            answer = browser.client.get(rule.rule, query_string=query, base_url=BASE_URL, headers=headers_of(browser))
            changed = world.keeper.changed()
            shown = [*foreign_shown(world, answer.text), *sorted(changed - LOOKED)]
            wrong += [f"{rule.rule}: {each}" for each in shown]
            world.keeper.put_back(changed - LEFT)

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
