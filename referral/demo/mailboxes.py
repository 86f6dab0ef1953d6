"""What the simulator shows of e-mail: the mailbox of each member, and the e-mails in it with their links."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from referral.accounts.models import Member
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.outbox.states import Channel
from referral.referrals.models import Referral
from referral.referrals.notices import SUBJECT
from referral.referrals.proving import CODE_SUBJECT

#: The newest so many e-mails are looked at.
MOST = 2000


@dataclass(frozen=True)
class Mailbox:
    """The mailbox of one member, with the number of its e-mails and the moment of the newest."""

    member_id: UUID
    name: str
    count: int
    newest: datetime


@dataclass(frozen=True)
class Piece:
    """A piece of an e-mail's words. `path`: where it leads on our own pages, when it is one of our links."""

    text: str
    path: str | None = None


@dataclass(frozen=True)
class Mail:
    """One e-mail as it lies in a mailbox."""

    message_id: UUID
    subject: str
    paragraphs: tuple[tuple[Piece, ...], ...]
    when: datetime
    language: str | None


def mailboxes(session: ScopedSession, words: str | None = None) -> list[Mailbox]:
    """Return the mailboxes whose member's name holds `words`, the one with the newest e-mail first."""
    names = {member.id: member.name for member in session.scalars(select(Member).order_by(Member.id))}
    boxes = [
        Mailbox(member_id, names[member_id], len(mails), max(sent_at for _message_id, sent_at in mails))
        for member_id, mails in _mail_by_member(session).items()
        if not words or words.casefold() in names[member_id].casefold()
    ]
    return sorted(boxes, key=lambda box: (-box.newest.timestamp(), box.name, box.member_id))


def mails_of(session: ScopedSession, member_id: UUID, *, base_url: str) -> list[Mail]:
    """Return the e-mails in a member's mailbox, newest first. Links that begin with `base_url` (ours) become paths."""
    ids = [message_id for message_id, _sent_at in _mail_by_member(session).get(member_id, ())]
    rows = session.scalars(select(Message).where(Message.id.in_(ids)).order_by(Message.sent_at.desc(), Message.id))
    return [_mail(message, base_url) for message in rows]


def pieces_of(text: str, base_url: str) -> tuple[Piece, ...]:
    """Return the words cut at our own links; an address of another host stays words."""
    ours = re.compile(rf"{re.escape(base_url)}(/[^\s<>\"]*[^\s<>\".,;:!?)])")
    pieces, end = [], 0
    for found in ours.finditer(text):
        pieces += [Piece(text[end : found.start()]), Piece(found[0], found[1])]
        end = found.end()
    return tuple(piece for piece in (*pieces, Piece(text[end:])) if piece.text)


def _mail_by_member(session: ScopedSession) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """Return (message id, moment) by member. About a referral: its receiver's; an invitation: the inviting member's."""
    received = select(Referral.id, Referral.receiver_id).where(Referral.receiver_id.is_not(None))
    receivers = dict(session.execute(received.order_by(Referral.id)).all())
    sent = select(Message.id, Message.sent_at, Message.subject_kind, Message.subject_id, Message.clinic_id).where(
        Message.channel == Channel.EMAIL, Message.sent_at.is_not(None)
    )
    found: dict[UUID, list[tuple[UUID, datetime]]] = defaultdict(list)
    rows = session.execute(sent.order_by(Message.sent_at.desc(), Message.id).limit(MOST))
    for message_id, sent_at, kind, subject_id, clinic_id in rows:
        member_id = receivers.get(subject_id) if kind in (SUBJECT, CODE_SUBJECT) else clinic_id
        if member_id is not None and sent_at is not None:
            found[member_id].append((message_id, sent_at))
    return found


def _mail(message: Message, base_url: str) -> Mail:
    assert message.sent_at is not None  # noqa: S101 - only sent e-mails are asked for
    subject, _newline, words = (message.body or "").partition("\n")
    paragraphs = tuple(pieces_of(paragraph, base_url) for paragraph in words.split("\n\n") if paragraph.strip())
    return Mail(message.id, subject, paragraphs, message.sent_at, message.language)
