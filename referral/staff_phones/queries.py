"""Which phones of an organization are told of referrals, and what they texted that no request took."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member, Person
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.patients.models import PhoneNumber
from referral.staff_phones.models import StaffPhone, StaffPhoneConsent, StaffText
from referral.staff_phones.phones import works_there

#: Texts that no request took, on the page.
MOST_TEXTS = 50

_SHOWN_DIGITS = 4


@dataclass(frozen=True)
class PhoneRow:
    """A staff phone as its colleagues see it. `ending`: its last digits. `silent`: why nothing goes to it, if so."""

    phone_id: UUID
    person_id: UUID
    person: str
    organization: str
    ending: str
    since: datetime
    silent: bool


@dataclass(frozen=True)
class UnplacedText:
    """Words from a staff phone that no request took; None once they were removed."""

    at: datetime
    person: str
    words: str | None


def phones_told(session: ScopedSession, member_id: UUID | None = None) -> list[PhoneRow]:
    """Return the phones that get texts, of one organization or of all, by organization and person."""
    found = (
        select(StaffPhone, Person.name, Member.name)
        .join(Person, Person.id == StaffPhone.person_id)
        .join(Member, Member.id == StaffPhone.member_id)
        .where(StaffPhone.confirmed_at.is_not(None), StaffPhone.stopped_at.is_(None))
    )
    if member_id is not None:
        found = found.where(StaffPhone.member_id == member_id)
    rows = session.execute(found.order_by(Member.name, Member.id, Person.name, StaffPhone.id)).all()
    return [_row(session, phone, person, organization) for phone, person, organization in rows]


def unplaced_texts(session: ScopedSession, member_id: UUID) -> list[UnplacedText]:
    """Return the newest texts of an organization's phones that no request took, the newest first."""
    found = (
        select(StaffText, Person.name)
        .join(StaffPhone, StaffPhone.id == StaffText.staff_phone_id)
        .join(Person, Person.id == StaffPhone.person_id)
        .where(StaffPhone.member_id == member_id, StaffText.effect == "words_unplaced")
    )
    newest = found.order_by(StaffText.received_at.desc(), StaffText.id.desc()).limit(MOST_TEXTS)
    return [UnplacedText(text.received_at, person, text.body) for text, person in session.execute(newest)]


def consent_of(session: ScopedSession, staff_phone_id: UUID) -> StaffPhoneConsent | None:
    """Return the newest event of consent to texts on a staff phone."""
    events = select(StaffPhoneConsent).where(StaffPhoneConsent.staff_phone_id == staff_phone_id)
    return session.scalar(events.order_by(StaffPhoneConsent.at.desc(), StaffPhoneConsent.id.desc()).limit(1))


def shown_number(session: ScopedSession, phone: StaffPhone) -> str:
    """Return the phone's number as people read it, for whoever it belongs to."""
    return show_phone(session.get_one(PhoneNumber, phone.phone_number_id).number or "")


def _row(session: ScopedSession, phone: StaffPhone, person: str, organization: str) -> PhoneRow:
    number = session.get_one(PhoneNumber, phone.phone_number_id)
    reached = number.opted_out_at is None and number.unusable_at is None and works_there(session, phone)
    return PhoneRow(
        phone_id=phone.id,
        person_id=phone.person_id,
        person=person,
        organization=organization,
        ending=(number.number or "")[-_SHOWN_DIGITS:],
        since=phone.confirmed_at or phone.added_at,
        silent=not reached,
    )
