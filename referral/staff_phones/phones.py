"""Naming a staff phone, proving it, stopping it: what a person of an organization does with their own phone."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.codes import LIVES_FOR, CodeFault
from referral.accounts.models import Membership, Person
from referral.accounts.roles import ORGANIZATION_ROLES
from referral.kit import clock
from referral.kit.errors import Throttled
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import cancel_for_subject
from referral.patients.actions import phone_number
from referral.patients.models import PhoneNumber
from referral.staff_phones.codes import digits_of, prove, renew_code, take_code_allowances
from referral.staff_phones.consent_words import TEXTING_WORDS, WORDS_VERSION
from referral.staff_phones.models import ConsentWay, StaffPhone, StaffPhoneConsent, StoppedHow
from referral.staff_phones.texts import CODE, SUBJECT, WELCOME, queue_staff_text

#: What a consent event made by a text holds as its words.
STOP_WORDS, START_WORDS = "STOP", "START"
#: What stands as the words of a consent that is taken back on a page.
PAGE_STOP_WORDS = "stopped on the page"

#: Whoever asks again so soon pressed twice.
_AT_ONCE = timedelta(seconds=15)

_TOO_MANY = _l("Three codes were sent within an hour. Wait a while, then try again.")


@dataclass(frozen=True)
class Owner:
    """Whose phone it is: a person, for one organization they work for."""

    member_id: UUID
    person_id: UUID


def phone_of(session: ScopedSession, owner: Owner) -> StaffPhone | None:
    """Return the phone that stands on somebody's page: it gets texts, or waits for its code."""
    own = (StaffPhone.member_id == owner.member_id, StaffPhone.person_id == owner.person_id)
    return session.scalar(select(StaffPhone).where(*own, StaffPhone.stopped_at.is_(None)))


def add_phone(session: ScopedSession, owner: Owner, e164: str, *, words_language: str) -> StaffPhone:
    """Return the phone, to be proven by the code that is texted to it; the person has just agreed to the words.

    It takes the place of another phone of theirs. Whether the number takes texts is told to nobody: that it once said
    STOP may be a patient's secret. Raises Throttled. Flushes; the caller commits.
    """
    number, known = phone_number(session, e164), phone_of(session, owner)
    if known is not None and known.phone_number_id == number.id:
        if known.confirmed_at is None and digits_of(session, known) is None:
            send_code(session, known)
        return known
    if known is not None:
        _end(session, known, StoppedHow.REPLACED)
    phone = StaffPhone(
        member_id=owner.member_id,
        person_id=owner.person_id,
        phone_number_id=number.id,
        code_tries=0,
        added_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(phone)
            session.flush()
    except IntegrityError:  # the same form, sent twice at this very moment
        found = phone_of(session, owner)
        if found is None:
            raise
        return found
    words = TEXTING_WORDS[words_language]
    _consent(session, phone, given=True, words=words, way=ConsentWay.PAGE, language=words_language, by=owner.person_id)
    send_code(session, phone)
    return phone


def send_code(session: ScopedSession, phone: StaffPhone) -> None:
    """Text a new code to a phone that is not proven yet; asked for twice at once, it is one. Raises Throttled."""
    if phone.code_expires_at is not None and phone.code_expires_at > clock.wall() + LIVES_FOR - _AT_ONCE:
        return
    if not take_code_allowances(session, phone, _e164(session, phone)):
        raise Throttled(_TOO_MANY)
    renew_code(phone)
    session.flush()
    queue_staff_text(session, phone, CODE, key=f"code:{clock.wall().isoformat()}")


def confirm_phone(session: ScopedSession, phone: StaffPhone, typed: str) -> CodeFault | None:
    """Return None if `typed` proves the phone, which gets texts from now on, or why not.

    Whoever had the number before has it no more. Flushes; the caller commits, also after a wrong code.
    """
    if phone.confirmed_at is not None:
        return None
    fault = prove(session, phone, _e164(session, phone), typed)
    if fault is not None:
        return fault
    # Locked, so that of two who prove the same number at once the second ends the first.
    session.execute(select(PhoneNumber.id).where(PhoneNumber.id == phone.phone_number_id).with_for_update())
    for other in live_phones_of_number(session, phone.phone_number_id):
        _end(session, other, StoppedHow.REPLACED)
    phone.confirmed_at = clock.now()
    session.flush()
    queue_staff_text(session, phone, WELCOME, key="welcome")
    return None


def stop_phone(session: ScopedSession, phone: StaffPhone, *, by: UUID) -> None:
    """Let no text go to the phone any more; what is queued for it is taken back. Stopped already, it stays so."""
    if phone.stopped_at is None:
        _end(session, phone, StoppedHow.PAGE)
        language = "en"
        _consent(session, phone, given=False, words=PAGE_STOP_WORDS, way=ConsentWay.PAGE, language=language, by=by)


def end_by_stop(session: ScopedSession, phone_number_id: UUID) -> None:
    """End what staff agreed to for a number that just said STOP, to whichever sender. Flushes."""
    standing = select(StaffPhone).where(StaffPhone.phone_number_id == phone_number_id, StaffPhone.stopped_at.is_(None))
    for phone in session.scalars(standing.order_by(StaffPhone.id)).all():
        _end(session, phone, StoppedHow.TEXT)
        _consent(session, phone, given=False, words=STOP_WORDS, way=ConsentWay.TEXT)


def resume_by_start(session: ScopedSession, phone_number_id: UUID) -> StaffPhone | None:
    """Return the phone that a START gave back what a STOP took; None where there is none, or another stands. Flushes.

    Only what a text ended is given back, and only to the newest of the number.
    """
    newest = newest_phone_of(session, phone_number_id)
    if newest is None or newest.stopped_how != StoppedHow.TEXT or newest.confirmed_at is None:
        return None
    if phone_of(session, Owner(newest.member_id, newest.person_id)) is not None:
        return None
    newest.stopped_at = newest.stopped_how = None
    _consent(session, newest, given=True, words=START_WORDS, way=ConsentWay.TEXT)
    return newest


def newest_phone_of(session: ScopedSession, phone_number_id: UUID) -> StaffPhone | None:
    """Return whose staff phone a number is: the one that gets texts, else the newest that was proven."""
    proven = select(StaffPhone).where(
        StaffPhone.phone_number_id == phone_number_id, StaffPhone.confirmed_at.is_not(None)
    )
    order = (StaffPhone.stopped_at.is_not(None), StaffPhone.confirmed_at.desc(), StaffPhone.id.desc())
    return session.scalar(proven.order_by(*order).limit(1))


def live_phones_of_number(session: ScopedSession, phone_number_id: UUID) -> list[StaffPhone]:
    """Return the staff phones of a number that get texts; one at most, but for the moment in which it changes hands."""
    live = (StaffPhone.confirmed_at.is_not(None), StaffPhone.stopped_at.is_(None))
    found = select(StaffPhone).where(StaffPhone.phone_number_id == phone_number_id, *live)
    return list(session.scalars(found.order_by(StaffPhone.id)))


def live_phones_of(session: ScopedSession, member_id: UUID) -> list[StaffPhone]:
    """Return the phones of an organization that get texts: agreed to, proven, of people who work there; by id."""
    live = (StaffPhone.confirmed_at.is_not(None), StaffPhone.stopped_at.is_(None))
    found = select(StaffPhone).where(StaffPhone.member_id == member_id, *live).order_by(StaffPhone.id)
    return [phone for phone in session.scalars(found) if works_there(session, phone)]


def works_there(session: ScopedSession, phone: StaffPhone) -> bool:
    """Return True while the phone's person may answer for the organization."""
    working = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.member_id == phone.member_id,
            Membership.person_id == phone.person_id,
            Membership.ended_at.is_(None),
            Membership.role.in_(sorted(ORGANIZATION_ROLES)),
            Person.suspended_at.is_(None),
        )
    )
    return session.scalar(working.limit(1)) is not None


def _end(session: ScopedSession, phone: StaffPhone, how: StoppedHow) -> None:
    phone.stopped_at, phone.stopped_how = clock.now(), how
    phone.code_seed = phone.code_expires_at = None
    session.flush()
    cancel_for_subject(session, SUBJECT, phone.id, reason="staff_phone_stopped")


def _consent(
    session: ScopedSession,
    phone: StaffPhone,
    *,
    given: bool,
    words: str,
    way: ConsentWay,
    language: str = "en",
    by: UUID | None = None,
) -> None:
    session.add(
        StaffPhoneConsent(
            staff_phone_id=phone.id,
            given=given,
            words=words,
            words_language=language,
            words_version=WORDS_VERSION,
            way=way,
            taken_by=by,
            at=clock.now(),
        )
    )
    session.flush()


def _e164(session: ScopedSession, phone: StaffPhone) -> str:
    return session.get_one(PhoneNumber, phone.phone_number_id).number or ""
