"""What an organization may see of a patient now, and the record of what it was shown.

The rule. A field is shown if all of these name it: the referral as it was signed, the consent taken for that referral,
and the newest consent of the patient for that organization. So a newer consent can narrow what an older referral shows
and never widens it. When the newest word is that permission is taken back, or the request itself was withdrawn,
cancelled or recalled, nothing is shown at all, not even what the first page showed before. What is written down as
disclosed is what was shown, field by field: the first page when the link is sent (no page can write when it is only
read), everything else when somebody asks to see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json import loads
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import SharingConsent
from referral.patients.disclosures import record_disclosure
from referral.patients.states import SharedField
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState

#: What the first page shows, as far as the patient agreed: nothing by which they are known.
FIRST_PAGE = (SharedField.NEED, SharedField.SPOKEN_LANGUAGE, SharedField.ZIP_CODE)

#: The clinic asks for nothing any more, and what is known must be discarded.
_TAKEN_BACK = frozenset({ReferralState.WITHDRAWN, ReferralState.CANCELLED, ReferralState.ENTERED_IN_ERROR})


@dataclass(frozen=True)
class Permitted:
    """What may be shown, SharedField to value in the order of the fields, and the consent taken for the referral."""

    consent: SharingConsent
    values: Mapping[SharedField, str] = field(repr=False)


def permitted_of(session: ScopedSession, referrals: Sequence[Referral]) -> dict[UUID, Permitted]:
    """Return referral id to what its organization may see now; left out: taken back, or never permitted."""
    asked = [referral for referral in referrals if referral.state not in _TAKEN_BACK]
    with session.widened("what may be shown"):  # consents are the clinic's own rows
        consents = _newest_first(session, asked)
    newest: dict[tuple[UUID, UUID], SharingConsent] = {}
    for consent in consents:
        newest.setdefault((consent.patient_id, consent.organization_id), consent)
    taken = {consent.id: consent for consent in consents}
    found = {}
    for referral in asked:
        last_word = newest.get((referral.patient_id, referral.organization_id))
        own = taken.get(referral.sharing_consent_id) if referral.sharing_consent_id else None
        if own is not None and last_word is not None and last_word.given:
            agreed = {*referral.shared_fields} & {*own.fields} & {*last_word.fields}
            found[referral.id] = Permitted(own, _values(referral, agreed))
    return found


def permitted_now(session: ScopedSession, referral: Referral) -> Permitted | None:
    """Return what the referral's organization may see now; None when it was taken back or never permitted."""
    return permitted_of(session, [referral]).get(referral.id)


def record_first_page(session: ScopedSession, referral: Referral) -> None:
    """Write down that the link just sent shows its organization the first page. Flushes; the caller commits."""
    permitted = permitted_now(session, referral)
    shown = [name for name in FIRST_PAGE if name in permitted.values] if permitted else []
    if permitted is None or not shown:
        return
    receiver = session.get_one(Member, referral.receiver_id)
    record_disclosure(
        session,
        permitted.consent,
        fields=shown,
        referral_id=referral.id,
        receiver_id=receiver.id,
        channel="link",
        recipient=receiver.name,
    )


def _newest_first(session: ScopedSession, referrals: Sequence[Referral]) -> Sequence[SharingConsent]:
    found = select(SharingConsent).where(
        SharingConsent.patient_id.in_(sorted({referral.patient_id for referral in referrals})),
        SharingConsent.organization_id.in_(sorted({referral.organization_id for referral in referrals})),
    )
    return session.scalars(found.order_by(SharingConsent.at.desc(), SharingConsent.id.desc())).all()


def _values(referral: Referral, agreed: set[str]) -> dict[SharedField, str]:
    """Return the agreed fields that had a value when it was signed."""
    snapshot: dict[str, str] = loads(referral.snapshot or "{}")
    return {name: snapshot[name] for name in SharedField if name in agreed and snapshot.get(name)}
