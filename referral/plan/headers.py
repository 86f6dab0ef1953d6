"""What every answer of a patient's own page carries besides: no script may run, and no address is told."""

from flask import Response

from referral.referrals.arriving import tell_no_referrer

#: Stricter than the rest of the product: these pages have no script at all.
POLICY = (
    "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)


def keep_quiet(response: Response) -> Response:
    """Let no script run on the page, and no page opened from it learn its address."""
    response.headers["Content-Security-Policy"] = POLICY
    return tell_no_referrer(response)
