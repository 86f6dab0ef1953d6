"""Errors people meet: raised where a rule is broken, translated once, here, into a page, JSON or a problem document."""

import logging
from datetime import timedelta
from http import HTTPStatus

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from referral.kit.state_machine import IllegalMove

log = logging.getLogger(__name__)


class ProductError(Exception):
    """A rule was broken; nothing was changed. `message` tells the person what to do next."""

    status = HTTPStatus.BAD_REQUEST
    title: LazyString = _l("That did not work")

    def __init__(self, message: LazyString | str) -> None:
        """Take the words for the person."""
        super().__init__(str(message))
        self.message = message


class InvalidInput(ProductError):
    """What was typed cannot be used. `field` names the form field, when there is one."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: LazyString | str, field: str | None = None) -> None:
        """Take the words, and the field they belong to."""
        super().__init__(message)
        self.field = field


class Conflict(ProductError):
    """Somebody else was faster, or the state has moved on."""

    status = HTTPStatus.CONFLICT
    title = _l("Somebody else changed this first")


class NotNow(Conflict):
    """Something else must be done first; nobody else was faster."""

    title = _l("Something else comes first")


class NotFound(ProductError):
    """Missing, or not theirs: the same answer for both."""

    status = HTTPStatus.NOT_FOUND
    title = _l("We could not find that page")

    def __init__(self) -> None:
        """Say the one sentence that tells nothing."""
        super().__init__(
            _l("It may have moved, or you may not have access to it. Check the address, or start from Home.")
        )


class Denied(NotFound):
    """The person may not do this. Looks like NotFound to them; the audit knows better."""


class Gone(ProductError):
    """A link has been used, has expired, or has been replaced."""

    status = HTTPStatus.GONE
    title = _l("This link no longer works")


class Throttled(ProductError):
    """Too many tries in a short time. `wait`: until it may be tried again, where that is known."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    title = _l("Please wait a moment")

    def __init__(self, message: LazyString | str, wait: timedelta | None = None) -> None:
        """Take the words, and how long to wait."""
        super().__init__(message)
        self.wait = wait


class Unavailable(ProductError):
    """The database is busy or away."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = _l("We could not save that just now")


def register_errors(app: Flask) -> None:
    """Give every error of the product its face."""
    app.register_error_handler(ProductError, _product_error)
    app.register_error_handler(IllegalMove, _illegal_move)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, _unexpected)


def _wants_json() -> bool:
    for_programs: tuple[str, ...] = current_app.config.get("JSON_PREFIXES", ())
    return request.path.startswith(for_programs) or request.accept_mimetypes.best == "application/json"


def face(status: int, title: str, message: str, *, to: tuple[str, str] | None = None) -> Response:
    """Return the error as the caller reads it: RFC 9457 problem for JSON callers, a page for people.

    `to`: address and words of the button that leads on; the start page when there is none.
    """
    if _wants_json():
        answer = jsonify(type="about:blank", title=title, status=status, detail=message)
        answer.mimetype = "application/problem+json"
    else:
        next_url, next_label = to or (None, None)
        page = render_template(
            "error.html",
            status=int(status),
            heading=title,
            message=message,
            next_url=next_url,
            next_label=next_label,
            reference=g.get("request_id"),
        )
        answer = Response(page)
    answer.status_code = status
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "10"
    return answer


def _product_error(error: ProductError) -> Response:
    return face(error.status, str(error.title), str(error.message))


def _illegal_move(_error: IllegalMove) -> Response:
    title = _("That step is not possible any more")
    return face(409, title, _("This has moved on since the page was opened. Open it again to see where it stands now."))


def _stale(_error: StaleDataError) -> Response:
    message = _("Your change was not saved. Go back, copy what you typed, open the page again and add it there.")
    return face(409, str(Conflict.title), message)


def _database_away(error: OperationalError) -> Response:
    log.error("database away", extra={"error": type(error.orig).__name__})
    message = _("The database is busy or away. Nothing was changed. Wait a few seconds, go back and send it again.")
    return face(503, str(Unavailable.title), message)


def _database_error(error: DBAPIError) -> Response:
    if error.connection_invalidated:
        return _database_away(OperationalError(None, None, error.orig or error))
    return _unexpected(error)


def _csrf(_error: CSRFError) -> Response:
    message = _(
        "The page was open for too long, you signed out in another window, or cookies are off. Nothing was saved. "
        "Go back: what you typed is still there. Copy it, reload the page, and send it again."
    )
    return face(400, _("We could not be sure that this came from you"), message)


def http_error(error: HTTPException) -> Response:
    """Return the face of an error that the web itself knows: no such page, too large, not that way."""
    status = error.code or 500
    if status == 404:
        return _product_error(NotFound())
    if status < 400:
        return Response(error.get_response().get_data(), status, dict(error.get_response().headers))
    words = {
        405: _("This page cannot be used that way. Start again from Home."),
        413: _("That is too large. Send less at once."),
        400: _("The page was incomplete. Go back, reload it and try again."),
    }
    answer = face(status, _("That did not work"), words.get(status, _("Go back and try again.")))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110 section 15.5.6
    return answer


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error, extra={"request": g.get("request_id")})
    number = g.get("request_id", "-")
    message = _("This is our fault. Nothing was changed. Tell your administrator the number %(number)s.", number=number)
    return face(500, _("Something went wrong"), message)
