"""The person on the page of a link: shown after the code, and still there for ten minutes whatever else is pressed.

Which browser, and until when, stands in that browser's own signed cookie, and counts only beside a link session that
typed a code. What is shown again is what was written down when it was shown first, less what was taken back since.
"""

from datetime import timedelta
from uuid import UUID

from flask import session as form_session

from referral.accounts.codes import LIVES_FOR
from referral.accounts.link_sessions import OpenedLink
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure
from referral.patients.states import SharedField
from referral.referrals.disclosing import permitted_now, shown_on_asking
from referral.referrals.looking import look_at_person, look_words
from referral.referrals.models import Referral

#: How long the person stays on the page after a look.
SHOWN_FOR: timedelta = LIVES_FOR

_KEY = "link_shown"


def show_person(
    session: ScopedSession, referral: Referral, opened: OpenedLink, *, name: str, receiver_id: UUID
) -> None:
    """Write down that `name` looks, and let this browser's page show the person for a while.

    Raises Gone when the permission or the request was taken back. Flushes; the caller commits.
    """
    look = look_at_person(session, referral, channel="link", recipient=name, receiver_id=receiver_id)
    until = clock.wall() + SHOWN_FOR
    form_session[_KEY] = [str(opened.session_id), str(look.id) if look else None, until.timestamp()]


def person_shown(session: ScopedSession, referral: Referral, opened: OpenedLink) -> list[tuple[str, str]] | None:
    """Return (label, value) of the person as this browser may still see it; None when it may not."""
    about, look_id, until = form_session.get(_KEY) or (None, None, 0.0)
    if not opened.proven or about != str(opened.session_id) or clock.wall().timestamp() >= until:
        return None
    permitted = permitted_now(session, referral)
    if permitted is None:
        return None
    look = session.get(Disclosure, UUID(look_id)) if look_id else None
    seen = {SharedField(field) for field in look.fields} if look is not None and look.referral_id == referral.id else ()
    return look_words({name: value for name, value in shown_on_asking(referral, permitted).items() if name in seen})


def forget_person() -> None:
    """Show the person in this browser no longer."""
    form_session.pop(_KEY, None)
