"""What every page behind a link in a message needs: forms of other sites refused without a cookie, no referrer told."""

from urllib.parse import urlsplit

from flask import Response, request
from flask_babel import lazy_gettext as _l

from referral.kit.errors import ProductError
from referral.kit.transaction import current_settings


class FromElsewhere(ProductError):
    """Another site's page sent the form."""

    title = _l("We could not be sure that this came from you")


def refuse_other_sites() -> None:
    """Refuse forms of other sites' pages. The usual form token would need a cookie, and scanners shall get none.

    Every browser that gets updates says where a request comes from (Fetch Metadata), older ones name the origin.
    """
    settings = current_settings()
    ours = {"", "null", request.host, urlsplit(settings.public_base_url).netloc}  # our own pages send no origin
    origin = request.headers.get("Origin", "")
    from_us = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    if request.method == "POST" and not (from_us and (urlsplit(origin).netloc or origin) in ours):
        raise FromElsewhere(_l("Open the link in our message again, and press the button on our own page."))


def tell_no_referrer(response: Response) -> Response:
    """The address holds the token: no page that is opened from here may learn it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
