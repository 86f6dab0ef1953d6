"""Finding out who acts, before each request; and what happens to whoever may not."""

import logging

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError

from referral.accounts.principal import Signed
from referral.accounts.sessions import find_signed, secret_of, touch
from referral.audit.actions import record_apart
from referral.audit.models import AuditKind
from referral.kit.errors import Denied, NotFound, face
from referral.kit.policy import SignInNeeded
from referral.kit.scope import NOBODY
from referral.kit.settings import Settings
from referral.kit.transaction import SAFE_METHODS, database

log = logging.getLogger(__name__)

#: These answer without asking who calls.
FOR_ANYBODY = frozenset({"static", "web.healthz"})

#: A page that fetches a part of itself again sends this: nobody need be sitting there.
REFRESH_HEADER = "X-Refresh"


def init_sign_in(app: Flask) -> None:
    """Load the principal and its scope before each request, and lead whoever must sign in to that page."""
    manager = LoginManager()
    manager.session_protection = None  # our own cookie and table stand for the session
    manager.request_loader(lambda _request: g.get("principal"))
    manager.init_app(app)
    app.before_request(load_principal)
    app.register_error_handler(SignInNeeded, _sign_in_needed)
    app.register_error_handler(Denied, _denied)


def load_principal() -> None:
    """Set g.principal, g.scope and g.language from the cookie; without a living sign-in: nobody."""
    g.principal, g.scope = None, NOBODY
    if request.endpoint in FOR_ANYBODY:
        return
    settings: Settings = current_app.extensions["settings"]
    secret = secret_of(request, settings)
    if not secret:
        return
    with database().reading(NOBODY) as session:
        found = find_signed(session, secret)
    if found is None:
        return
    signed, touch_is_due = found
    g.principal, g.scope, g.language = signed, signed.scope(), signed.language
    if touch_is_due and REFRESH_HEADER not in request.headers:
        _touch(signed)


def _touch(signed: Signed) -> None:
    try:
        with database().writing(NOBODY) as session:
            touch(session, signed.login_session_id)
    except OperationalError as error:  # a busy database delays the note, never the page
        log.warning("sign-in not touched", extra={"error": type(error).__name__})


def _sign_in_needed(_error: SignInNeeded) -> ResponseReturnValue:
    takes_html = not request.accept_mimetypes or request.accept_mimetypes.accept_html
    if request.method in SAFE_METHODS and takes_html and REFRESH_HEADER not in request.headers:
        asked = request.full_path if request.query_string else request.path
        return redirect(url_for("accounts.sign_in", next=asked if asked != "/" else None))
    message = _(
        "You are signed out, and nothing was saved. Sign in again in another window, come back here and send it again."
    )
    return face(401, _("Please sign in"), message)


def _denied(error: Denied) -> Response:
    record_apart(database(), g.get("scope", NOBODY), AuditKind.DENIED)
    return face(error.status, str(NotFound.title), str(error.message))
