"""A browser handed to a patient: its sign-in is put aside on the server, and it shows one thing until staff is back.

Only the server decides. The cookie gets a new secret, which opens nothing but the pages of the tablet; so neither the
back button, nor another window, nor a typed address reaches anything of the clinic. Staff take it back with a code of
six digits that they choose for this one time. Why not their password: it would be typed on a device in the patient's
hands, under the eyes of whoever is there, and it opens everything; a code seen by somebody is worth nothing an hour
later. Five wrong codes end the sign-in: then it is a browser where nobody is signed in.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from referral.accounts.models import LoginSession, Person
from referral.accounts.principal import Signed
from referral.accounts.put_aside_models import PutAside
from referral.accounts.sessions import end_login, follow_login, secret_hash
from referral.kit import clock
from referral.kit.crypto import Vault, vault_of
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from resources_directory.db import new_id

#: The pages that such a browser shows, by the beginning of their endpoints, and the first of them.
ITS_PAGES, ITS_HOME = "tablet.", "tablet.show"

#: The name of this work in the audit, and of whoever holds the tablet.
LABEL = "tablet"

DIGITS = 6
MOST_TRIES = 5

#: Longer than anybody answers questions, and much longer than a sign-in idles: once it is over, so is the sign-in.
LASTS = timedelta(hours=2)

_OBVIOUS = ("0123456789", "9876543210")


@dataclass(frozen=True)
class HandedOver:
    """A browser in a patient's hands. `subject_id`: the screening it shows; `member_id`: the clinic.

    Languages are BCP 47: of the patient, and of whoever handed it over.
    """

    id: UUID
    login_session_id: UUID
    member_id: UUID
    subject_id: UUID
    language: str
    staff_language: str


def check_code(code: str | None, *, not_these: tuple[str, ...] = ()) -> str:
    """Return the code. Raises InvalidInput unless it is six digits that nobody would try first."""
    digits = _digits(code or "")
    if len(digits) != DIGITS or len(digits) != len("".join((code or "").split())):
        raise InvalidInput(
            _l("Use six digits. You choose them now, and need them once, to take the tablet back."), "code"
        )
    if len(set(digits)) < 3 or any(digits in row for row in _OBVIOUS) or digits in not_these:
        raise InvalidInput(_l("This code is easy to guess. Choose six other digits."), "code")
    return digits


def put_aside(session: ScopedSession, signed: Signed, *, subject_id: UUID, language: str, code: str) -> str:
    """Return the secret of the browser that now shows `subject_id` only. `code`: of `check_code`. Flushes."""
    former = session.get_one(LoginSession, signed.login_session_id)
    login_id, secret = follow_login(session, former, signed.membership_id)
    put_aside_id = new_id()
    session.add(
        PutAside(
            id=put_aside_id,
            login_session_id=login_id,
            member_id=signed.member_id,
            subject_id=subject_id,
            language=language,
            code_mark=_mark(vault_of(session), put_aside_id, code),
            began_at=clock.wall(),
        )
    )
    session.flush()
    return secret


def handed_over(session: ScopedSession, secret: str) -> HandedOver | None:
    """Return what the browser of a cookie's secret shows while its sign-in is put aside; None for every other one."""
    found = (
        select(PutAside, Person.language)
        .join(LoginSession, LoginSession.id == PutAside.login_session_id)
        .join(Person, Person.id == LoginSession.person_id)
        .where(
            LoginSession.secret_hash == secret_hash(secret),
            LoginSession.ended_at.is_(None),
            PutAside.ended_at.is_(None),
            PutAside.began_at > clock.wall() - LASTS,
        )
    )
    known = session.execute(found).one_or_none()
    if known is None:
        return None
    row, staff_language = known
    return HandedOver(row.id, row.login_session_id, row.member_id, row.subject_id, row.language, staff_language)


def keep_to_its_pages(handed: HandedOver) -> ResponseReturnValue | None:
    """Lead every request of such a browser to what it may show; None for those pages themselves."""
    g.handed, g.language = handed, handed.language
    if (request.endpoint or "").startswith(ITS_PAGES):
        return None
    return redirect(url_for(ITS_HOME), 303)


@dataclass(frozen=True)
class CodeTry:
    """What became of a typed code. `over`: there were too many, and nobody is signed in any more."""

    right: bool
    used: int
    over: bool


def take_try(database: Database, handed: HandedOver, typed: str) -> CodeTry:
    """Return whether `typed` is the code. Each call is one try, counted apart; after five the sign-in is over.

    Runs short transactions of its own; the caller has none open.
    """
    with database.writing(job_scope(LABEL)) as apart:
        tried = apart.execute(
            update(PutAside)
            .where(PutAside.id == handed.id, PutAside.ended_at.is_(None), PutAside.tries < MOST_TRIES)
            .values(tries=PutAside.tries + 1)
            .returning(PutAside.tries, PutAside.code_mark)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        mark = _mark(vault_of(apart), handed.id, _digits(typed))
    right = tried is not None and hmac.compare_digest(tried.code_mark, mark)
    used = tried.tries if tried is not None else MOST_TRIES
    over = not right and used >= MOST_TRIES
    if over:
        with database.writing(job_scope(LABEL)) as apart:
            end_put_aside(apart, handed.id)
            end_login(apart, handed.login_session_id)
    return CodeTry(right, used, over)


def take_back(session: ScopedSession, handed: HandedOver) -> tuple[UUID, str]:
    """Return (id, secret) of the sign-in that goes on, once `take_try` said so. It proves nothing anew: a dangerous
    step asks again who it is. Of two at once one succeeds, the other raises Conflict. Flushes.
    """
    if not end_put_aside(session, handed.id):
        raise Conflict(_l("The tablet was taken back already."))
    former = session.get_one(LoginSession, handed.login_session_id)
    login_id, secret = follow_login(session, former, former.membership_id)
    session.get_one(LoginSession, login_id).confirmed_at = None
    session.flush()
    return login_id, secret


def end_put_aside(session: ScopedSession, put_aside_id: UUID) -> bool:
    """End it; return False when it had ended. Flushes."""
    session.flush()
    ended = session.scalar(
        update(PutAside)
        .where(PutAside.id == put_aside_id, PutAside.ended_at.is_(None))
        .values(ended_at=clock.wall())
        .returning(PutAside.id)
        .execution_options(synchronize_session=False)
    )
    return ended is not None


def _digits(typed: str) -> str:
    """Return what was typed without blanks, digits of any script as 0 to 9."""
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())


def _mark(vault: Vault, put_aside_id: UUID, code: str) -> str:
    """Return what is stored of a code: keyed, so that a stolen database cannot try a million codes against it."""
    return vault.sign(f"put-aside:{put_aside_id.hex}:{code}")
