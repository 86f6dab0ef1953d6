"""The accounting of disclosures of one patient (45 CFR 164.528): when, to whom, what, why, under which permission.

A row stays when the referral is recalled, the permission taken back, or the record erased: of an erased record what was
sealed is gone, and the rest still says that there was a disclosure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.crypto import SealBroken
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.patients.consent_models import Disclosure, SharingConsent
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.disclosures import MAILED
from referral.patients.states import SharedField
from referral.patients.words import METHODS
from referral.privacy.demand_words import DEMANDERS, KINDS
from referral.privacy.demands import handed_over_about
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.screening.words import NEEDS
from resources_directory.models.organization import Organization
from resources_directory.needs import SENSITIVE

#: Six years, whichever of them are leap years.
COVERED = timedelta(days=6 * 365 + 2)

#: A sheet of paper holds this many and no more; nobody had more facts given away in six years.
MOST_PRINTED = 2000

CHANNELS: Mapping[str, LazyString] = {
    MAILED: _l("We sent it to them: the first page behind the link in our e-mail tells it."),
    "link": _l("They read it on the page behind the link in our e-mail."),
    "account": _l("They read it in their inbox here."),
    "phone": _l("We told them by phone."),
}


@dataclass(frozen=True)
class Given:
    """One disclosure in words. `recalled`: the clinic has since asked the organization to discard it."""

    at: datetime
    organization: str
    address: str | None
    recipient: str | None
    how: str
    fields: tuple[str, ...]
    purpose: str
    permission: str
    recalled: bool


@dataclass(frozen=True)
class HandedOver:
    """What was handed over because the law demanded it; `untold_until`: the patient is not to be told before."""

    on: date
    whom: str
    what: str
    basis: str
    untold_until: date | None

    @property
    def untold(self) -> bool:
        """True while the patient is not to be told."""
        return self.untold_until is not None and self.untold_until >= clock.now().date()


@dataclass(frozen=True)
class _Around:
    """What the rows of a page name: organizations, referrals, permissions, who took them."""

    organizations: Mapping[UUID, Organization]
    referrals: Mapping[UUID, Referral]
    consents: Mapping[UUID, SharingConsent]
    people: Mapping[UUID | None, str]


def given_of(session: ScopedSession, patient_id: UUID, *, number: int = 1, with_sensitive: bool = True) -> Page[Given]:
    """Return a page of a patient's disclosures of six years, newest first.

    Without `with_sensitive` the purpose of a sensitive one names no need: others find papers.
    """
    newest = (Disclosure.at.desc(), Disclosure.id.desc())
    page = page_of(session, _covered(patient_id), number, order=newest)
    return page.showing(_shown(session, page.rows, with_sensitive=with_sensitive))


def all_given(session: ScopedSession, patient_id: UUID, *, with_sensitive: bool) -> list[Given]:
    """Return every disclosure of six years, newest first, for the printed sheet."""
    found = _covered(patient_id).order_by(Disclosure.at.desc(), Disclosure.id.desc()).limit(MOST_PRINTED)
    return _shown(session, session.scalars(found).all(), with_sensitive=with_sensitive)


def handed_over(session: ScopedSession, patient_id: UUID) -> list[HandedOver]:
    """Return what was handed over on legal demands about this patient in six years, newest first."""
    first = (clock.now() - COVERED).date()
    return [
        HandedOver(
            on=step.done_on,
            whom=demand.demander_name or str(DEMANDERS[demand.demander]),
            what=step.handed_over or "",
            basis=str(KINDS[demand.kind]),
            untold_until=step.untold_until,
        )
        for demand, step in handed_over_about(session, patient_id)
        if step.done_on >= first
    ]


def _covered(patient_id: UUID) -> Select[Disclosure]:
    return select(Disclosure).where(Disclosure.patient_id == patient_id, Disclosure.at >= clock.now() - COVERED)


def _shown(session: ScopedSession, rows: Sequence[Disclosure], *, with_sensitive: bool) -> list[Given]:
    around = _around(session, rows)
    return [_given(row, around, with_sensitive=with_sensitive) for row in rows]


def _around(session: ScopedSession, rows: Sequence[Disclosure]) -> _Around:
    organization_ids = {row.organization_id for row in rows}
    organizations = session.scalars(
        select(Organization).where(Organization.id.in_(organization_ids)).order_by(Organization.id)
    )
    referral_ids = {row.referral_id for row in rows}
    referrals = session.scalars(select(Referral).where(Referral.id.in_(referral_ids)).order_by(Referral.id))
    consent_ids = {row.consent_id for row in rows}
    consents = session.scalars(
        select(SharingConsent).where(SharingConsent.id.in_(consent_ids)).order_by(SharingConsent.id)
    ).all()
    return _Around(
        {row.id: row for row in organizations},
        {row.id: row for row in referrals},
        {row.id: row for row in consents},
        names_of(session, {row.taken_by for row in consents}),
    )


def _given(row: Disclosure, around: _Around, *, with_sensitive: bool) -> Given:
    organization = around.organizations.get(row.organization_id)
    referral = around.referrals.get(row.referral_id)
    return Given(
        at=row.at,
        organization=organization.name if organization else _("An organization that is no longer listed"),
        address=organization.email if organization else None,
        recipient=_recipient(row),
        how=str(CHANNELS[row.channel]) if row.channel in CHANNELS else "",
        fields=tuple(str(FIELD_LABELS[SharedField(field)]) for field in row.fields),
        purpose=_purpose(referral, with_sensitive=with_sensitive),
        permission=_permission(around.consents.get(row.consent_id), around.people),
        recalled=referral is not None and referral.state == ReferralState.ENTERED_IN_ERROR,
    )


def _recipient(row: Disclosure) -> str | None:
    try:
        return row.recipient
    except SealBroken:
        return None  # the record was erased, and its key with it


def _purpose(referral: Referral | None, *, with_sensitive: bool) -> str:
    if referral is None or (referral.domain in SENSITIVE and not with_sensitive):
        return str(_("To ask them for the help that was prescribed."))
    return str(_("To ask them for the help that was prescribed: %(need)s.", need=NEEDS[referral.domain]))


def _permission(consent: SharingConsent | None, people: Mapping[UUID | None, str]) -> str:
    if consent is None:
        return str(_("The permission is no longer stored."))
    facts = {"day": format_date(consent.at, "medium"), "method": str(METHODS[consent.method])}
    name = people.get(consent.taken_by)
    if name is None:
        return str(_("Permission to share of %(day)s. %(method)s.", **facts))
    return str(_("Permission to share of %(day)s, taken by %(name)s. %(method)s.", name=name, **facts))
