"""What an organization may see of a patient now, and the record of what it was shown.

The rule. A field is shown if all of these name it: the referral as it was signed, the consent taken for that referral,
and the newest consent of the patient for that organization. So a newer consent can narrow what an older referral shows
and never widens it. When the newest word is that permission is taken back, or the request itself was withdrawn,
cancelled or recalled, nothing is shown at all, not even what the first page showed before. What is written down as
disclosed is what was shown, field by field: the first page when the link is sent (no page can write when it is only
read), everything else when somebody asks to see it.

What the patient says happened is a field as well, with its own consent. It has no value at signing: it is the newest
word of the patient, without the sentence in which they said it. Once the request is closed it is all that is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json import loads
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.models import Member
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import SharingConsent
from referral.patients.disclosures import MAILED, record_disclosure
from referral.patients.states import SharedField
from referral.patients.told_facts import TOLD_FACTS
from referral.referrals.models import Referral, Testimony
from referral.referrals.receivers import addresses_of
from referral.referrals.states import TAKEN_STATES, ReferralState, Side
from referral.referrals.words import OUTCOMES, reason_words
from resources_directory.needs import SENSITIVE

#: What the first page shows, as far as the patient agreed: nothing by which they are known.
FIRST_PAGE = (SharedField.NEED, SharedField.SPOKEN_LANGUAGE, SharedField.ZIP_CODE, *TOLD_FACTS)

#: It is over: nobody is contacted because of it any more.
_CLOSED = frozenset({ReferralState.COMPLETED, ReferralState.NOT_COMPLETED})

#: The clinic asks for nothing any more, and what is known must be discarded.
TAKEN_BACK = frozenset({ReferralState.WITHDRAWN, ReferralState.CANCELLED, ReferralState.ENTERED_IN_ERROR})


@dataclass(frozen=True)
class Permitted:
    """What may be shown, SharedField to value in the order of the fields, and the consent taken for the referral."""

    consent: SharingConsent
    values: Mapping[SharedField, str] = field(repr=False)


def permitted_of(session: ScopedSession, referrals: Sequence[Referral]) -> dict[UUID, Permitted]:
    """Return referral id to what its organization may see now; left out: taken back, or never permitted."""
    asked = [referral for referral in referrals if referral.state not in TAKEN_BACK]
    with session.widened("what may be shown"):  # consents are the clinic's own rows
        consents = _newest_first(session, asked)
        said = _said_by_patients(session, asked)
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
            found[referral.id] = Permitted(own, _values(referral, agreed, said.get(referral.id)))
    return found


def may_hear_patient(referral: Referral) -> bool:
    """Return True for a closed request of which the organization may hear what the patient says happened."""
    return referral.state in _CLOSED and SharedField.TESTIMONY in referral.shared_fields


def shown_on_asking(referral: Referral, permitted: Permitted) -> dict[SharedField, str]:
    """Return what is shown when somebody asks to see it; of a closed request only what the patient says happened."""
    only = {SharedField.TESTIMONY} if referral.state in _CLOSED else set(SharedField)
    return {name: value for name, value in permitted.values.items() if name in only}


def permitted_now(session: ScopedSession, referral: Referral) -> Permitted | None:
    """Return what the referral's organization may see now; None when it was taken back or never permitted."""
    return permitted_of(session, [referral]).get(referral.id)


def first_page_of(referral: Referral) -> tuple[SharedField, ...]:
    """Return the fields that are shown before a code: an e-mail is passed on, so never a need that leaves no trace."""
    return tuple(field for field in FIRST_PAGE if field is not SharedField.NEED or referral.domain not in SENSITIVE)


def record_first_page(session: ScopedSession, referral: Referral) -> None:
    """Write down that the link just sent shows its organization the first page. Flushes; the caller commits."""
    permitted = permitted_now(session, referral)
    shown = [name for name in first_page_of(referral) if name in permitted.values] if permitted else []
    if permitted is None or not shown:
        return
    receiver = session.get_one(Member, referral.receiver_id)
    record_disclosure(
        session,
        permitted.consent,
        fields=shown,
        referral_id=referral.id,
        receiver_id=receiver.id,
        channel=MAILED,
        recipient=receiver.name,
    )


def told_by_phone(session: ScopedSession, referral: Referral) -> Permitted | None:
    """Return what an organization may be told on the phone; None where it reads that itself, or may know nothing."""
    if addresses_of(session, referral.organization_id, referral.service_id):
        return None
    return permitted_now(session, referral)


def record_told(session: ScopedSession, referral: Referral, *, recipient: str) -> None:
    """Write down what `recipient` of an organization without an address was told on the phone. Flushes.

    Whoever took it was told everything agreed; whoever declined, what the first page shows.
    """
    permitted = told_by_phone(session, referral)
    if permitted is None or referral.receiver_id is None:
        return
    taken = referral.state in TAKEN_STATES
    told = [name for name in permitted.values if taken or name in FIRST_PAGE]
    record_disclosure(
        session,
        permitted.consent,
        fields=told,
        referral_id=referral.id,
        receiver_id=referral.receiver_id,
        channel="phone",
        recipient=recipient,
    )


def _newest_first(session: ScopedSession, referrals: Sequence[Referral]) -> Sequence[SharingConsent]:
    found = select(SharingConsent).where(
        SharingConsent.patient_id.in_(sorted({referral.patient_id for referral in referrals})),
        SharingConsent.organization_id.in_(sorted({referral.organization_id for referral in referrals})),
    )
    return session.scalars(found.order_by(SharingConsent.at.desc(), SharingConsent.id.desc())).all()


def _said_by_patients(session: ScopedSession, referrals: Sequence[Referral]) -> dict[UUID, str]:
    """Return referral id to what its patient said last, in words, where the organization may hear it."""
    heard = [referral.id for referral in referrals if SharedField.TESTIMONY in referral.shared_fields]
    if not heard:
        return {}
    found = select(Testimony).where(Testimony.referral_id.in_(heard), Testimony.side == Side.PATIENT)
    return {row.referral_id: _in_words(row) for row in session.scalars(found.order_by(Testimony.at, Testimony.id))}


def _in_words(said: Testimony) -> str:
    facts = {"outcome": OUTCOMES[said.outcome], "day": format_date(said.at, "medium")}
    why = reason_words(said.reason)
    if not why:
        return str(_("%(outcome)s, said on %(day)s", **facts))
    return str(_("%(outcome)s, said on %(day)s: %(why)s", why=why, **facts))


def _values(referral: Referral, agreed: set[str], said: str | None) -> dict[SharedField, str]:
    """Return the agreed fields that had a value when it was signed, and what the patient has said since."""
    snapshot: dict[str, str | None] = {**loads(referral.snapshot or "{}"), SharedField.TESTIMONY: said}
    return {name: value for name in SharedField if name in agreed and (value := snapshot.get(name))}
