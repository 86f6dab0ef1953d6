"""One application for many tests: making it costs more than most of them. What a test changed in it is put back.

A test that needs the making itself, or other settings, calls `create_app`.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask

from referral.app import create_app
from referral.kit.crypto import Vault
from referral.kit.logs import start_logs
from referral.kit.policy import policy
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.wiring import fill_hooks

#: What a test may change in an application: dictionaries of values, or of lists and dictionaries.
CHANGED = (
    "config", "extensions", "view_functions", "before_request_funcs", "after_request_funcs", "teardown_request_funcs",
    "template_context_processors", "error_handler_spec", "url_value_preprocessors", "url_default_functions",
)  # fmt: skip


@dataclass
class Made:
    """An application, and how it was when it was made."""

    app: Flask
    kept: dict[str, dict[Any, Any]]
    rules: int
    policy: dict[str, frozenset[str]]
    wsgi_app: Callable[..., Any]


_made: dict[Settings, Made] = {}


def application(settings: Settings) -> Flask:
    """Return the product for these settings as `create_app` makes it, on their database."""
    key = replace(settings, database_url="sqlite:///any")
    if key not in _made:
        app = create_app(settings)
        kept = {name: _copied(getattr(app, name)) for name in CHANGED}
        _made[key] = Made(app, kept, len(list(app.url_map.iter_rules())), dict(policy.rules), app.wsgi_app)
        return app
    return _as_made(_made[key], settings)


def let_go(app: Flask) -> None:
    """Forget an application to which a test added routes: these cannot be taken away."""
    for key, made in list(_made.items()):
        if made.app is app and len(list(app.url_map.iter_rules())) != made.rules:
            del _made[key]


def _as_made(made: Made, settings: Settings) -> Flask:
    app = made.app
    for name, kept in made.kept.items():
        there = getattr(app, name)
        there.clear()
        there.update(_copied(kept))
    app._got_first_request = False
    app.wsgi_app = made.wsgi_app  # type: ignore[method-assign]  # Flask's way
    start_logs()
    fill_hooks()
    policy.rules.clear()
    policy.rules.update(made.policy)
    vault = Vault(settings.master_key_bytes(), settings.master_keys_before())
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url, vault, settings)
    return app


def _copied(table: dict[Any, Any]) -> dict[Any, Any]:
    """Return a copy of a table and of the lists and tables in it."""
    return {key: copy(value) if isinstance(value, list | dict) else value for key, value in table.items()}
