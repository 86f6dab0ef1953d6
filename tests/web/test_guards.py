"""What is refused or ignored before a view: plain http for programs, spoofed proxies, broken text, secret places."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient

from referral.accounts.roles import Role
from referral.app import create_app
from referral.kit.policy import public
from referral.kit.settings import Settings, SettingsError
from referral.web.guards import storable
from tests.factories import Town
from tests.sign_in import sign_in
from tests.web.conftest import addresses

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Behind = Callable[[str | None], FlaskClient]

SPOOFED = {
    "X-Forwarded-For": "203.0.113.66, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "666",
    "Forwarded": "for=203.0.113.66;host=evil.example;proto=https",
}


@pytest.fixture
def behind(secure_settings: Settings, app: Flask) -> Iterator[Behind]:
    """The product behind so many trusted proxies, with a page that tells what it believes of the caller."""
    made: list[Flask] = []

    def serve(proxies: str | None) -> FlaskClient:
        served = create_app(replace(secure_settings, trusted_proxies=proxies))
        page = public("tests")(lambda: jsonify(request.remote_addr, request.scheme, request.host, request.script_root))
        served.add_url_rule("/believed", view_func=page, endpoint="believed")
        made.append(served)
        return served.test_client()

    yield serve
    for served in made:
        served.extensions["database"].engine.dispose()


def believed(client: FlaskClient) -> list[str]:
    return client.get("/believed", base_url="http://localhost", headers=SPOOFED).json


@on_one_database
def test_without_a_trusted_proxy_nothing_is_believed(behind: Behind) -> None:
    assert believed(behind(None)) == ["127.0.0.1", "http", "localhost", ""]


@on_one_database
def test_a_trusted_proxy_is_believed_for_address_and_scheme_only_and_only_its_own_word(behind: Behind) -> None:
    assert believed(behind("1")) == ["198.51.100.7", "https", "localhost", ""]


@on_one_database
def test_a_program_that_calls_over_plain_http_is_refused_and_not_led_on(behind: Behind) -> None:
    client = behind("1")

    plain = client.get("/hsds/services", base_url="http://localhost")
    safe = client.get("/hsds/services", base_url="http://localhost", headers={"X-Forwarded-Proto": "https"})

    assert (plain.status_code, safe.status_code) == (403, 200)
    assert plain.mimetype == "application/problem+json"
    assert "Location" not in plain.headers


@on_one_database
def test_without_a_trusted_proxy_a_program_is_refused_over_plain_http_whatever_a_header_says(behind: Behind) -> None:
    client = behind(None)

    plain = client.get("/hsds/services", base_url="http://localhost")
    spoofed = client.get("/hsds/services", base_url="http://localhost", headers=SPOOFED)
    safe = client.get("/hsds/services", base_url="https://localhost")

    assert [answer.status_code for answer in (plain, spoofed, safe)] == [403, 403, 200]


@on_one_database
@pytest.mark.parametrize("proxies", [None, "1"])
def test_health_is_told_over_plain_http_on_the_machine_itself(proxies: str | None, behind: Behind) -> None:
    client = behind(proxies)

    answers = [client.get(path, base_url="http://127.0.0.1:8000").status_code for path in ("/healthz", "/sign-in")]

    assert answers == [200, 200]


@on_one_database
def test_links_and_redirects_never_name_the_host_that_the_caller_sent(behind: Behind) -> None:
    client = behind("1")

    answers = [client.get(path, headers=SPOOFED | {"Host": "evil.example"}) for path in ("/", "/sign-in", "/hsds/")]

    assert not any("evil" in answer.text + (answer.location or "") for answer in answers)


@on_one_database
def test_debugging_is_refused_where_https_is_set_up(secure_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")

    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        create_app(secure_settings)


CLOSED = [
    "/.git/HEAD",
    "/.git/config",
    "/.env",
    "/.htaccess",
    "/wsgi.py",
    "/setup.cfg",
    "/instance/needsrx.sqlite3",
    "/needsrx.sqlite3",
    "/backup.sql",
    "/metrics",
    "/debug",
    "/console",
    "/docs",
    "/swagger.json",
    "/openapi.json",
    "/graphql",
    "/admin",
    "/phpinfo.php",
    "/server-status",
    "/actuator",
    "/static",
    "/static/",
    "/static/../wsgi.py",
    "/static/..%2f..%2fwsgi.py",
    "/static/%2e%2e/%2e%2e/app.py",
    "/static/.../app.py",
    "/static//etc/passwd",
    "/static/%5c..%5capp.py",
    "/robots.txt.bak",
]


@on_one_database
@pytest.mark.parametrize("path", CLOSED)
def test_what_is_no_page_is_closed(path: str, secure_app: Flask) -> None:
    assert secure_app.test_client().get(path, follow_redirects=True).status_code == 404


@on_one_database
def test_the_health_page_tells_two_words(secure_app: Flask) -> None:
    told = secure_app.test_client().get("/healthz").json

    assert told == {"status": "ok", "worker": "alive"}


BROKEN = {"NUL": "%00", "half a surrogate": "%ED%A0%80", "broken UTF-8": "%FF%FE"}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_broken_text_in_an_address_breaks_no_page(app: Flask, town: Town, broken: str) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    client = app.test_client()
    sign_in(client, person)
    names = (
        "q",
        "page",
        "show",
        "state",
        "period",
        "words",
        "search",
        "need",
        "service",
        "screening",
        "organization_id",
        "with",
        "next",
        "since",
    )
    query = "&".join(f"{name}=a{broken}" for name in names)

    answers = {
        each.path: client.get(f"{each.path}?{query}").status_code for each in addresses(app) if "GET" in each.methods
    }

    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert "%00" not in broken or set(answers.values()) == {400}


@pytest.mark.parametrize("broken", ["a\x00b", "\ud800", "\udfffx", "\ufeff", "\u202egnp.exe"], ids=ascii)
def test_broken_text_in_a_form_breaks_no_page(app: Flask, town: Town, broken: str) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    client = app.test_client()
    sign_in(client, person)
    names = (
        "given_name",
        "family_name",
        "phone",
        "birth_date",
        "words",
        "language",
        "next",
        "email",
        "password",
        "membership_id",
        "form_id",
        "note",
    )
    form = dict.fromkeys(names, broken.encode("utf-8", "surrogatepass"))

    answers = {
        each.path: client.post(each.path, data=form).status_code for each in addresses(app) if "POST" in each.methods
    }

    assert {path: status for path, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize(("text", "fine"), [("Zoë", True), ("", True), ("a\x00", False), ("\ud800", False)])
def test_text_is_storable_when_both_databases_take_it(text: str, fine: bool) -> None:
    assert storable(text) is fine


@on_one_database
def test_of_a_parameter_given_twice_the_first_counts_everywhere(app: Flask, town: Town) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    client = app.test_client()
    sign_in(client, person)

    assert client.get("/hsds/services?page=1&page=nonsense").status_code == 200
    assert client.get("/hsds/services?page=nonsense&page=1").status_code == 422
    assert client.get("/sign-in?next=/patients/&next=//evil.example").location == "/patients/"
    assert client.get("/sign-in?next=//evil.example&next=/patients/").status_code == 200


@on_one_database
def test_a_form_with_too_many_parts_or_too_long_a_field_is_refused(app: Flask) -> None:
    client = app.test_client()
    many = {f"f{number}": "x" for number in range(1_500)}

    parts = client.post("/sign-in", data=many, content_type="multipart/form-data")
    long = client.post("/sign-in", data={"email": "a" * 1_000_000}, content_type="multipart/form-data")
    whole = client.post("/sign-in", data={"email": "a" * 3_000_000})

    assert {parts.status_code, long.status_code, whole.status_code} == {413}
