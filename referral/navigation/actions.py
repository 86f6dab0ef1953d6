"""What a person does with a to-do: take it over, and write down what the patient said happened."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.followups.said import end_search
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import Side
from referral.referrals.testimonies import GivenTestimony, testify
from referral.screening.models import Need
from referral.screening.queries import OVER
from referral.screening.states import NeedStatus
from referral.todos.models import ToDo

#: What only the person can say about their need.
SAID_OF_NEEDS = (NeedStatus.MET, NeedStatus.PARTLY, NeedStatus.OPEN, NeedStatus.GONE)


def expect_version(to_do: ToDo, version: int) -> None:
    """Raise Conflict unless the to-do still stands as on the page that was sent."""
    if to_do.version != version:
        raise Conflict(_l("Somebody changed this to-do while the page was open. Open it again to see how it stands."))


def take_over(session: ScopedSession, to_do: ToDo, *, by: UUID, version: int) -> None:
    """Make `by` the owner for good; who owned it before stands in.

    Raises Conflict when it is done or has changed. Flushes.
    """
    if to_do.done_at is not None:
        raise Conflict(_l("Somebody has already done this. Open the list again to see what is left."))
    if to_do.owner_person_id == by:
        return
    expect_version(to_do, version)
    to_do.deputy_person_id = to_do.owner_person_id or to_do.deputy_person_id
    if to_do.deputy_person_id == by:
        to_do.deputy_person_id = None
    to_do.owner_person_id, to_do.covers_for_person_id = by, None
    session.flush()


def keep_words_too(session: ScopedSession, to_do: ToDo, words: str, *, name: str) -> None:
    """Keep what somebody else did beside the words of whoever finished it first. Flushes."""
    to_do.outcome = f"{to_do.outcome or ''}\n\n{name}: {words}".strip()
    session.flush()


def has_words(to_do: ToDo, words: str, *, by: UUID, name: str) -> bool:
    """Return True if a finished to-do tells these words of this person already: the form was sent twice."""
    told = to_do.outcome or ""
    return (to_do.done_by == by and told == words) or f"\n\n{told}".endswith(f"\n\n{name}: {words}")


def record_words_of_patient(
    session: ScopedSession, referral: Referral, given: GivenTestimony, *, need_status: NeedStatus | None
) -> Testimony:
    """Return what the patient said about the referral, stored, after the closing rule; their need stands as they say.

    `need_status`: None when they did not say. Raises InvalidInput, IllegalMove. Flushes; the caller commits.
    """
    if given.side is not Side.PATIENT:
        raise InvalidInput(_l("Only what the patient said is written down here."))
    if need_status is not None and need_status not in SAID_OF_NEEDS:
        raise InvalidInput(_l("Choose one."), "need_status")
    testimony = testify(session, referral, given)
    if need_status is not None:
        need = session.scalar(select(Need).where(Need.id == referral.need_id))
        if need is not None:
            need.status = need_status
            if need_status not in OVER:
                need.confirmed_at, need.confirmed_by = clock.now(), given.taken_by
            session.flush()
            if need_status in OVER:
                end_search(session, need.id, by=given.taken_by)
    return testimony
