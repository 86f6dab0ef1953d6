"""One answer to several requests: each row is checked and done for itself; one that fails loses none of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError

from referral.kit.errors import ProductError
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.referrals import words
from referral.referrals.inbox_queries import received
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.sent_again import made_before

#: What is done to one of them.
Step = Callable[[ScopedSession, Referral], object]

#: So many at once; a page of the inbox holds fewer.
MOST = 100


@dataclass(frozen=True)
class Chosen:
    """One ticked request, and the version in which its page or file showed it."""

    referral_id: UUID
    version: int


@dataclass(frozen=True)
class RowResult:
    """What became of one row. `words`: where it stands now, or why nothing was changed. `service`, `state`: if ours."""

    referral_id: UUID
    number: str
    done: bool
    words: str
    service: str = ""
    state: str | None = None


def result_of(referral: Referral, *, done: bool, words: str) -> RowResult:
    """Return what became of one of the organization's requests."""
    service = str(referral.service_facts.get("service_name", ""))
    return RowResult(referral.id, short_number(referral.id), done, words, service, referral.state)


def read_chosen(values: Sequence[str], most: int = MOST) -> list[Chosen]:
    """Return the ticked rows of a form, "id:version" each, every request once; what cannot be read is left out."""
    found: dict[UUID, Chosen] = {}
    for value in values[:most]:
        name, _colon, version = value.partition(":")
        try:
            chosen = Chosen(UUID(name), int(version))
        except ValueError:
            continue
        found.setdefault(chosen.referral_id, chosen)
    return list(found.values())


def do_each(
    session: ScopedSession, member_id: UUID, chosen: Sequence[Chosen], step: Step, *, sending: str | None = None
) -> list[RowResult]:
    """Return what became of each row, in their order. Each is a transaction inside the caller's. Flushes.

    `sending`: of the form, as it was sent (sent_again.py).
    """
    rows = received(session, member_id, [each.referral_id for each in chosen])
    return [do_one(session, rows.get(each.referral_id), each, step, sending=sending) for each in chosen]


def moved_on(referral: Referral) -> str:
    """Return the words for a row that is not any more as it was shown."""
    return str(_("Nothing was changed: it has moved on and is now “%(state)s”.", state=words.received_words(referral)))


def do_one(
    session: ScopedSession, referral: Referral | None, chosen: Chosen, step: Step, *, sending: str | None = None
) -> RowResult:
    """Return what became of one row; `referral`: None when it is not among the organization's. Flushes."""
    if referral is None:
        unknown = _("Nothing was changed: it is not among your requests.")
        return RowResult(chosen.referral_id, short_number(chosen.referral_id), False, unknown)
    if referral.version != chosen.version:
        if made_before(session, referral, sending) is not None:
            return result_of(referral, done=True, words=str(words.received_words(referral)))
        return result_of(referral, done=False, words=moved_on(referral))
    try:
        with session.begin_nested():
            step(session, referral)
    except ProductError as error:
        return result_of(referral, done=False, words=_("Nothing was changed: %(why)s", why=str(error.message)))
    except (IllegalMove, StaleDataError):
        session.refresh(referral)
        return result_of(referral, done=False, words=moved_on(referral))
    return result_of(referral, done=True, words=str(words.received_words(referral)))
