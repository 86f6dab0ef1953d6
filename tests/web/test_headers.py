"""Every answer of every page, errors included, carries the headers that browsers obey; every cookie is guarded."""

import re
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from referral.accounts.roles import Role
from tests.factories import Town
from tests.sign_in import sign_in
from tests.web.conftest import addresses

#: Headers do not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "TRACE", "DELETE", "FOO")


def lacking(answer: TestResponse) -> list[str]:
    """Return the names of headers that an answer lacks or that say too little."""
    policy = answer.headers.get("Content-Security-Policy", "")
    said = {
        "script nonce": re.search(r"script-src ('self' 'nonce-[\w-]{16,}'|'none')", policy),
        "nothing by default": "default-src 'none'" in policy,
        "frame-ancestors": "frame-ancestors 'none'" in policy,
        "object-src": "object-src 'none'" in policy,
        "base-uri": "base-uri 'none'" in policy,
        "no unsafe": "unsafe" not in policy,
        "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": answer.headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "HSTS": answer.headers.get("Strict-Transport-Security") == "max-age=31536000; includeSubDomains",
        "permissions": "camera=()" in answer.headers.get("Permissions-Policy", ""),
        "opener": answer.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "resource": answer.headers.get("Cross-Origin-Resource-Policy") == "same-origin",
        "CORS closed": not any(name.lower().startswith("access-control-") for name, _value in answer.headers),
        "no server name": "Server" not in answer.headers,
    }
    return [name for name, fine in said.items() if not fine]


def test_every_route_answers_every_method_with_every_header(secure_app: Flask) -> None:
    secure_app.config["WTF_CSRF_ENABLED"] = False
    client, seen, wrong = secure_app.test_client(), set(), []

    for address in addresses(secure_app):
        for method in METHODS:
            answer = client.open(address.path, method=method, headers={"Origin": "https://evil.example"})
            seen.add(answer.status_code)
            wrong += [(method, address.path, name) for name in lacking(answer)]

    assert wrong == []
    assert {200, 302, 404, 405, 422} <= seen


def test_answers_that_no_view_makes_have_them_too(secure_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = secure_app.test_client()
    monkeypatch.setitem(secure_app.view_functions, "web.home", lambda: 1 / 0)
    style = client.get("/static/needsrx.css")
    answers = {
        304: client.get("/static/needsrx.css", headers={"If-None-Match": style.headers["ETag"]}),
        400: client.post("/sign-in", data={}),
        404: client.get("/nowhere"),
        413: client.post("/sign-in", data={"email": "a" * 3_000_000}),
        500: client.get("/"),
    }

    assert {status: answer.status_code for status, answer in answers.items()} == {each: each for each in answers}
    assert {status: lacking(answer) for status, answer in answers.items()} == {each: [] for each in answers}


def test_each_page_has_a_nonce_of_its_own(secure_app: Flask) -> None:
    client = secure_app.test_client()

    policies = {client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(5)}

    assert len(policies) == 5


def test_pages_are_not_stored_but_stylesheets_may_be(secure_app: Flask) -> None:
    client = secure_app.test_client()

    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert client.get("/static/needsrx.css").headers["Cache-Control"] != "no-store"


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "PATCH", "FOO"])
def test_a_method_that_no_page_takes_is_refused(secure_app: Flask, method: str) -> None:
    assert secure_app.test_client().open("/sign-in", method=method).status_code == 405


def cookies_set(answer: TestResponse) -> list[str]:
    """Return the Set-Cookie lines of an answer."""
    return answer.headers.getlist("Set-Cookie")


def unguarded(line: str) -> list[str]:
    """Return what a Set-Cookie line lacks."""
    (cookie,) = SimpleCookie(line).values()
    fine = {
        "__Host-": cookie.key.startswith("__Host-"),
        "Secure": bool(cookie["secure"]),
        "HttpOnly": bool(cookie["httponly"]),
        "SameSite": cookie["samesite"] in ("Lax", "Strict"),
        "Path=/": cookie["path"] == "/",
        "no Domain": not cookie["domain"],
    }
    return [f"{cookie.key} lacks {name}" for name, holds in fine.items() if not holds]


def test_every_cookie_of_every_page_is_guarded(secure_app: Flask, town: Town) -> None:
    person = town.person(town.clinic(), Role.CLINIC_ADMINISTRATOR)
    town.commit()
    secure_app.config["WTF_CSRF_ENABLED"] = False
    signed, stranger = secure_app.test_client(), secure_app.test_client()
    sign_in(signed, person)
    lines = cookies_set(stranger.post("/language", data={"language": "es"}))

    for address in addresses(secure_app):
        if address.endpoint != "accounts.leave":
            for client in (stranger, signed):
                lines += [
                    line for method in address.methods for line in cookies_set(client.open(address.path, method=method))
                ]
    lines += cookies_set(signed.post("/sign-out"))

    assert {name for line in lines for name in SimpleCookie(line)} >= {"__Host-needsrx", "__Host-needsrx_form"}
    assert sorted({lack for line in lines for lack in unguarded(line)}) == []


def test_signing_out_clears_what_the_browser_kept(secure_app: Flask, town: Town) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    secure_app.config["WTF_CSRF_ENABLED"] = False
    client: FlaskClient = secure_app.test_client()
    sign_in(client, person)

    answer = client.post("/sign-out")

    # "cookies" would also clear those of every other host of the clinic's domain; ours goes by name.
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert any(line.startswith("__Host-needsrx=;") and "Max-Age=0" in line for line in cookies_set(answer))
