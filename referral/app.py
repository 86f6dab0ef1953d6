"""The application factory: settings, extensions, slices, policy. It refuses to start half finished."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from referral.accounts import (
    account_views,
    closed_days_views,
    factor_views,
    glass_policies,
    glass_views,
    own_factor_views,
    people_views,
    provider_views,
    reset_views,
    single_sign_on_views,
)
from referral.accounts import policies as accounts_policies
from referral.accounts import views as accounts
from referral.accounts.loading import init_sign_in
from referral.demo import simulator
from referral.directory import asked_fields_views, hsds, listing_views
from referral.directory import policies as directory_policies
from referral.directory import views as directory
from referral.kit.crypto import Vault
from referral.kit.errors import register_errors
from referral.kit.hooks import UnfilledHook, unfilled_hooks
from referral.kit.i18n import init_languages
from referral.kit.logs import init_request_lines, start_logs
from referral.kit.policy import View, policy, public, route_policies
from referral.kit.settings import Settings, SettingsError, read_settings
from referral.kit.transaction import Database, TransactionalFlask
from referral.messaging import conversation_views, queue_policies, queue_views, webhooks
from referral.navigation import calling_views, hand_over_views, household_views
from referral.navigation import policies as navigation_policies
from referral.navigation import views as navigation
from referral.outbox.gateway.choose import choose_gateways
from referral.patients import closed_steps, consent_views, move_views, record_views, wish_views
from referral.patients import policies as patients_policies
from referral.patients import views as patients
from referral.plan import key_views as plan_keys
from referral.plan import opening as plan_opening
from referral.plan import policies as plan_policies
from referral.plan import views as plan
from referral.prescriptions import favourite_views, home_views, paper_views
from referral.prescriptions import policies as prescriptions_policies
from referral.prescriptions import views as prescriptions
from referral.privacy import demand_views, emergency_views, patient_views
from referral.privacy import policies as privacy_policies
from referral.privacy import views as privacy
from referral.records import hold_views
from referral.records import policies as records_policies
from referral.records import views as records
from referral.referrals import (
    answering,
    arriving,
    clock_views,
    csv_views,
    inbox,
    rooms_views,
    several_views,
    thread_views,
)
from referral.referrals import policies as referrals_policies
from referral.referrals import views as referrals
from referral.reports import policies as reports_policies
from referral.reports import views as reports
from referral.screening import instrument_views, link_views, started_views, tablet_views
from referral.screening import policies as screening_policies
from referral.screening import views as screening
from referral.staff_phones import policies as staff_phones_policies
from referral.staff_phones import views as staff_phones
from referral.web import compression, guards, headers, page_context, post_only
from referral.web import views as web
from referral.wiring import fill_hooks

ROOT = Path(__file__).resolve().parent.parent

#: The most a request may carry, in bytes.
LARGEST_REQUEST = 2 * 1024 * 1024
#: The most that one multipart field may carry, in bytes, and the most fields of a multipart form.
LARGEST_FIELD = 512 * 1024
MOST_FIELDS = 1_000

Slice = tuple[Iterable[Blueprint], Mapping[str, Iterable[str]]]


def slices() -> list[Slice]:
    """Return (blueprints, RULES) of every slice with pages."""
    return [
        ((web.blueprint,), {}),
        ((webhooks.blueprint, conversation_views.blueprint), {}),
        ((queue_views.blueprint,), queue_policies.RULES),
        ((accounts.blueprint, account_views.blueprint, people_views.blueprint), accounts_policies.RULES),
        ((reset_views.blueprint, single_sign_on_views.blueprint, provider_views.blueprint), {}),
        ((factor_views.blueprint, own_factor_views.blueprint), {}),
        ((glass_views.blueprint,), glass_policies.RULES),
        ((patients.blueprint, consent_views.blueprint), patients_policies.RULES),
        ((record_views.blueprint, move_views.blueprint, wish_views.blueprint), {}),
        ((screening.blueprint,), screening_policies.RULES),
        ((started_views.blueprint, tablet_views.blueprint, link_views.blueprint, instrument_views.blueprint), {}),
        ((clock_views.blueprint,), {}),
        ((referrals.blueprint, arriving.blueprint, answering.blueprint, inbox.blueprint), referrals_policies.RULES),
        ((several_views.blueprint, rooms_views.blueprint, csv_views.blueprint, thread_views.blueprint), {}),
        ((closed_days_views.blueprint,), {}),
        ((staff_phones.blueprint,), staff_phones_policies.RULES),
        ((prescriptions.blueprint, paper_views.blueprint), prescriptions_policies.RULES),
        ((home_views.blueprint, favourite_views.blueprint), {}),
        ((plan_opening.blueprint, plan.blueprint, plan_keys.blueprint), plan_policies.RULES),
        ((navigation.blueprint, calling_views.blueprint, hand_over_views.blueprint), navigation_policies.RULES),
        ((household_views.blueprint,), {}),
        (
            (directory.blueprint, hsds.blueprint, asked_fields_views.blueprint, listing_views.blueprint),
            directory_policies.RULES,
        ),
        ((reports.blueprint,), reports_policies.RULES),
        (
            (privacy.blueprint, patient_views.blueprint, emergency_views.blueprint, demand_views.blueprint),
            privacy_policies.RULES,
        ),
        ((records.blueprint, hold_views.blueprint), records_policies.RULES),
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
    _configure(app, settings)
    choose_gateways(settings)  # an unreadable SMTP_URL stops the start, not only the worker
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url, _vault(settings), settings)
    fill_hooks()
    init_request_lines(app)  # first of all, so that its line is the last thing done
    register_errors(app)
    init_languages(app)
    headers.init_headers(app)
    compression.init_compression(app)
    guards.init_guards(app)
    forgery = CSRFProtect(app)
    forgery.exempt(webhooks.blueprint)  # they are signed by the provider instead
    forgery.exempt(plan_opening.blueprint)  # as the next: an address that scanners open sets no cookie
    forgery.exempt(link_views.blueprint)  # as the next
    forgery.exempt(arriving.blueprint)  # its token would need a cookie; it refuses other sites' forms by itself
    init_sign_in(app)
    page_context.init_page_context(app)
    post_only.init_post_only(app)
    _mount(app)
    _check(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    if app.debug and settings.secure_cookies:
        raise SettingsError("FLASK_DEBUG is set though PUBLIC_BASE_URL is https: errors would show secrets. Unset it.")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=settings.secret_keys[:-1],
        WTF_CSRF_SECRET_KEY=settings.secret_keys,  # it signs with the last and takes all
        JSON_PREFIXES=(f"{hsds.blueprint.url_prefix}/",),  # whoever calls there is a program: errors are JSON too
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FIELD,
        MAX_FORM_PARTS=MOST_FIELDS,
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


def _vault(settings: Settings) -> Vault:
    return Vault(settings.master_key_bytes(), settings.master_keys_before())


def _mount(app: Flask) -> None:
    policy.rules.clear()
    policy.one_factor = accounts_policies.ONE_FACTOR
    for blueprints, rules in slices():
        policy.add(rules)
        for blueprint in blueprints:
            app.register_blueprint(blueprint)
    policy.closed_steps.update(dict.fromkeys(closed_steps.STEPS, closed_steps.closed_step))
    public("stylesheet, script and logo")(cast("View", app.view_functions["static"]))


def _check(app: Flask) -> None:
    if unfilled_hooks():
        raise UnfilledHook(", ".join(unfilled_hooks()))
    route_policies(app)
