"""The running program that tools look at: the demo in a folder of its own, and browsers signed in as its people."""

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from tests.demo.test_process import COLD_START_S, free_port, soon, start, stop
from tests.scan.pages import Page

#: People of the demo to look through the eyes of: the words of their button on the sign-in page.
ROLES = ("Clinician", "Clinic administrator", "Privacy officer", "Organization administrator", "Platform administrator")

#: Pages read for each role when looking for addresses and forms.
MOST_PAGES = 60
#: Following these would end what we look through.
LEFT_ALONE = ("/sign-out", "/simulator/clock", "/end", "/suspend", "/withdraw")


@dataclass(frozen=True)
class Posting:
    """A form to try, and the page that shows it, where a fresh token is got."""

    page: str
    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class View:
    """What one person of the demo can reach. `cookie`: for tools, as a header's value."""

    role: str
    cookie: str
    addresses: tuple[str, ...]
    postings: tuple[Posting, ...]


@contextmanager
def running_demo(folder: Path) -> Iterator[str]:
    """Give the address of a demo made for this scan; stop it afterwards.

    Limits and throttles are lifted once a second while tools look: they would stop the tools after a few hundred
    requests, and are tested elsewhere.
    """
    demo = start(folder, port=free_port())
    over = threading.Event()
    try:
        assert soon(demo.health, COLD_START_S), (folder / "demo.log").read_text()[-2000:]
        lifting = threading.Thread(target=_lift_limits, args=(folder / "demo.sqlite3", over), daemon=True)
        lifting.start()
        yield f"http://127.0.0.1:{demo.port}"
    finally:
        over.set()
        stop(demo)


def view_of(address: str, role: str) -> View:
    """Return what the first person of the demo in `role` can reach, found by following links."""
    browser = requests.Session()
    shown = Page(browser.get(f"{address}/sign-in", timeout=20).text)
    button = next(form for form in shown.forms if form.action.endswith("/sign-in/demo") and f", {role}" in form.words)
    browser.post(f"{address}{button.action}", data=dict(button.fields), timeout=20)
    seen, waiting, postings = set[str](), ["/"], dict[tuple[str, str], Posting]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen or any(word in path for word in LEFT_ALONE):
            continue
        seen.add(path)
        answer = browser.get(urljoin(address, path), timeout=20)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            page = Page(answer.text)
            waiting += sorted(set(page.links))
            for posting in _postings(page, urlsplit(answer.url).path):
                postings.setdefault(_shape(posting), posting)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return View(role, cookie, tuple(sorted(seen)), tuple(postings.values()))


def _postings(page: Page, path: str) -> list[Posting]:
    return [
        Posting(path, urlsplit(form.action).path or path, tuple(form.fields))
        for form in page.forms
        if form.method == "post" and not any(word in form.action for word in LEFT_ALONE)
    ]


def _shape(posting: Posting) -> tuple[str, str]:
    return re.sub(r"[0-9a-f-]{36}", "…", posting.action), ",".join(sorted({name for name, _value in posting.fields}))


def _lift_limits(database: Path, over: threading.Event) -> None:
    while not over.wait(1):
        connection = sqlite3.connect(database, timeout=5)
        try:
            for table in ("usage_count", "sign_in_try"):
                connection.execute(f"DELETE FROM {table}")
            connection.commit()
        except sqlite3.OperationalError:
            continue  # busy: the next second will do
        finally:
            connection.close()
