"""An organization looks at the person: what it may see now, and the record of who saw what."""

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.kit.errors import Gone
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure
from referral.patients.disclosures import record_disclosure
from referral.patients.states import SharedField
from referral.referrals.disclosing import Permitted, permitted_now, shown_on_asking
from referral.referrals.models import Referral
from referral.referrals.shown_fields import shown_field


def check_permitted(session: ScopedSession, referral: Referral) -> Permitted:
    """Return what may be shown now. Raises Gone when the permission or the request was taken back."""
    permitted = permitted_now(session, referral)
    if permitted is None:
        raise Gone(_l("The person has taken back the permission to share this. Call the clinic if you have questions."))
    return permitted


def look_at_person(
    session: ScopedSession, referral: Referral, *, channel: str, recipient: str, receiver_id: UUID
) -> Disclosure | None:
    """Return what was written down: exactly what may be shown now, and who looked; None where there is nothing.

    Raises Gone when the permission or the request was taken back. Flushes; the caller commits.
    """
    permitted = check_permitted(session, referral)
    shown = shown_on_asking(referral, permitted)
    if not shown:
        return None
    return record_disclosure(
        session,
        permitted.consent,
        fields=shown,
        referral_id=referral.id,
        receiver_id=receiver_id,
        channel=channel,
        recipient=recipient,
    )


def look_words(shown: Mapping[SharedField, str]) -> list[tuple[str, str]]:
    """Return (label, value) of what is shown to whoever looks; of nothing, that nothing was said yet."""
    if not shown:
        return [(str(_("What the patient says happened")), str(_("They have not said yet.")))]
    return [shown_field(field, value) for field, value in shown.items()]


def disclose(
    session: ScopedSession, referral: Referral, *, channel: str, recipient: str, receiver_id: UUID
) -> list[tuple[str, str]]:
    """Return (label, value) of what may be shown now, after writing it down as `look_at_person` does."""
    look_at_person(session, referral, channel=channel, recipient=recipient, receiver_id=receiver_id)
    return look_words(shown_on_asking(referral, check_permitted(session, referral)))
