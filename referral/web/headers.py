"""What every answer carries: a request id, a content security policy, no caching of people's facts."""

import secrets

from flask import Flask, Response, g, request

from referral.kit.transaction import current_settings

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
#: On every answer, whatever it is. No page of ours asks for a device, and nobody else may show or read one.
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}
ONE_YEAR_S = 365 * 24 * 3600


def init_headers(app: Flask) -> None:
    """Number each request, and put the headers on each answer, errors included."""
    app.before_request(_number)
    app.after_request(_protect)


def _number() -> None:
    g.request_id = secrets.token_hex(6)
    g.csp_nonce = secrets.token_urlsafe(16)


def _protect(response: Response) -> Response:
    nonce = g.get("csp_nonce", "none")
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
    response.headers.update(FIXED_HEADERS)
    in_address = "token" in (request.view_args or {})  # of a link in a message: no other page may learn it
    response.headers.setdefault("Referrer-Policy", "no-referrer" if in_address else "same-origin")
    response.headers["X-Request-Id"] = g.get("request_id", "-")
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    settings = current_settings()
    if settings.secure_cookies:
        response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_S}; includeSubDomains"
    return response
