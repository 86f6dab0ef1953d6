"""What is refused before anybody is asked who they are: an API over plain http, and text no database can store."""

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from referral.kit.errors import face
from referral.kit.transaction import current_settings

#: NUL, which PostgreSQL cannot store, and what broken UTF-8 is read as when it is decoded strictly elsewhere.
_NUL = "\x00"


def init_guards(app: Flask) -> None:
    """Look at each request before its form token, its cookie and its view."""
    app.before_request(_refuse_plain_http)
    app.before_request(_refuse_broken_address)


def _refuse_plain_http() -> Response | None:
    """Refuse programs that call over http where https is set up: a redirect would hide that their data went in clear.

    A trusted proxy tells how it was called; without one the connection itself counts, whatever a header says.
    """
    if request.scheme == "https" or not current_settings().secure_cookies:
        return None
    if not request.path.startswith(tuple(current_app.config["JSON_PREFIXES"])):
        return None
    return face(403, _("This must be called over https"), _("Change the address to https:// and call again."))


def _refuse_broken_address() -> Response | None:
    if not storable(request.path) or not _all_storable(request.args):
        message = _("The address is broken. Start again from Home, or open the link once more.")
        return face(400, _("That did not work"), message)
    return None


def _all_storable(pairs: MultiDict[str, str]) -> bool:
    return all(storable(name) and storable(value) for name, value in pairs.items(multi=True))


def storable(text: str) -> bool:
    """Return True if both databases store the text alike: no NUL and no half of a surrogate pair."""
    if _NUL in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
