"""An address that only takes a form: whoever opens it anew is led to the page that holds the form."""

from collections.abc import Mapping

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

from referral.kit.errors import http_error

#: Addresses that programs call: nobody opens them in a browser.
PROGRAMS = ("/sms/",)

#: Where the page does not lie above the address of its form.
ELSEWHERE: Mapping[str, str] = {"/memberships/": "/people", "/invitations/": "/people"}


def init_post_only(app: Flask) -> None:
    """Answer each GET of an address that only takes a form."""
    app.register_error_handler(MethodNotAllowed, _lead_to_form)


def _lead_to_form(error: MethodNotAllowed) -> ResponseReturnValue:
    """Reload, Back and a link that was kept lead to the page; it asks for itself who may see it."""
    page = page_of_form(current_app.create_url_adapter(request), request.path) if _is_opened() else None
    return redirect(request.script_root + page, 303) if page else http_error(error)


def _is_opened() -> bool:
    for_programs = (*current_app.config["JSON_PREFIXES"], *PROGRAMS)
    return request.method in ("GET", "HEAD") and not request.path.startswith(for_programs)


def page_of_form(adapter: MapAdapter | None, path: str) -> str | None:
    """Return the path of the page that holds the form which `path` takes: the nearest one above that can be opened.

    None where `path` takes no form.
    """
    if adapter is None or not _answers(adapter, path, "POST"):
        return None
    for beginning, page in ELSEWHERE.items():
        if path.startswith(beginning):
            return page
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0]
        for page in (path, f"{path}/"):
            if page and _answers(adapter, page, "GET"):
                return page
    return "/"


def _answers(adapter: MapAdapter, path: str, method: str) -> bool:
    try:
        adapter.match(path, method=method)
    except RequestRedirect:
        return False  # the other writing of the address, with or without its last slash, is tried too
    except (NotFound, MethodNotAllowed):
        return False
    return True
