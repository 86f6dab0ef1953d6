"""Finding out who acts, before each request; and what happens to whoever may not."""

import logging
from dataclasses import replace
from uuid import UUID

from flask import Flask, Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError

from referral.accounts import hooks
from referral.accounts.glass_access import is_lapsed
from referral.accounts.glass_closing import close_lapsed
from referral.accounts.principal import Signed
from referral.accounts.put_aside import handed_over, keep_to_its_pages
from referral.accounts.roles import Role
from referral.accounts.sessions import find_signed, secret_of, touch
from referral.audit.actions import record_apart
from referral.audit.models import AuditKind
from referral.kit.errors import Denied, NotFound, face
from referral.kit.policy import ConfirmNeeded, SecondFactorNeeded, SignInNeeded
from referral.kit.scope import NOBODY, ScopedSession
from referral.kit.transaction import SAFE_METHODS, current_settings, database

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
    app.register_error_handler(SecondFactorNeeded, _second_factor_needed)
    app.register_error_handler(ConfirmNeeded, _confirm_needed)
    app.register_error_handler(Denied, _denied)


def load_principal() -> ResponseReturnValue | None:
    """Set g.principal, g.scope and g.language from the cookie; without a living sign-in: nobody.

    A browser that was handed to a patient is led to what it may show.
    """
    g.principal, g.scope, g.handed = None, NOBODY, None
    if request.endpoint in FOR_ANYBODY:
        return None
    settings = current_settings()
    secret = secret_of(request, settings)
    if not secret:
        return None
    with database().reading(NOBODY) as session:
        handed = handed_over(session, secret)
        found = find_signed(session, secret) if handed is None else None
        barred = _barred(session, found[0]) if found else frozenset()
    if handed is not None:
        return keep_to_its_pages(handed)
    if found is None:
        return None
    signed, touch_is_due = found
    if is_lapsed(signed):
        signed = _let_go(signed)
    g.principal, g.scope, g.language = signed, replace(signed.scope(), barred=barred), signed.language
    if touch_is_due and REFRESH_HEADER not in request.headers:
        _touch(signed)
    return None


def _barred(session: ScopedSession, signed: Signed) -> frozenset[UUID]:
    """Return the patients of their clinic who barred the person; an emergency access, reviewed later, sees them too."""
    scope = signed.scope()
    if not scope.clinic_ids or signed.role is Role.EMERGENCY:
        return frozenset()
    session.take_scope(scope)
    return hooks.patients_who_barred(session, signed.person_id, signed.member_id)


def _let_go(signed: Signed) -> Signed:
    """Write that the person's emergency access is over, tell them, and go on as themselves."""
    try:
        signed = close_lapsed(database(), signed)
    except OperationalError as error:  # it is over all the same; the next request writes it
        log.warning("end of emergency access not written", extra={"error": type(error).__name__})
        return replace(signed, break_glass_id=None)
    g.language = signed.language
    flash(_("Emergency access has ended: its 60 minutes are over. You are signed in as before."), "warning")
    return signed


def _touch(signed: Signed) -> None:
    try:
        with database().writing(NOBODY) as session:
            touch(session, signed.login_session_id)
    except OperationalError as error:  # a busy database delays the note, never the page
        log.warning("sign-in not touched", extra={"error": type(error).__name__})


def _sign_in_needed(_error: SignInNeeded) -> ResponseReturnValue:
    if _may_be_led():
        return redirect(url_for("accounts.sign_in", next=_asked()))
    message = _(
        "You are signed out, and nothing was saved. Sign in again in another window, come back here and send it again."
    )
    return face(401, _("Please sign in"), message)


def _second_factor_needed(_error: SecondFactorNeeded) -> ResponseReturnValue:
    if _may_be_led():
        return redirect(url_for("factors.ask", next=_asked()))
    message = _(
        "Your second proof of who you are is still missing, and nothing was saved. Give it in another window, "
        "come back here and send it again."
    )
    return face(403, _("One step is missing"), message, to=(url_for("factors.ask"), _("Give the second proof")))


def _confirm_needed(_error: ConfirmNeeded) -> ResponseReturnValue:
    if _may_be_led():
        return redirect(url_for("factors.confirm", next=_asked()))
    message = _(
        "This step asks who you are once more, and nothing was saved. Open the page before it in another window, "
        "prove who you are there, come back here and send it again."
    )
    return face(403, _("Please confirm that it is you"), message)


def _may_be_led() -> bool:
    """Return True if a person is reading a page, who can be led elsewhere and back."""
    takes_html = not request.accept_mimetypes or request.accept_mimetypes.accept_html
    return request.method in SAFE_METHODS and takes_html and REFRESH_HEADER not in request.headers


def _asked() -> str | None:
    asked = request.full_path if request.query_string else request.path
    return asked if asked != "/" else None


def _denied(error: Denied) -> Response:
    principal: Signed | None = g.get("principal")
    member_id = principal.member_id if principal else None  # for the privacy officer of whom they act for
    record_apart(database(), g.get("scope", NOBODY), AuditKind.DENIED, clinic_id=member_id)
    return face(error.status, str(NotFound.title), str(error.message))
