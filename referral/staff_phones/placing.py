"""Texts of staff phones that cannot be placed: they change nothing, are answered with how to, and reach people."""

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.queries import names_of
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.states import ReferralState
from referral.referrals.to_dos import WANTS_CALL, need_a_person
from referral.staff_phones import texts
from referral.staff_phones.models import StaffPhone, StaffText
from referral.staff_phones.reading import StaffAnswer
from referral.staff_phones.telling import may_know
from referral.todos.models import ToDoReason


def cannot_place(
    session: ScopedSession, text: StaffText, phone: StaffPhone, told: list[UUID], *, answer: StaffAnswer, body: str
) -> str:
    """Answer a text that may mean several referrals or none; return what became of it. Flushes.

    Words stay, sealed, for the organization's own people; of each clinic whose referral waits somebody is told to
    call, without the words: they may be about another clinic's patient.
    """
    waiting = _waiting(session, phone, told)
    template = texts.WHICH if waiting else texts.NOTHING_WAITS
    code = short_number(waiting[-1].id) if waiting else None
    texts.queue_staff_text(session, phone, template, key=f"reply:{text.id}", code=code)
    if answer.digit is not None:
        return "unclear_which" if waiting else "nothing_waits"
    text.body = body
    session.flush()
    for referral in {each.clinic_id: each for each in waiting}.values():
        _let_call(session, referral, phone)
    return "words_unplaced"


def _waiting(session: ScopedSession, phone: StaffPhone, told: list[UUID]) -> list[Referral]:
    found = {
        each.id: each
        for each in session.scalars(
            select(Referral).where(Referral.id.in_(told), Referral.state == ReferralState.SENT).order_by(Referral.id)
        )
    }
    return [found[each] for each in told if each in found and may_know(session, found[each], phone)]


def _let_call(session: ScopedSession, referral: Referral, phone: StaffPhone) -> None:
    name = names_of(session, [phone.person_id]).get(phone.person_id)
    with speaking(STAFF_LANGUAGE):
        note = _(
            "%(name)s texted something that may be about this request or about another one. Call and ask.", name=name
        )
    need_a_person(session, referral, ToDoReason.OTHER, key=f"{WANTS_CALL}:v{referral.version}", note=note)
