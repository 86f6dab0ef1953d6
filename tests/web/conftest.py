"""The product as it stands behind https, and every address that it has."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from referral.app import create_app
from referral.kit.installation import beat
from referral.kit.settings import Settings
from referral.kit.transaction import Database

SOMETHING = {"uuid": UUID(int=9), "int": 1, "default": "x", "string": "x", "path": "x"}


@dataclass(frozen=True)
class Address:
    """One route with something in each of its gaps."""

    endpoint: str
    path: str
    methods: frozenset[str]


def addresses(app: Flask) -> list[Address]:
    """Return every route of the product, ordered; each `any()` with its first word."""
    found = [
        Address(rule.endpoint, _filled(app, rule), frozenset(rule.methods or ()) & {"GET", "POST"})
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    ]
    return sorted(found, key=lambda each: (each.path, each.endpoint))


def _filled(app: Flask, rule: Rule) -> str:
    values = {name: _something(converter) for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or ())))


def _something(converter: object) -> object:
    words = getattr(converter, "items", None)  # of any(…)
    if words:
        return next(itertools.islice(words, 1))
    name = type(converter).__name__.removesuffix("Converter").lower().replace("unicode", "default")
    return SOMETHING[name]


@pytest.fixture
def secure_settings(settings: Settings) -> Settings:
    return replace(settings, public_base_url="https://refer.example.org")


@pytest.fixture
def secure_app(app: Flask, secure_settings: Settings) -> Iterator[Flask]:
    """The product as reached over https; its test browsers say https too. Tokens of forms are on."""
    secure = create_app(secure_settings)
    secure.config.update(PREFERRED_URL_SCHEME="https", PROPAGATE_EXCEPTIONS=False)
    database: Database = secure.extensions["database"]
    with database.job("tests") as session:
        beat(session, "tests")
    yield secure
    database.engine.dispose()
