"""Codes mailed to an address on file: the second step before a link shows a person.

ASVS 5.0, 6.5.x and 6.6.x: eight digits (26 bits), ten minutes, one use also in a race, bound to the link session that
asked, five tries, three mails an hour to one address. The digits are minted from 128 random bits under the
installation's key when the mail is rendered; the database holds neither them nor anything they could be tried against.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select, update

from referral.accounts.link_models import LinkCode, LinkSession
from referral.accounts.link_sessions import renew_secret
from referral.accounts.mail_allowances import allowance_key, give_allowance_back, take_allowance
from referral.kit import clock
from referral.kit.crypto import Vault, vault_of
from referral.kit.errors import Throttled
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

DIGITS = 8
LIVES_FOR = timedelta(minutes=10)
MOST_TRIES = 5

#: How long after a code the person may be shown without another one.
PROVEN_FOR = timedelta(minutes=30)

SEED_BYTES = 16
#: The kind under which mails with codes are counted.
CODE_KIND = "code"


class CodeFault(StrEnum):
    """Why a code was not taken."""

    WRONG = "wrong"
    OVER = "over"


@dataclass(frozen=True)
class Proof:
    """The outcome of a code: the browser's new secret, or why it was not taken."""

    secret: str | None = None
    fault: CodeFault | None = None


def new_code(session: ScopedSession, link_session_id: UUID, address: str, *, code_id: UUID | None = None) -> LinkCode:
    """Return a new code for a link session, to be mailed to `address`; the one before is dead.

    `code_id` is the form's id: sent twice, it is one code as long as that may still be typed. Raises Throttled when
    three went to the address within the hour. Flushes; the caller commits.
    """
    known = _living_code(session, link_session_id, code_id)
    if known is not None:
        return known
    key, now = allowance_key(session, CODE_KIND, address), clock.wall()
    if not take_allowance(session, key):
        raise Throttled(_l("Three codes were sent to this address within an hour. Wait a while, or call the clinic."))
    # Locked, so that of two asked for at once the first is ended by the second.
    session.execute(select(LinkSession.id).where(LinkSession.id == link_session_id).with_for_update(key_share=True))
    known = _living_code(session, link_session_id, code_id)  # the same form, sent twice in the same moment
    if known is not None:
        return known
    session.execute(
        update(LinkCode)
        .where(LinkCode.link_session_id == link_session_id, LinkCode.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    is_taken = code_id is None or session.scalar(select(LinkCode.id).where(LinkCode.id == code_id)) is not None
    code = LinkCode(
        id=new_id() if is_taken else code_id,
        link_session_id=link_session_id,
        seed=secrets.token_bytes(SEED_BYTES),
        address_key=key,
        tries=0,
        created_at=now,
        expires_at=now + LIVES_FOR,
    )
    session.add(code)
    session.flush()
    return code


def live_code(session: ScopedSession, link_session_id: UUID) -> LinkCode | None:
    """Return the code that a link session may still type, or None."""
    return session.scalar(
        select(LinkCode)
        .where(LinkCode.link_session_id == link_session_id, *_living())
        .order_by(LinkCode.created_at.desc(), LinkCode.id.desc())
        .limit(1)
    )


def code_to_mail(session: ScopedSession, code_id: UUID) -> LinkCode | None:
    """Return a code that is still worth mailing, or None."""
    return session.scalar(select(LinkCode).where(LinkCode.id == code_id, *_living()))


def digits_of(vault: Vault, code: LinkCode) -> str:
    """Return the eight digits of a code."""
    number = int(vault.sign(f"code:{code.link_session_id.hex}:{code.id.hex}:{code.seed.hex()}"), 16)
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def prove(session: ScopedSession, link_session_id: UUID, typed: str) -> Proof:
    """Return the new secret of the link session if `typed` is its code, or why not. Each call is one try.

    Of several at once with the right code exactly one succeeds: the row is locked by the try until the caller commits,
    which it does also when the code was wrong. Flushes.
    """
    session.flush()
    tried = session.scalar(
        update(LinkCode)
        .where(LinkCode.link_session_id == link_session_id, *_living())
        .values(tries=LinkCode.tries + 1)
        .returning(LinkCode.id)
        .execution_options(synchronize_session=False)
    )
    if tried is None:
        return Proof(fault=CodeFault.OVER)
    code = session.get_one(LinkCode, tried, populate_existing=True)
    if not hmac.compare_digest(
        digits_of(vault_of(session), code).encode(), _typed_digits(typed).encode(errors="replace")
    ):
        return Proof(fault=CodeFault.WRONG if code.tries < MOST_TRIES else CodeFault.OVER)
    code.used_at = clock.wall()
    give_allowance_back(session, code.address_key)
    return Proof(secret=renew_secret(session, link_session_id, proven_until=clock.wall() + PROVEN_FOR))


def _living_code(session: ScopedSession, link_session_id: UUID, code_id: UUID | None) -> LinkCode | None:
    if code_id is None:
        return None
    mine = (LinkCode.id == code_id, LinkCode.link_session_id == link_session_id)
    return session.scalar(select(LinkCode).where(*mine, *_living()))


def _typed_digits(typed: str) -> str:
    """Return what was typed without blanks and hyphens, digits of any script as 0 to 9."""
    kept = (character for character in typed if not character.isspace() and character != "-")
    return "".join(str(int(character)) if character.isdecimal() else character for character in kept)


def _living() -> tuple[ColumnElement[bool], ...]:
    return (
        LinkCode.used_at.is_(None),
        LinkCode.ended_at.is_(None),
        LinkCode.tries < MOST_TRIES,
        LinkCode.expires_at > clock.wall(),
    )
