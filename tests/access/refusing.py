"""Sends every form of the product back as it came, without anything typed, and full of nonsense.

The forms are found on the pages that whoever may send them gets, so a form that nobody thought about is sent too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, takewhile
from urllib.parse import urlsplit

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from referral.kit.policy import PUBLIC, policy
from tests.access.objects import MAKERS, Address, Asker, addresses
from tests.access.page_tree import Element, controls_of, forms_in, main_of
from tests.access.roles import EVERYBODY, Browser, Who, enter, headers_of
from tests.access.world import BASE_URL, World

#: What nobody means: too long for any text, no day, no number, no choice.
NONSENSE = ("nonsense " * 1000).strip()
#: Fields that no person fills in, and a file, which no browser gives back.
UNSEEN = frozenset({"hidden", "submit", "button", "image", "reset", "file"})
TYPED = frozenset({"text", "textarea", "email", "tel", "search", "url", "number", "date", "time", "datetime-local"})
#: Typed too, and never shown again.
PASSWORDS = frozenset({"password"})

#: How many pages with an address like that of a form are looked at before all others.
NEAREST = 4

Sent = Mapping[str, str]


@dataclass(frozen=True)
class Sending:
    """A form as it was sent, and what came back."""

    endpoint: str
    who: str
    filling: str
    sent: Sent
    answer: TestResponse
    #: What a person typed, by the name of its field: they must be able to read it again.
    typed: Sent = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.endpoint} as {self.who}, {self.filling}"

    @property
    def refused(self) -> bool:
        """True for a page that says what to mend."""
        return self.answer.status_code == 422 and self.answer.mimetype == "text/html"


class Sender:
    """Everybody's browsers, and the forms on the pages they get; each page is asked for once."""

    def __init__(self, world: World) -> None:
        """Let everybody enter."""
        self._world = world
        self._browsers = [enter(world, who) for who in EVERYBODY if not who.barred]
        self._pages: dict[tuple[str, str], Element | None] = {}
        self._urls = world.app.url_map.bind("localhost", url_scheme="https")
        world.keeper.keep()

    def sendings(self, rule: Rule) -> list[Sending]:
        """Return the form of a route, sent without anything typed and full of nonsense; empty where nobody has it."""
        found = next(self._forms(rule), None)
        if found is None:
            return []
        browser, path, form = found
        typed = {each.get("name"): NONSENSE for each in controls_of(form) if each.kind in TYPED}
        fillings = (("nothing typed", untouched(form), {}), ("nonsense typed", nonsensical(form), typed))
        return [
            Sending(rule.endpoint, browser.who.name, name, sent, self._send(browser, path, sent), kept)
            for name, sent, kept in fillings
        ]

    def sending_of(self, rule: Rule, body: Callable[[Asker, Address], Mapping[str, object]]) -> Sending | None:
        """Return what is answered to the first who is refused when they send a body; none where nobody is."""
        for asker, address, path in self._askers(rule):
            sent = {name: str(value) for name, value in body(asker, address).items()}
            found = Sending(rule.endpoint, asker.who.name, "as it is", sent, self._send(asker.browser, path, sent))
            if found.refused:
                return found
        return None

    def _forms(self, rule: Rule) -> Iterator[tuple[Browser, str, Element]]:
        """Give who has a form that is sent to a route; everybody's nearest pages are looked at first."""
        askers = list(self._askers(rule))
        for most in (NEAREST, None):
            for asker, address, path in askers:
                for page in islice(self._pages_near(asker.browser, rule, address.values), most):
                    for form in forms_in(page):
                        if urlsplit(form.get("action") or page.get("path")).path == path:
                            yield asker.browser, path, form

    def _askers(self, rule: Rule) -> Iterator[tuple[Asker, Address, str]]:
        """Give everybody who may use a route, with their own object, and its address."""
        permission: str = self._world.app.view_functions[rule.endpoint].policy_name  # type: ignore[attr-defined]
        for browser in self._browsers:
            asker = Asker(self._world, browser, rule.endpoint)
            own = next(iter(addresses(asker, rule)), None) if may(browser.who, permission) else None
            if own is not None and own.label == "own":
                yield asker, own, self._urls.build(rule.endpoint, own.values, method="POST")

    def _pages_near(self, browser: Browser, rule: Rule, values: dict[str, object]) -> Iterator[Element]:
        """Give the pages that somebody gets about the objects of an address, those with the most alike one first."""
        pages = [page for page in rules_of(self._world, "GET") if not page.arguments - set(values)]
        for page in sorted(pages, key=lambda page: -_alike(page.rule, rule.rule)):
            path = self._urls.build(page.endpoint, {name: values[name] for name in page.arguments})
            key = (browser.who.name, path)
            if key not in self._pages:
                self._pages[key] = self._page(browser, path)
            found = self._pages[key]
            if found is not None:
                yield found

    def _page(self, browser: Browser, path: str) -> Element | None:
        answer = browser.client.get(path, base_url=BASE_URL, headers=headers_of(browser))
        if answer.status_code != 200 or answer.mimetype != "text/html":
            return None
        main = main_of(answer.text)
        main.attributes["path"] = path
        return main

    def _send(self, browser: Browser, path: str, sent: Sent) -> TestResponse:
        answer = browser.client.post(path, data=sent, base_url=BASE_URL, headers=headers_of(browser))
        self._world.keeper.put_back(self._world.keeper.changed())
        return answer


def rules_of(world: World, method: str) -> list[Rule]:
    """Return the routes of a method whose objects the matrix knows."""
    found = [rule for rule in world.app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted((rule for rule in found if not rule.arguments - set(MAKERS)), key=lambda rule: rule.endpoint)


def may(who: Who, permission: str) -> bool:
    """Return True if the policy lets them use a route."""
    if permission == PUBLIC:
        return True
    full = who.factors == 2 or permission in policy.one_factor
    return who.signed and full and str(who.role) in policy.roles_with(permission)


def is_filled_in(sending: Sending) -> bool:
    """Return True for a form in which a person types or chooses something."""
    return bool(sending.typed) or any(value == NONSENSE for value in sending.sent.values())


def untouched(form: Element) -> dict[str, str]:
    """Return what is sent by whoever presses the first button without anything typed or chosen."""
    sent: dict[str, str] = {}
    for each in controls_of(form):
        if each.kind == "hidden":
            sent[each.get("name")] = each.get("value")
        elif each.kind == "select":
            values = [option.get("value") for option in each.inside("option")]
            sent[each.get("name")] = "" if "" in values or not values else values[0]
        elif each.kind in TYPED | PASSWORDS:
            sent[each.get("name")] = ""
    pressed = next((each for each in form.inside("button") if "disabled" not in each.attributes), None)
    if pressed is not None and pressed.get("name"):
        sent[pressed.get("name")] = pressed.get("value")
    return sent


def nonsensical(form: Element) -> dict[str, str]:
    """Return the same with nonsense in everything that a person fills in."""
    filled = [each.get("name") for each in controls_of(form) if each.kind not in UNSEEN]
    return untouched(form) | dict.fromkeys(filled, NONSENSE)


def _alike(one: str, other: str) -> int:
    """Return how many letters two addresses have in common from the beginning."""
    return sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
