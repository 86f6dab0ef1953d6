"""A form of another site is refused before anybody asks whose cookie came with it."""

import pytest
from flask import Flask

from referral.accounts import loading
from referral.accounts.roles import Role
from tests.factories import Town
from tests.sign_in import sign_in
from tests.web.conftest import addresses

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

#: Signed by the provider; or the exchange of a link's token, which has no cookie to steal and refuses other sites.
OTHERWISE_GUARDED = ("webhooks.", "arriving.", "plan_entry.", "questions.")
ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Referer": "https://evil.example/"}


def test_a_forged_form_never_reaches_the_session(
    secure_app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    client, looked_up = secure_app.test_client(), []
    sign_in(client, person)
    monkeypatch.setattr(loading, "find_signed", lambda _session, secret: looked_up.append(secret))
    forms = [each for each in addresses(secure_app) if "POST" in each.methods]

    answers = {
        form.path: client.post(form.path, data={"x": "1"}, headers=ELSEWHERE).status_code
        for form in forms
        if not form.endpoint.startswith(OTHERWISE_GUARDED)
    }

    assert len(answers) > 20
    assert set(answers.values()) == {400}
    assert looked_up == []


def test_the_same_browser_is_known_when_it_only_reads(
    secure_app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = town.person(town.clinic(), Role.NAVIGATOR)
    town.commit()
    client, looked_up = secure_app.test_client(), []
    sign_in(client, person)
    monkeypatch.setattr(loading, "find_signed", lambda _session, secret: looked_up.append(secret))

    client.get("/account")

    assert len(looked_up) == 1


def test_what_asks_no_token_refuses_other_sites_by_itself(secure_app: Flask) -> None:
    client = secure_app.test_client()
    forms = [
        each for each in addresses(secure_app) if "POST" in each.methods and each.endpoint.startswith(OTHERWISE_GUARDED)
    ]

    answers = {client.post(form.path, data={"token": "x"}, headers=ELSEWHERE).status_code for form in forms}

    assert answers <= {400, 403}
