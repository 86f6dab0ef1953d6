"""Forms that are sent again because no answer was seen: what one did is known by a mark, and is not done twice.

The mark lies in the random part of the id of the row that the form made (RFC 9562, section 5.7), so that rows stay
ordered by time. It is made of the form's own id and of all that was typed: words that differ are another answer.
"""

import hashlib
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral, ReferralMove, Testimony
from resources_directory.db import new_id

#: The random bits behind the variant.
_RANDOM = (1 << 62) - 1

#: What a page fills in by itself: it may differ when the same is sent again.
_NOT_TYPED = frozenset({"csrf_token", "version", "referral_version"})

Made = ReferralMove | Testimony | LateAnswer
_KINDS: tuple[type[Made], ...] = (ReferralMove, Testimony, LateAnswer)


def sending_of(form: Any, verb: str) -> str:
    """Return what names a form as it was sent, for `verb`: the same words from the same page give the same."""
    typed = sorted((name, repr(value)) for name, value in form.data.items() if name not in _NOT_TYPED)
    return hashlib.sha256(repr((verb, typed)).encode(errors="replace")).hexdigest()


def marked_id(referral_id: UUID, sending: str | None) -> UUID:
    """Return the id for a row that a form makes about a referral; `sending`: None where no form made it."""
    if sending is None:
        return new_id()
    return UUID(int=new_id().int & ~_RANDOM | _mark(referral_id, sending))


def made_before(session: ScopedSession, referral: Referral, sending: str | None, *, wait: bool = True) -> Made | None:
    """Return what the same form made when it was sent before. `wait`: for whoever sends it at this very moment."""
    if sending is None:
        return None
    if wait:
        session.refresh(referral, with_for_update=True)
    mark = _mark(referral.id, sending)
    for cls in _KINDS:
        ids = session.scalars(select(cls.id).where(cls.referral_id == referral.id).order_by(cls.at, cls.id))
        known = next((each for each in ids if each.int & _RANDOM == mark), None)
        if known is not None:
            return cast("Made | None", session.get(cls, known))
    return None


def _mark(referral_id: UUID, sending: str) -> int:
    digest = hashlib.sha256(referral_id.bytes + sending.encode()).digest()
    return int.from_bytes(digest[:8]) & _RANDOM
