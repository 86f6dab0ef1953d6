"""The gate and the words of texts to staff phones: whether they may go, and what they say, when they are sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from referral.accounts.models import Member, Person
from referral.kit.installation import is_demo
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from referral.messaging.composing import REPLY_WINDOW, short_date
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.patients.models import PhoneNumber
from referral.referrals import notices
from referral.referrals.deadlines import calendar_of
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.staff_phones import texts
from referral.staff_phones.codes import digits_of
from referral.staff_phones.models import StaffNotice, StaffPhone
from referral.staff_phones.office_hours import next_office_moment, seconds_left
from referral.staff_phones.phones import works_there
from referral.staff_phones.telling import is_true
from referral.staff_phones.texts import staff_catalog

#: The product's name in texts.
PLATFORM = "NeedsRx"

#: Where somebody signs in and sees what waits; it names no request.
INBOX_PATH = "/inbox"

#: The words of one referral, by the e-mail that goes for the same reason; of several reasons the last counts.
_WORDS = {
    notices.NEW: texts.NEW,
    notices.REMINDER: texts.REMINDER,
    notices.SECOND_CONTACT: texts.SECOND_CONTACT,
}
_ORDER = tuple(_WORDS)


def compose_staff_notice(session: ScopedSession, message: Message, now: datetime) -> Composed | Postponed | Suppressed:
    """Return the words about all that waits for the phone, or why they do not go now or at all.

    One referral is named by its short number and answered by a digit; of several only their count is said.
    """
    phone = _held(session, message)
    why_not = _why_not(session, phone)
    if phone is None or why_not is not None:
        return Suppressed(why_not or "staff_phone_stopped", needs_person=False)
    calendar = calendar_of(session, phone.member_id)
    opening = next_office_moment(now, calendar)
    if opening > now:
        return Postponed(opening, "office_closed")
    fresh = _true_notices(session, phone, message)
    if not fresh:
        return Suppressed("moved", needs_person=False)
    told = fresh + _told_before(session, phone, message)
    for notice in told:
        notice.message_id = message.id  # whatever a digit answers is meant by the newest text
    session.flush()
    template, facts = _what_waits(session, told)
    return _said(session, phone, template, facts, validity_s=seconds_left(now, calendar))


def compose_staff_code(session: ScopedSession, message: Message, now: datetime) -> Composed | Suppressed:
    """Return the words with a code, as long as it may be typed: somebody waits for it at this moment."""
    phone = session.get(StaffPhone, message.subject_id)
    why_not = _why_not(session, phone, proven=False)
    if phone is None or why_not is not None:
        return Suppressed(why_not or "staff_phone_stopped", needs_person=False)
    digits = digits_of(session, phone)
    if digits is None:
        return Suppressed("code_over", needs_person=False)
    return _said(session, phone, texts.CODE, {"code": digits}, validity_s=int(texts.CODE_LASTS.total_seconds()))


def compose_staff_reply(session: ScopedSession, message: Message, now: datetime) -> Composed | Suppressed:
    """Return the answer to a text of a staff phone, or to its being proven: at once, or not at all."""
    phone = session.get(StaffPhone, message.subject_id)
    obeys = message.template == texts.STOP_CONFIRM
    why_not = None if obeys else _why_not(session, phone)
    if phone is None or why_not is not None:
        return Suppressed(why_not or "staff_phone_stopped", needs_person=False)
    if now - message.created_at >= REPLY_WINDOW:
        return Suppressed("too_late_to_answer", needs_person=False)
    facts = {name: str(value) for name, value in message.facts.items()}
    return _said(session, phone, message.template, facts)


def staff_text_language(session: ScopedSession, template: str, language: str) -> str:
    """Return the language that a text to staff leaves in: their pages' own, where those words may leave; else English.

    Staff work with pages in English or Spanish; the rule that nobody gets English unasked protects patients.
    """
    simulated = settings_of(session).message_gateway == "simulator" and is_demo(session)
    return language if staff_catalog().may_leave(template, language, simulated=simulated) else "en"


def _held(session: ScopedSession, message: Message) -> StaffPhone | None:
    """Return the phone, locked until the transaction ends: two texts at once would both tell the same."""
    return session.scalar(
        select(StaffPhone)
        .where(StaffPhone.id == message.subject_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _why_not(session: ScopedSession, phone: StaffPhone | None, *, proven: bool = True) -> str | None:
    if phone is None or phone.stopped_at is not None or (proven and phone.confirmed_at is None):
        return "staff_phone_stopped"
    if not works_there(session, phone):
        return "left_organization"
    number = session.get_one(PhoneNumber, phone.phone_number_id, populate_existing=True)
    if number.opted_out_at is not None:
        return "opted_out"
    return "number_takes_no_texts" if number.unusable_at is not None or number.number is None else None


def _true_notices(session: ScopedSession, phone: StaffPhone, message: Message) -> list[StaffNotice]:
    mine = or_(StaffNotice.message_id.is_(None), StaffNotice.message_id == message.id)
    return _still_true(session, phone, StaffNotice.staff_phone_id == phone.id, mine)


def _told_before(session: ScopedSession, phone: StaffPhone, message: Message) -> list[StaffNotice]:
    """Return what the phone was told before and still waits: it is counted too, or a digit could mean either."""
    others = (StaffNotice.message_id.is_not(None), StaffNotice.message_id != message.id)
    return _still_true(session, phone, StaffNotice.staff_phone_id == phone.id, *others)


def _still_true(session: ScopedSession, phone: StaffPhone, *which: object) -> list[StaffNotice]:
    found = session.scalars(select(StaffNotice).where(*which).order_by(StaffNotice.at, StaffNotice.id)).all()  # type: ignore[arg-type]  # conditions
    return [each for each in found if is_true(session, each, session.get(Referral, each.referral_id), phone)]


def _what_waits(session: ScopedSession, told: Sequence[StaffNotice]) -> tuple[str, dict[str, str]]:
    """Return which text it is, and its facts; a date as ISO."""
    waiting = {notice.referral_id for notice in told}
    referral = session.get_one(Referral, max(waiting, key=lambda each: each.hex))
    facts = {"code": short_number(referral.id), "count": str(len(waiting))}
    if len(waiting) > 1:
        return texts.SEVERAL, facts
    newest = max((notice.template for notice in told), key=_ORDER.index)
    if referral.sent_at is not None:
        facts["date"] = referral.sent_at.isoformat()
    return _WORDS[newest], facts


def _said(
    session: ScopedSession, phone: StaffPhone, template: str, facts: dict[str, str], *, validity_s: int | None = None
) -> Composed:
    person, member = session.get_one(Person, phone.person_id), session.get_one(Member, phone.member_id)
    language = staff_text_language(session, template, person.language)
    known = {
        "platform": PLATFORM,
        "url": settings_of(session).public_base_url + INBOX_PATH,
        "phone": show_phone(member.phone or ""),
    }
    if "date" in facts:
        known["date"] = short_date(datetime.fromisoformat(facts["date"]), language, member.timezone_name)
    body = staff_catalog().render(template, language, facts | known)
    number = session.get_one(PhoneNumber, phone.phone_number_id).number or ""
    return Composed(to=number, body=body, language=language, validity_s=validity_s)
