"""Home and health."""

from flask import Blueprint, Response, g, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from referral.kit.installation import worker_is_stale
from referral.kit.policy import public
from referral.kit.transaction import request_session
from referral.web.starting_pages import starting_page

blueprint = Blueprint("web", __name__, template_folder="templates")


@blueprint.get("/healthz")
@public("the watchdog asks whether we are alive")
def healthz() -> Response:
    """Return whether the database answers and the worker lives, as JSON. 503 while the database is away."""
    session = request_session()
    session.execute(text("SELECT 1"))
    return jsonify(status="ok", worker="stale" if worker_is_stale(session) else "alive")


@blueprint.get("/")
@public("leads to sign-in, or to the page that the person's work starts on")
def home() -> ResponseReturnValue:
    """Lead each person to where their work starts."""
    principal = g.get("principal")
    return redirect(url_for("accounts.sign_in") if principal is None else starting_page(principal.role))
