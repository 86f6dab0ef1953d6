"""One cell of the matrix: who asks which route how about whose object, and all that must be true of the answer."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from referral.kit.policy import PUBLIC
from referral.kit.transaction import SAFE_METHODS
from tests.access.canaries import Canary
from tests.access.expected import FRESH, Unknown, body_of, expected_status, refused
from tests.access.objects import MAKERS, Address, Asker, Variant, addresses
from tests.access.reading import reads_of
from tests.access.roles import Browser, headers_of
from tests.access.world import BASE_URL, World

#: Flask answers HEAD by the view of GET, guard and all, and OPTIONS by no view. So one of each kind of asker asks them.
SAME_GUARD = frozenset({"HEAD", "OPTIONS"})
ASKS_EVERY_METHOD = frozenset({"anonymous", "organization link", "clinician", "organization_staff", "privacy_officer"})

#: What looking may write: who looked, and that the browser was seen.
LOOKED = frozenset({"audit_event", "login_session", "link_session", "usage_count"})
#: What may stay: it grows, and nobody's rights hang on it.
LEFT = frozenset({"audit_event", "usage_count"})
#: What being refused may write besides: tries are counted.
REFUSED = LOOKED | {"sign_in_try"}

#: Steps of one's own that change nothing but session and tries, and steps of nobody.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")
_NONCE = re.compile(r"'nonce-[^']*'")

#: Who sees names of people and members of other tenants: whoever looks after all of them, on their pages.
SEES_PEOPLE_OF_ALL = "platform_administrator"


NO_HEADERS: Mapping[str, str] = {}

#: Status, headers and length of an answer.
Face = tuple[int, tuple[tuple[str, str], ...], int]


@dataclass
class Tally:
    """What a run counted, and what it found wrong."""

    cells: int = 0
    denials: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Cell:
    """Who asks what how."""

    asker: Asker
    rule: Rule
    method: str
    address: Address

    def __str__(self) -> str:
        return f"{self.asker.who.name}: {self.method} {self.rule.rule} [{self.address.label}]"


def cells_of(world: World, browser: Browser) -> Iterator[Cell]:
    """Give every cell of one row of the matrix: all rules, all methods, all objects."""
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda each: (each.rule, each.endpoint)):
        asker = Asker(world, browser, rule.endpoint)
        if rule.arguments - set(MAKERS):
            continue  # test_every_route_can_be_asked names it
        for method in sorted(rule.methods or ()):
            if method in SAME_GUARD and browser.who.name not in ASKS_EVERY_METHOD:
                continue
            for address in _worth_asking(asker, rule, method):
                yield Cell(asker, rule, method, address)
            if rule.endpoint in FRESH and browser.stale:
                own = next(iter(addresses(asker, rule)))
                yield Cell(asker, rule, method, Address(own.variant, f"stale {own.label}", own.values))


def _worth_asking(asker: Asker, rule: Rule, method: str) -> list[Address]:
    """Return the objects to ask for. Left out is only what cannot differ.

    HEAD runs the view of GET, and OPTIONS none at all, so one object is enough. Whoever is refused before any object is
    looked for is asked with one own, one foreign and one absent object, not with every mixture of them.
    """
    found = list(addresses(asker, rule))
    if method in ("HEAD", "OPTIONS"):
        return found[:1]
    permission = asker.world.app.view_functions[rule.endpoint].policy_name  # type: ignore[attr-defined]
    if permission != PUBLIC and refused(asker, permission, method) is not None:
        kept: dict[Variant, Address] = {}
        for address in found:
            kept.setdefault(address.variant, address)
        return list(kept.values())
    return found


def run(world: World, browser: Browser) -> Tally:
    """Ask every cell of one row; return what was counted and found."""
    tally = Tally()
    tally.wrong += wrong_cells(world, browser, lambda _cell: True, tally)
    return tally


def wrong_cells(
    world: World, browser: Browser, wanted: Callable[[Cell], bool], tally: Tally | None = None
) -> Iterator[str]:
    """Ask the wanted cells of one row; name what is wrong as it is found."""
    told: dict[tuple[str, str, str], tuple[Cell, Face]] = {}
    for cell in filter(wanted, cells_of(world, browser)):
        answer = ask(cell)
        if tally is not None:
            tally.cells += 1
            tally.denials += answer.status_code >= 400 or _is_led_away(answer)
        yield from (f"{cell}: {fault}" for fault in faults(cell, answer))
        if cell.address.variant in (Variant.FOREIGN, Variant.ABSENT):
            face = _face(answer)
            seen = told.setdefault((cell.rule.rule, cell.rule.endpoint, cell.method), (cell, face))
            if seen[1] != face and _both_missing(cell):
                yield f"{cell}: differs from {seen[0].address.label}: {face} {seen[1]}"


def ask(cell: Cell, more: Mapping[str, str] = NO_HEADERS) -> TestResponse:
    """Send the request of a cell, with `more` headers."""
    urls = cell.asker.world.app.url_map.bind("localhost", url_scheme="https")
    path = urls.build(cell.rule.endpoint, cell.address.values, method=cell.method)
    sent = None if cell.method in SAFE_METHODS else body_of(cell.rule.endpoint)(cell.asker, cell.address)
    browser = cell.asker.browser
    headers = headers_of(browser, stale=cell.address.label.startswith("stale")) | more
    cell.asker.world.keeper.changed()
    return browser.client.open(path, method=cell.method, data=sent, base_url=BASE_URL, headers=headers)


def faults(cell: Cell, answer: TestResponse) -> Iterator[str]:
    """Name everything that is wrong with an answer; put back what it changed."""
    world = cell.asker.world
    try:
        wanted = expected_status(cell.asker, cell.rule, cell.method, cell.address)
    except Unknown as unknown:
        yield str(unknown)
        wanted = answer.status_code
    changed = world.keeper.changed()
    if answer.status_code != wanted:
        yield f"answers {answer.status_code}, not {wanted}"
    allowed = LOOKED if cell.method in SAFE_METHODS else REFUSED
    if (cell.method in SAFE_METHODS or wanted >= 400) and changed - allowed:
        yield f"changed {sorted(changed - allowed)}"
    text = answer.get_data(as_text=True)
    heard = world.aviary.singing(text + " " + str(answer.headers))
    foreign = {canary for canary in heard if canary.tenant == cell.asker.foreign.name and not _given(cell, canary)}
    if foreign and not _looks_after_all(cell):
        yield f"shows foreign {sorted(canary.name for canary in foreign)}"
    yield from header_faults(cell, answer)
    if answer.status_code == 200 and cell.method != "HEAD":
        yield from _audit_faults(cell, answer, heard - foreign)
    if changed - LEFT:
        world.keeper.put_back(changed)


#: What a browser tells of a request that a page of another site started: newer browsers say it, older ones name it.
FROM_ELSEWHERE: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://elsewhere.example"},
)
#: Slices whose forms carry no token of a cookie, and what refuses another site's form there.
WITHOUT_TOKEN = {"arriving": FROM_ELSEWHERE, "plan_entry": FROM_ELSEWHERE, "questions": FROM_ELSEWHERE}


def refused_without_token(cells: Iterator[Cell]) -> Iterator[str]:
    """Name each unsafe cell that is not refused while forms carry no token.

    A webhook is signed and answers 403. The button of a mailed link has no cookie yet: it refuses what its browser
    says comes from elsewhere. A device in a patient's hands is led back to its questions before that.
    """
    for cell in cells:
        if cell.method in SAFE_METHODS or cell.address.variant is not Variant.OWN:
            continue
        slice_name = cell.rule.endpoint.split(".")[0]
        for headers in WITHOUT_TOKEN.get(slice_name, (NO_HEADERS,)):
            wanted = 403 if slice_name == "webhooks" else 400
            if slice_name in {"webhooks", *WITHOUT_TOKEN} and cell.asker.who.name == "tablet":
                wanted = 303
            answer = ask(cell, headers)
            changed = cell.asker.world.keeper.changed() - LOOKED
            if answer.status_code != wanted or changed:
                yield f"{cell} {headers}: without a token: {answer.status_code}, changed {sorted(changed)}"


def header_faults(cell: Cell, answer: TestResponse) -> Iterator[str]:
    """Name the headers that are missing or weak."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    for needed in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        if needed not in policy:
            yield f"has no {needed}"
    if "unsafe" in policy:
        yield "allows unsafe content"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        yield "tells other sites where one comes from"
    if cell.rule.endpoint != "static" and "no-store" not in headers.get("Cache-Control", ""):
        yield "may be stored"
    for cookie in headers.getlist("Set-Cookie"):
        flags = {flag.strip().casefold() for flag in cookie.split(";")[1:]}
        if not cookie.startswith("__Host-") or not {"secure", "httponly", "path=/"} <= flags:
            yield f"sets a weak cookie {cookie.split('=')[0]}"
        if not flags & {"samesite=lax", "samesite=strict"}:
            yield f"sets a cookie for all sites {cookie.split('=')[0]}"


def _audit_faults(cell: Cell, answer: TestResponse, shown: set[Canary]) -> Iterator[str]:
    """Exactly one READ row for each patient of whom a fact is on the page, and for nobody else.

    A page about the object of its address may hold no canary; whom that object is about counts as shown.
    """
    patients = {canary.patient_id.hex for canary in shown if canary.patient_id is not None}
    reads = reads_of(cell.asker.world, answer.headers.get("X-Request-Id", ""))
    for patient in sorted(patients - set(reads)):
        yield f"shows a patient without an audit row: {_names(shown, patient)}"
    for patient in sorted(set(reads) - patients - _whom_it_is_about(cell)):
        yield f"writes an audit row for a patient of whom nothing is shown: {patient}"
    if any(count != 1 for count in reads.values()):
        yield f"writes more than one audit row for a patient: {sorted(reads.values())}"


def _given(cell: Cell, canary: Canary) -> bool:
    """Return True for what another clinic offers to one's own: the patient who moves, and the name of who offers."""
    if cell.rule.endpoint not in ("patient_moves.arriving", "patient_moves.show_arrival"):
        return False
    return canary.name == "person.name:navigator" or canary.patient_id == cell.asker.own.rows["patient", "offered"]


def _whom_it_is_about(cell: Cell) -> set[str]:
    """Return the patient of the objects in an own address, or behind one's link: all of these are the first's."""
    named = cell.rule.arguments and cell.address.variant not in (Variant.FOREIGN, Variant.ABSENT)
    who = cell.asker.who
    if not named and not (who.link or who.plan or who.questions or who.tablet):
        return set()
    also = {"other_id": "second", "merge_id": "merged", "move_id": "offered"}
    states = {"", "kept", *(state for name, state in also.items() if name in cell.address.values)}
    return {cell.asker.own.rows["patient", state].hex for state in states}


def _names(shown: set[Canary], patient: str) -> list[str]:
    return sorted(canary.name for canary in shown if canary.patient_id is not None and canary.patient_id.hex == patient)


def _looks_after_all(cell: Cell) -> bool:
    return cell.asker.who.person == SEES_PEOPLE_OF_ALL and cell.rule.endpoint.startswith("people.")


def _is_led_away(answer: TestResponse) -> bool:
    return answer.status_code == 302 and urlsplit(answer.location or "").path in (
        "/sign-in",
        "/second-factor",
        "/confirm",
    )


def _face(answer: TestResponse) -> Face:
    """Return what somebody could tell two answers apart by: status, headers and length."""
    told = []
    for name, value in sorted(answer.headers.items()):
        if name in ("Date", "X-Request-Id"):
            continue
        value = _NONCE.sub("'nonce'", _UUID.sub("id", value))
        told.append((name, value.split("=")[0] if name == "Set-Cookie" else value))
    return answer.status_code, tuple(told), len(answer.get_data())


def _both_missing(cell: Cell) -> bool:
    """A platform administrator really reaches foreign people: those answers differ from absent ones."""
    return not (cell.asker.who.person == SEES_PEOPLE_OF_ALL and cell.rule.arguments & MEMBER_NAMES)


MEMBER_NAMES = frozenset({"member_id", "membership_id", "invitation_id"})
