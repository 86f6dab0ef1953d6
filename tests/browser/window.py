"""Chromium on the world of the access matrix: every page of the product, as whoever may see it, without a network."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route
from werkzeug.routing import Rule

from referral.kit.policy import PUBLIC, policy
from referral.kit.transaction import SAFE_METHODS
from tests.access.objects import MAKERS, Asker, addresses
from tests.access.roles import EVERYBODY, Browser, Who, enter, headers_of
from tests.access.world import BASE_URL, World


@dataclass(frozen=True)
class Place:
    """A page: the endpoint, whoever is asked to look at it, and its address. `method`: POST for an empty form."""

    endpoint: str
    browser: Browser
    path: str
    method: str = "GET"

    def __str__(self) -> str:
        return f"{self.endpoint} as {self.browser.who.name}"


def places(world: World) -> list[Place]:
    """Return one place for each page that somebody gets, ordered by path; the asker is the first who gets it."""
    browsers = _everybody(world)
    found = [place for place in (_place(world, browsers, rule, "GET") for rule in _rules(world, "GET")) if place]
    return sorted(found, key=lambda place: (place.path.split("?")[0], place.endpoint))


def refused_form(world: World, endpoint: str) -> Place:
    """Return the place of an empty form that is refused with a page that says what to mend."""
    rule = next(rule for rule in _rules(world, "POST") if rule.endpoint == endpoint)
    found = _place(world, _everybody(world), rule, "POST")
    assert found is not None, f"nobody is refused at {endpoint}"
    return found


def answer_of(world: World, place: Place) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a place; what a form changed is put back."""
    headers = headers_of(place.browser)
    answer = place.browser.client.open(place.path, method=place.method, base_url=BASE_URL, headers=headers)
    if place.method not in SAFE_METHODS:
        world.keeper.put_back(world.keeper.changed())
    return answer.status_code, dict(answer.headers), answer.data


class Window:
    """One tab without a network: every request is answered by the product itself, as whoever looks."""

    def __init__(self, chromium: Chromium, world: World, language: str, *, script: bool = True) -> None:
        self._world = world
        self._place: Place | None = None
        self._files: dict[str, tuple[int, dict[str, str], bytes]] = {}
        #: What the page asked of other hosts.
        self.strayed: list[str] = []
        self._context = chromium.new_context(locale=language, reduced_motion="reduce", java_script_enabled=script)
        self.tab: Page = self._context.new_page()
        self.tab.route("**/*", self._fulfil)

    def open(self, place: Place) -> Page:
        """Open the place; an address with a method of its own is sent as an empty form."""
        self._place = place
        self.tab.goto(f"{BASE_URL}{place.path}", wait_until="load")
        return self.tab

    def close(self) -> None:
        """Close the tab."""
        self._context.close()

    def _fulfil(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" != BASE_URL:
            self.strayed.append(route.request.url)
            route.abort()
            return
        status, headers, body = self._answer(f"{url.path}?{url.query}" if url.query else url.path)
        route.fulfill(status=status, headers=headers, body=body)

    def _answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        assert self._place is not None
        if path == self._place.path:
            return answer_of(self._world, self._place)
        asked = Place(self._place.endpoint, self._place.browser, path)
        if not path.startswith("/static/"):
            return answer_of(self._world, asked)
        if path not in self._files:
            self._files[path] = answer_of(self._world, asked)
        return self._files[path]


def _everybody(world: World) -> dict[str, Browser]:
    browsers = {who.name: enter(world, who) for who in EVERYBODY if not who.barred}
    world.keeper.keep()
    return browsers


def _rules(world: World, method: str) -> list[Rule]:
    rules = [rule for rule in world.app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted(rules, key=lambda rule: (rule.rule, rule.endpoint))


def _place(world: World, browsers: dict[str, Browser], rule: Rule, method: str) -> Place | None:
    wanted = 200 if method == "GET" else 422
    permission: str = world.app.view_functions[rule.endpoint].policy_name  # type: ignore[attr-defined]
    if rule.arguments - set(MAKERS):
        return None
    for browser in browsers.values():
        if not _may(browser.who, permission):
            continue
        own = next(iter(addresses(Asker(world, browser, rule.endpoint), rule)), None)
        if own is None or own.label != "own":
            continue
        urls = world.app.url_map.bind("localhost", url_scheme="https")
        place = Place(rule.endpoint, browser, urls.build(rule.endpoint, own.values, method=method), method)
        status, headers, _body = answer_of(world, place)
        shown = headers.get("Content-Type", "").startswith("text/html") and "Content-Disposition" not in headers
        if status == wanted and shown:
            return place
    return None


def _may(who: Who, permission: str) -> bool:
    if permission == PUBLIC:
        return True
    full = who.factors == 2 or permission in policy.one_factor
    return who.signed and full and str(who.role) in policy.roles_with(permission)
