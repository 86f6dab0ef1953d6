"""Every page of the product in Chromium, made from its routes: readable, reachable, small, and right without a script.

A page that nobody thought about is looked at like all others.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import update

from referral.accounts.models import Person
from referral.kit import i18n
from tests.access.roles import headers_of
from tests.access.world import BASE_URL, World, build_world
from tests.browser.looking import OWN_RULES
from tests.browser.pseudo import CODE, write_pseudo_catalog
from tests.browser.window import Place, Window, places, refused_form

#: What a first view may weigh on its way, and the script in it.
LARGEST_VIEW, LARGEST_SCRIPT = 60_000, 15_000
NARROWEST = {"width": 320, "height": 700}
#: Each language is looked at in one of the two colour schemes and widths.
LOOKS = {"en": ("light", {"width": 390, "height": 800}), CODE: ("dark", {"width": 1280, "height": 900})}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

#: Runs in a page without its script: what can be seen and would do nothing.
SCRIPTLESS_RULES = """() => [...document.querySelectorAll('button, [role=button]')]
  .filter(button => button.getClientRects().length && !(button.form && button.type !== 'button'))
  .map(button => `does nothing without the script: ${button.innerText.trim()}`)"""


@pytest.fixture(params=LOOKS)
def language(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """English, or the language written right to left that nobody speaks."""
    if request.param == CODE:
        write_pseudo_catalog(tmp_path / "translations")
        monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path / "translations")
        monkeypatch.setitem(i18n.LANGUAGES, CODE, replace(i18n.LANGUAGES[CODE], pages=True))
    return str(request.param)


@pytest.fixture
def world(language: str, tmp_path: Path, sqlite_template: Path, templates: FileSystemBytecodeCache) -> Iterator[World]:
    """Everybody, reading in one language."""
    path = tmp_path / "world.sqlite3"
    shutil.copy(sqlite_template, path)
    found = build_world(f"sqlite:///{path}", templates)
    with found.database.job("tests") as session:
        session.execute(update(Person).values(language=language))
    yield found
    found.close()


@pytest.fixture
def window(chromium: Chromium, world: World, language: str) -> Iterator[Window]:
    """A tab of somebody whose browser asks for the language."""
    found = Window(chromium, world, language)
    yield found
    found.close()


def test_every_page_can_be_read_by_everybody(window: Window, world: World, language: str) -> None:
    scheme, size = LOOKS[language]
    window.tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wrong: list[str] = []

    for place in places(world):
        tab = window.open(place)
        tab.set_viewport_size(size)  # type: ignore[arg-type]
        wrong += [f"{place}: {each}" for each in axe_says(tab)]
        tab.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
        wrong += [f"{place} at 320 px: {each}" for each in tab.evaluate(OWN_RULES)]

    assert not wrong, "\n".join(wrong)
    assert window.strayed == []


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_no_page_shows_what_only_the_script_can_do(chromium: Chromium, world: World) -> None:
    window = Window(chromium, world, "en", script=False)

    wrong = [f"{place}: {each}" for place in places(world) for each in window.open(place).evaluate(SCRIPTLESS_RULES)]

    window.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("endpoint", ["inbox.find", "plan.choose_word"])  # a page for staff, and a patient's own
@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_what_must_be_mended_has_the_focus_without_the_script(endpoint: str, chromium: Chromium, world: World) -> None:
    window = Window(chromium, world, "en", script=False)

    tab = window.open(refused_form(world, endpoint))

    expect(tab.locator("#error-summary")).to_be_focused()
    window.close()


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_the_first_view_of_every_page_is_small(world: World) -> None:
    everywhere = places(world)
    names = ("needsrx.css", "needsrx.js", "logo.svg")
    files = {name: on_its_way(world, replace(everywhere[0], path=f"/static/{name}")) for name in names}
    frame = sum(files.values())

    heavy = {str(place): frame + on_its_way(world, place) for place in everywhere}

    assert {name: weight for name, weight in heavy.items() if weight > LARGEST_VIEW} == {}
    assert files["needsrx.js"] <= LARGEST_SCRIPT


def on_its_way(world: World, place: Place) -> int:
    """Return the bytes of a page, or of a file it loads, as our own server sends them to a browser."""
    headers = headers_of(place.browser) | {"Accept-Encoding": "gzip"}
    return len(place.browser.client.get(place.path, base_url=BASE_URL, headers=headers).data)


def axe_says(tab: Page) -> list[str]:
    """Return what axe finds, in words."""
    found = Axe().run(tab, options=RULES).response["violations"]
    return [
        f"axe {rule['id']} {[re.sub('[0-9a-f-]{36}', '…', str(node['target'])) for node in rule['nodes']][:3]}"
        for rule in found
    ]
