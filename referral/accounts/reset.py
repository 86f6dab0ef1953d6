"""A forgotten password: a wish from anybody, a link for whoever has an account, a new password for whoever opens it.

The page only stores the wish, so that it costs the same whether or not the address has an account; the worker answers
it a moment later. A reset never signs anybody in: the new password is used at the sign-in page, and the second factor
is asked for there as ever.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from referral.accounts import throttles
from referral.accounts.identities import has_usable_identity
from referral.accounts.links import end_links, issue_link, open_link, use_link
from referral.accounts.models import LinkPurpose, Member, Membership, Person, SignedLink
from referral.accounts.names import fold_email
from referral.accounts.queries import local_words, person_by_email, usual_membership
from referral.accounts.reset_models import ResetWish
from referral.accounts.sessions import end_logins
from referral.accounts.throttles import Attempt
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Gone
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.kit.worker import Turn, one_by_one
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from resources_directory.db import new_id

LIVES_FOR = timedelta(minutes=30)

#: Who makes the words of the two e-mails.
LINK_COMPOSER = "password_reset"
NOTICE_COMPOSER = "password_changed"

#: Wishes answered in one round.
TURN = Turn("password resets", 50)

_CLOSED = _l("This link no longer works. Ask for a new one on the sign-in page.")


@dataclass(frozen=True)
class OpenReset:
    """A live reset link: whose it is, and what the new password may not lean on."""

    person_id: UUID
    email: str
    personal: tuple[str, ...]


def ask_for_reset(session: ScopedSession, email: str, *, address: str, form_id: UUID | None = None) -> None:
    """Store the wish for a new password. `email` as typed; `address`: the caller's IP address.

    Does the same for every address, whether anybody has it or not. `form_id`: sent twice, a form is one wish as long as
    that waits. Raises Throttled. Flushes; the caller commits.
    """
    folded = fold_email(email)
    if throttles.take_reset_try(session, Attempt(folded, address)):
        # Of the address too: whoever mistyped it sends the same form once more.
        wish = ResetWish(id=uuid5(form_id, folded) if form_id else new_id(), asked_at=clock.wall())
        wish.email = folded
        with suppress(IntegrityError), session.begin_nested():
            session.add(wish)


def answer_reset_wishes(database: Database) -> int:
    """Queue a link for each wish of somebody who may have one, forget every wish; return how many."""
    with database.reading(job_scope("password resets")) as session:
        waiting = TURN.take(database, session, select(ResetWish.id), ResetWish.asked_at, ResetWish.id)
        ids = [row.turn_id for row in waiting]
    return one_by_one("password resets", ids, lambda wish_id: _answer_one(database, wish_id))


def _answer_one(database: Database, wish_id: UUID) -> int:
    with database.job("password resets") as session:
        wish = session.get(ResetWish, wish_id)
        email = (wish.email if wish is not None else None) or ""
        claimed = session.scalar(delete(ResetWish).where(ResetWish.id == wish_id).returning(ResetWish.id))
        person = person_by_email(session, email)
        if claimed is not None and person is not None and may_reset(session, person):
            _send_link(session, person)
        return 1


def may_reset(session: ScopedSession, person: Person) -> bool:
    """Return True if an e-mailed link may give the person a new password.

    Not the suspended, not whoever works nowhere any more, and not whom only their member's provider signs in.
    """
    if person.suspended_at is not None or usual_membership(session, person.id) is None:
        return False
    return person.password_hash is not None or not has_usable_identity(session, person.id)


def open_reset(session: ScopedSession, token: str) -> OpenReset:
    """Return what a live token opens; changes nothing. Raises Gone."""
    person, member_id = _opened(session, open_link(session, token, LinkPurpose.PASSWORD_RESET))
    personal = (person.email, person.name, *local_words(session.get_one(Member, member_id)))
    return OpenReset(person.id, person.email, personal)


def reset_password(session: ScopedSession, token: str, password_hash: str) -> None:
    """Store the new password, sign the person out everywhere, tell them by e-mail. The caller checked the password.

    Of several at once exactly one succeeds; the others raise Gone. Flushes; the caller commits.
    """
    link = open_link(session, token, LinkPurpose.PASSWORD_RESET)
    use_link(session, link)
    person, member_id = _opened(session, link)
    person.password_hash = password_hash
    end_links(session, LinkPurpose.PASSWORD_RESET, person.id)
    end_logins(session, person.id)
    record(session, AuditKind.PASSWORD_RESET, actor="link", person_id=person.id, clinic_id=member_id)
    tell_of_new_password(session, person, dedupe_key=f"{NOTICE_COMPOSER}:{link.id}")


def tell_of_new_password(session: ScopedSession, person: Person, *, dedupe_key: str) -> None:
    """Queue the e-mail that says the password was changed; nobody but the owner knows whether they did it. Flushes."""
    _queue(session, person, NOTICE_COMPOSER, subject_id=person.id, dedupe_key=dedupe_key)


def _opened(session: ScopedSession, link: SignedLink) -> tuple[Person, UUID]:
    """Return whom the link lets choose a password, and the member they act under. Raises Gone."""
    person = session.get(Person, link.subject_id)
    membership_id = usual_membership(session, link.subject_id)
    if person is None or membership_id is None or not may_reset(session, person):
        raise Gone(_CLOSED)
    return person, session.get_one(Membership, membership_id).member_id


def _send_link(session: ScopedSession, person: Person) -> None:
    link = issue_link(session, LinkPurpose.PASSWORD_RESET, person.id, expires_at=clock.now() + LIVES_FOR)
    _queue(session, person, LINK_COMPOSER, subject_id=link.id, dedupe_key=f"{LINK_COMPOSER}:{link.id}", link=link)


def _queue(
    session: ScopedSession,
    person: Person,
    composer: str,
    *,
    subject_id: UUID,
    dedupe_key: str,
    link: SignedLink | None = None,
) -> None:
    membership_id = usual_membership(session, person.id)
    if membership_id is None:
        return
    mail = NewMessage(
        channel=Channel.EMAIL,
        composer=composer,
        template=composer,
        clinic_id=session.get_one(Membership, membership_id).member_id,
        subject_kind=composer,
        subject_id=subject_id,
        dedupe_key=dedupe_key,
        to_address=person.email,
        facts={"language": person.language},
        expires_at=link.expires_at if link else None,
    )
    with session.widened("account e-mail"):  # whoever opened the link is nobody, or acts under another member
        queue_message(session, mail)
