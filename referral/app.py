"""The application factory: settings, extensions, slices, policy. It refuses to start half finished."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from referral.accounts import account_views, people_views
from referral.accounts import policies as accounts_policies
from referral.accounts import views as accounts
from referral.accounts.loading import init_sign_in
from referral.demo import simulator
from referral.directory import hsds
from referral.directory import policies as directory_policies
from referral.directory import views as directory
from referral.kit.crypto import Vault
from referral.kit.errors import register_errors
from referral.kit.hooks import UnfilledHook, unfilled_hooks
from referral.kit.i18n import init_languages
from referral.kit.logs import start_logs
from referral.kit.policy import View, policy, public, route_policies
from referral.kit.settings import Settings, read_settings
from referral.kit.transaction import Database, TransactionalFlask
from referral.messaging import webhooks
from referral.navigation import policies as navigation_policies
from referral.navigation import views as navigation
from referral.outbox.gateway.choose import choose_gateways
from referral.patients import consent_views
from referral.patients import policies as patients_policies
from referral.patients import views as patients
from referral.prescriptions import policies as prescriptions_policies
from referral.prescriptions import views as prescriptions
from referral.privacy import policies as privacy_policies
from referral.privacy import views as privacy
from referral.referrals import answering, inbox
from referral.referrals import policies as referrals_policies
from referral.referrals import views as referrals
from referral.reports import policies as reports_policies
from referral.reports import views as reports
from referral.screening import policies as screening_policies
from referral.screening import views as screening
from referral.web import headers, page_context
from referral.web import views as web
from referral.wiring import fill_hooks

ROOT = Path(__file__).resolve().parent.parent

#: The most a request may carry, in bytes.
LARGEST_REQUEST = 2 * 1024 * 1024

Slice = tuple[Iterable[Blueprint], Mapping[str, Iterable[str]]]


def slices() -> list[Slice]:
    """Return (blueprints, RULES) of every slice with pages."""
    return [
        ((web.blueprint,), {}),
        ((webhooks.blueprint,), {}),
        ((accounts.blueprint, account_views.blueprint, people_views.blueprint), accounts_policies.RULES),
        ((patients.blueprint, consent_views.blueprint), patients_policies.RULES),
        ((screening.blueprint,), screening_policies.RULES),
        ((referrals.blueprint, answering.blueprint, inbox.blueprint), referrals_policies.RULES),
        ((prescriptions.blueprint,), prescriptions_policies.RULES),
        ((navigation.blueprint,), navigation_policies.RULES),
        ((directory.blueprint, hsds.blueprint), directory_policies.RULES),
        ((reports.blueprint,), reports_policies.RULES),
        ((privacy.blueprint,), privacy_policies.RULES),
        ((simulator.blueprint,), {}),
    ]


def create_app(settings: Settings | None = None) -> Flask:
    """Return the product, ready to serve. Raises SettingsError, UnfilledHook or RouteWithoutPolicy."""
    start_logs()
    if settings is None:
        instance = Path(os.environ.get("NEEDSRX_INSTANCE", ROOT / "instance"))
        instance.mkdir(parents=True, exist_ok=True)
        settings = read_settings(os.environ, instance)
    app = TransactionalFlask("referral.web", static_folder="static", static_url_path="/static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        JSON_PREFIXES=(f"{hsds.blueprint.url_prefix}/",),  # whoever calls there is a program: errors are JSON too
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="__Host-needsrx_form" if settings.secure_cookies else "needsrx_form",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # link pages send no referrer; the token and SameSite cookies guard them
    )
    if settings.trusted_proxies:
        proxies = int(settings.trusted_proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # Flask's way
    choose_gateways(settings)  # an unreadable SMTP_URL stops the start, not only the worker
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url, Vault(settings.master_key_bytes()), settings)
    fill_hooks()
    register_errors(app)
    init_languages(app)
    headers.init_headers(app)
    CSRFProtect(app).exempt(webhooks.blueprint)  # they are signed by the provider instead
    init_sign_in(app)
    page_context.init_page_context(app)
    _mount(app)
    _check(app)
    return app


def _mount(app: Flask) -> None:
    policy.rules.clear()
    for blueprints, rules in slices():
        policy.add(rules)
        for blueprint in blueprints:
            app.register_blueprint(blueprint)
    public("stylesheet, script and logo")(cast("View", app.view_functions["static"]))


def _check(app: Flask) -> None:
    if unfilled_hooks():
        raise UnfilledHook(", ".join(unfilled_hooks()))
    route_policies(app)
