"""The name that somebody typed on the page of a link: kept in their own browser, so that no form asks for it twice."""

from uuid import UUID

from flask import request
from flask import session as form_session

from referral.kit.forms import strip
from referral.referrals.forms import NAME_LETTERS

_KEY = "link_name"


def name_typed(session_id: UUID) -> str | None:
    """Return the name typed on the pages of this link session, after keeping the one that is being sent now."""
    about, name = _sent("about"), _sent("name")
    if name and about == str(session_id):
        form_session[_KEY] = [about, name[:NAME_LETTERS]]
    kept_about, kept = form_session.get(_KEY) or (None, None)
    return kept if kept_about == str(session_id) else None


def forget_name() -> None:
    """Take the name from the browser: whoever used it is done."""
    form_session.pop(_KEY, None)


def _sent(name: str) -> str | None:
    """Return a field of the form that was sent, whichever of the page's forms it is."""
    return next((strip(value) for key, value in request.form.items() if key.endswith(f"-{name}")), None)
