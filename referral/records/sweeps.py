"""What removes old facts: each sweep takes at most BATCH rows that are older than `keep` and returns how many."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, func, select, update

from referral.accounts.factor_models import KeyChallenge
from referral.accounts.link_models import LinkCode, LinkSession
from referral.accounts.models import LoginSession, SignedLink
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.outbox.models import Message
from referral.outbox.moves import states_with
from referral.outbox.states import MessageEvent, MessageState
from referral.records.holds import held_patients
from referral.records.scrubbing import forget_number
from referral.screening.started_models import StartedScreening
from referral.staff_phones.models import StaffText
from referral.todos.models import ToDo

#: Rows of one transaction: writers wait a moment, never long.
BATCH = 500

Sweep = Callable[[ScopedSession, timedelta], int]


def words_of_messages(session: ScopedSession, keep: timedelta) -> int:
    """Remove words, addresses and facts of messages that are not on their way any more, whether they went or not.

    Flushes; the caller commits.
    """
    still_going = [*states_with(MessageEvent.CANCEL), MessageState.SUBMITTING]
    before = clock.now() - keep
    old = select(Message.id).where(
        Message.redacted_at.is_(None),
        Message.created_at < before,
        func.coalesce(Message.sent_at, Message.created_at) < before,
        Message.state.not_in(still_going),
        func.coalesce(Message.patient_id, Message.id).not_in(held_patients()),
    )
    gone: dict[str, Any] = {"body_sealed": None, "to_address_sealed": None, "facts": {}, "redacted_at": clock.now()}
    return _empty(session, _table(Message), _batch(session, old, Message.id), gone)


def words_of_texts(session: ScopedSession, keep: timedelta) -> int:
    """Remove the words of texts that patients sent. Flushes; the caller commits."""
    old = select(InboundMessage.id).where(
        InboundMessage.body_sealed.is_not(None),
        InboundMessage.received_at < clock.now() - keep,
        InboundMessage.patient_id.is_not(None),
        InboundMessage.patient_id.not_in(held_patients()),
    )
    gone: dict[str, Any] = {"body_sealed": None, "redacted_at": clock.now()}
    return _empty(session, _table(InboundMessage), _batch(session, old, InboundMessage.id), gone)


def repeated_words(session: ScopedSession, keep: timedelta) -> int:
    """Remove the notes of finished to-dos that repeat a patient's text. Flushes; the caller commits."""
    old = select(ToDo.id).where(
        ToDo.note_sealed.is_not(None),
        ToDo.subject_kind == InboundMessage.__tablename__,
        ToDo.done_at < clock.now() - keep,
        ToDo.patient_id.not_in(held_patients()),
    )
    return _empty(session, _table(ToDo), _batch(session, old, ToDo.id), {"note_sealed": None})


def texts_of_strangers(session: ScopedSession, keep: timedelta) -> int:
    """Delete texts whose sender is no patient, and their numbers. Flushes; the caller commits."""
    old = select(InboundMessage.id).where(
        InboundMessage.patient_id.is_(None), InboundMessage.received_at < clock.now() - keep
    )
    ids = _batch(session, old, InboundMessage.id)
    inbound = _table(InboundMessage)
    rows = delete(inbound).where(inbound.c.id.in_(ids)).returning(inbound.c.phone_number_id)
    for number_id in sorted(set(session.scalars(rows))):
        forget_number(session, number_id)
    return len(ids)


def words_of_staff_texts(session: ScopedSession, keep: timedelta) -> int:
    """Remove the words of texts from staff phones. Flushes; the caller commits."""
    old = select(StaffText.id).where(StaffText.body_sealed.is_not(None), StaffText.received_at < clock.now() - keep)
    gone: dict[str, Any] = {"body_sealed": None, "redacted_at": clock.now()}
    return _empty(session, _table(StaffText), _batch(session, old, StaffText.id), gone)


def staff_texts_of_strangers(session: ScopedSession, keep: timedelta) -> int:
    """Delete texts to the staff sender from no staff phone, and their numbers. Flushes; the caller commits."""
    old = select(StaffText.id).where(StaffText.staff_phone_id.is_(None), StaffText.received_at < clock.now() - keep)
    ids = _batch(session, old, StaffText.id)
    texts = _table(StaffText)
    rows = delete(texts).where(texts.c.id.in_(ids)).returning(texts.c.phone_number_id)
    for number_id in sorted(set(session.scalars(rows))):
        forget_number(session, number_id)
    return len(ids)


def left_screenings(session: ScopedSession, keep: timedelta) -> int:
    """Delete screenings that were started long ago, finished elsewhere or never. Flushes; the caller commits."""
    old = select(StartedScreening.id).where(
        StartedScreening.started_at < clock.now() - keep, StartedScreening.patient_id.not_in(held_patients())
    )
    return _delete(session, _table(StartedScreening), _batch(session, old, StartedScreening.id))


def browsers_of_links(session: ScopedSession, keep: timedelta) -> int:
    """Delete the browsers that opened a link and were not seen since, codes first. Flushes; the caller commits."""
    codes = select(LinkCode.link_session_id)
    old = select(LinkSession.id).where(LinkSession.seen_at < clock.wall() - keep, LinkSession.id.not_in(codes))
    return _delete(session, _table(LinkSession), _batch(session, old, LinkSession.id))


def ended_links(session: ScopedSession, keep: timedelta) -> int:
    """Delete links that ended long ago and that no browser stands on. Flushes; the caller commits."""
    browsers = select(LinkSession.link_id)
    old = select(SignedLink.id).where(SignedLink.expires_at < clock.now() - keep, SignedLink.id.not_in(browsers))
    return _delete(session, _table(SignedLink), _batch(session, old, SignedLink.id))


def ended_sign_ins(session: ScopedSession, keep: timedelta) -> int:
    """Delete sign-ins of browsers that were not seen since. Flushes; the caller commits."""
    challenged = select(KeyChallenge.login_session_id)
    old = select(LoginSession.id).where(LoginSession.seen_at < clock.wall() - keep, LoginSession.id.not_in(challenged))
    return _delete(session, _table(LoginSession), _batch(session, old, LoginSession.id))


def older(model: type[Any], column: Any, *, by_machine: bool = False) -> Sweep:
    """Return a sweep that deletes the rows of `model` whose `column` is older than is kept."""

    def sweep(session: ScopedSession, keep: timedelta) -> int:
        now = clock.wall() if by_machine else clock.now()
        table = _table(model)
        key = next(iter(table.primary_key.columns))
        ids = list(session.scalars(select(key).where(column < now - keep).order_by(key).limit(BATCH)))
        session.execute(delete(table).where(key.in_(ids)))
        return len(ids)

    return sweep


def _batch(session: ScopedSession, old: Any, key: Any) -> list[UUID]:
    return list(session.scalars(old.order_by(key).limit(BATCH)))


def _delete(session: ScopedSession, table: Table, ids: list[UUID]) -> int:
    session.execute(delete(table).where(table.c.id.in_(ids)))
    return len(ids)


def _empty(session: ScopedSession, table: Table, ids: list[UUID], values: dict[str, Any]) -> int:
    session.execute(update(table).where(table.c.id.in_(ids)).values(values))
    return len(ids)


def _table(model: type[Any]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - mapped classes of ours have tables
    return table
