"""The secret key is changed: forms that are open in browsers still count, until the former key is taken away."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from referral.app import create_app
from referral.kit.settings import Settings

Serving = Callable[..., FlaskClient]
COOKIE = "needsrx_form"


@pytest.fixture
def serving(settings: Settings, app: Flask) -> Serving:
    """Starts the product with other settings, and carries a browser's form cookie over."""

    def serve(before: FlaskClient | None = None, **changed: str) -> FlaskClient:
        served = create_app(replace(settings, **changed))
        client = served.test_client()
        cookie = before.get_cookie(COOKIE) if before else None
        if cookie is not None:
            client.set_cookie(COOKIE, cookie.value)
        return client

    return serve


def form_of(client: FlaskClient) -> dict[str, str]:
    """Return the sign-in form as a browser holds it, filled with a wrong password."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    return {"csrf_token": token[1], "email": "nobody@clinic.example", "password": "eleven brass kites hum"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_form_rendered_before_the_change_is_still_taken(serving: Serving) -> None:
    before = serving()
    form = form_of(before)

    answer = serving(before, secret_key="the-new-one", secret_key_before="tests-only").post("/sign-in", data=form)

    assert answer.status_code == 422  # the password is wrong; the form itself was believed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_former_key_it_is_not(serving: Serving) -> None:
    before = serving()
    form = form_of(before)

    answer = serving(before, secret_key="the-new-one").post("/sign-in", data=form)

    assert answer.status_code == 400


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_signed_after_the_change_does_not_need_the_former_key(serving: Serving) -> None:
    between = serving(secret_key="the-new-one", secret_key_before="tests-only")
    form = form_of(between)

    answer = serving(between, secret_key="the-new-one").post("/sign-in", data=form)

    assert answer.status_code == 422
