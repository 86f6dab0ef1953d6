"""Two people act on one referral at the same moment: exactly one wins, and nothing is half done."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.state_machine import IllegalMove
from referral.kit.transaction import Database
from referral.referrals.actions import accept, cancel, decline, move, withdraw
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.queries import referral_by_id
from referral.referrals.states import DeclineReason, Mode, ReferralEvent, ReferralState
from tests.referrals.conftest import Place, moves_of

Step = Callable[[ScopedSession, Referral], object]


def together(app, database: Database, steps: list[tuple[object, Step]]) -> list[str]:
    """Run each step in a thread and a transaction of its own, all having read before any writes where they can."""
    barrier = threading.Barrier(len(steps))
    results = ["?"] * len(steps)

    def run(number: int) -> None:
        referral_id, step = steps[number]
        try:
            with app.app_context(), database.job("test") as session:
                barrier.wait(10)
                referral = referral_by_id(session, referral_id)
                step(session, referral)
            results[number] = "won"
        except (StaleDataError, IllegalMove, Conflict):
            results[number] = "lost"

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(results)


PAIRS = [
    (ReferralState.SENT, "accept", "decline"),
    (ReferralState.SENT, "accept", "cancel"),
    (ReferralState.SENT, "accept", "accept"),
    (ReferralState.ACCEPTED, "cancel", "withdraw"),
]


def steps(place: Place) -> dict[str, Step]:
    link, clinic = place.actors[ActorKind.LINK], place.actors[ActorKind.MEMBERSHIP]
    return {
        "accept": lambda session, referral: accept(session, referral, link),
        "decline": lambda session, referral: decline(session, referral, link, reason=DeclineReason.OTHER),
        "cancel": lambda session, referral: cancel(session, referral, clinic),
        "withdraw": lambda session, referral: withdraw(session, referral, clinic),
    }


@pytest.mark.parametrize(("state", "one", "other"), PAIRS, ids=[f"{one}-{other}" for _, one, other in PAIRS])
def test_of_two_who_act_at_once_one_wins(app, place: Place, database: Database, state, one, other):
    referral = place.referral(state)
    place.town.commit()
    verbs = steps(place)

    results = together(app, database, [(referral.id, verbs[one]), (referral.id, verbs[other])])

    place.town.session.refresh(referral)
    # Cancelling what was just accepted is legal: then both come after each other, each with its own history row.
    won = results.count("won")
    assert won == len(moves_of(place.town.session, referral)) >= 1
    assert won == 1 or (one, other) == ("accept", "cancel")


def test_whoever_read_before_the_other_wrote_loses(database: Database, place: Place):
    referral = place.referral(ReferralState.SENT)
    place.town.commit()
    # SQLite lets no second writer begin; a reader who then wants to write holds an old row there too.
    mine = database.open(job_scope("mine"), read=database.engine.dialect.name == "sqlite")
    stale = referral_by_id(mine, referral.id)
    with database.job("other") as other:
        accept(other, referral_by_id(other, referral.id), place.actors[ActorKind.LINK])

    with pytest.raises((StaleDataError, OperationalError)):
        decline(mine, stale, place.actors[ActorKind.LINK], reason=DeclineReason.OTHER)
    mine.close()


def test_of_two_referrals_signed_for_one_need_at_once_one_is_held(app, place: Place, database: Database):
    first, second = place.referral(ReferralState.DRAFT), place.referral(ReferralState.DRAFT)
    place.town.commit()

    def sign(session: ScopedSession, referral: Referral) -> object:
        return move(session, referral, ReferralEvent.SIGN, place.actors[ActorKind.MEMBERSHIP])

    results = together(app, database, [(first.id, sign), (second.id, sign)])

    assert results == ["lost", "won"]


def test_of_two_who_send_a_patient_to_one_service_at_once_one_is_held(app, place: Place, database: Database):
    first, second = (place.referral(ReferralState.DRAFT, mode=Mode.SELF_DIRECTED) for _colleague in range(2))
    place.town.commit()

    def sign(session: ScopedSession, referral: Referral) -> object:
        return move(session, referral, ReferralEvent.SIGN, place.actors[ActorKind.MEMBERSHIP])

    results = together(app, database, [(first.id, sign), (second.id, sign)])

    assert results == ["lost", "won"]
