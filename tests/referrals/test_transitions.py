"""Every state, every event, every kind of actor and every role: the table in transitions.txt is all that can happen."""

from pathlib import Path

import pytest

from referral.accounts.roles import Role
from referral.kit.errors import Denied
from referral.kit.policy import policy
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.referrals.actions import move
from referral.referrals.actors import MAY, ActorKind
from referral.referrals.policies import RULES
from referral.referrals.states import REFERRAL_MACHINE, Mode, ReferralEvent, ReferralState
from tests.referrals.conftest import Place, moves_of

GOLDEN = Path(__file__).with_name("transitions.txt")
NOT_POSSIBLE, NOT_THEIRS = ".", "-"


def golden() -> dict[tuple[str, str], str]:
    """Return what the table says: (state, "event by kind") to the state it leads to, or why it leads nowhere."""
    found, columns = {}, []
    for line in GOLDEN.read_text().splitlines():
        if line.startswith("#") or not line.strip():
            columns = columns if line.strip() else []
            continue
        cells = line.split()
        if not columns:
            columns = cells
            continue
        found |= {
            (cells[0], f"{column} by {cells[1]}"): cell for column, cell in zip(columns[2:], cells[2:], strict=True)
        }
    return found


def drawn() -> str:
    """Return the table as the machine and the actors make it: one block for each kind, one line for each state."""
    width = max(len(state) for state in ReferralState) + 2
    head = "".join(name.ljust(width) for name in ("state", "by", *ReferralEvent)).rstrip()
    lines = [line for line in GOLDEN.read_text().splitlines() if line.startswith("#")] if GOLDEN.exists() else []
    for kind in ActorKind:
        lines += ["", head]
        for state in ReferralState:
            cells = [cell(state, event, kind) for event in ReferralEvent]
            lines.append("".join(name.ljust(width) for name in (state, kind, *cells)).rstrip())
    return "\n".join(lines) + "\n"


def cell(state: ReferralState, event: ReferralEvent, kind: ActorKind) -> str:
    if REFERRAL_MACHINE.who[event] not in MAY[kind]:
        return NOT_THEIRS
    return str(REFERRAL_MACHINE.moves.get((state, event), NOT_POSSIBLE))


def test_the_table_is_what_the_machine_and_the_actors_allow():
    assert drawn() == GOLDEN.read_text()


def test_the_table_names_every_state_event_and_kind():
    assert len(golden()) == len(ReferralState) * len(ReferralEvent) * len(ActorKind)


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize("state", list(ReferralState))
def test_each_move_does_what_the_table_says(
    session: ScopedSession, place: Place, state: ReferralState, kind: ActorKind
):
    table, actor = golden(), place.actors[kind]
    sent = place.referral(state)
    alone = place.referral(state, mode=Mode.SELF_DIRECTED) if (state, kind) == ("held", "clock") else sent

    for event in ReferralEvent:
        referral = alone if event is ReferralEvent.BEGIN else sent
        before = (referral.state, referral.version)
        expected = table[state, f"{event} by {kind}"]
        if expected in (NOT_POSSIBLE, NOT_THEIRS):
            with pytest.raises(Denied if expected == NOT_THEIRS else IllegalMove):
                move(session, referral, event, actor)
            session.flush()
            assert ((referral.state, referral.version), moves_of(session, referral)) == (before, []), event
            continue
        with session.begin_nested() as attempt:
            row = move(session, referral, event, actor, reason="other")
            assert (referral.state, row.from_state, row.to_state) == (expected, state, expected), event
            attempt.rollback()
        session.expire(referral)
        assert (referral.state, referral.version) == before, event


@pytest.mark.parametrize(("mode", "event"), [(Mode.SENT, "send"), (Mode.SELF_DIRECTED, "begin")])
def test_only_the_clock_lets_a_signed_referral_leave(mode: Mode, event: str):
    allowed = [kind for kind in ActorKind if golden()["held", f"{event} by {kind}"] != NOT_THEIRS]

    assert allowed == [ActorKind.CLOCK], mode


#: Role to what its pages can do with a referral at all; every other role can do nothing.
BY_ROLE = {
    Role.CLINICIAN: "sign undo accept decline start waitlist complete fail withdraw cancel mark_error",
    Role.NAVIGATOR: "sign undo accept decline start waitlist complete fail withdraw cancel mark_error",
    Role.ORGANIZATION_STAFF: "accept decline start waitlist complete fail",
    Role.ORGANIZATION_ADMINISTRATOR: "accept decline start waitlist complete fail",
}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_can_do_what_stands_here_and_no_more(role: Role):
    allowed = {event for event in ReferralEvent if role in RULES.get(REFERRAL_MACHINE.who[event], ())}

    assert allowed == set(BY_ROLE.get(role, "").split())


@pytest.mark.parametrize(("mode", "event"), [(Mode.SENT, "begin"), (Mode.SELF_DIRECTED, "send")])
def test_nothing_is_sent_that_the_patient_takes_alone(session: ScopedSession, place: Place, mode: Mode, event: str):
    referral = place.referral(ReferralState.HELD, mode=mode)

    with pytest.raises(IllegalMove):
        move(session, referral, ReferralEvent(event), place.actors[ActorKind.CLOCK])


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", list(ReferralState))
def test_what_a_role_is_offered_is_in_the_table(app, state: ReferralState, role: Role):
    held = {permission for permission in policy.rules if role in policy.roles_with(permission)}

    offered = REFERRAL_MACHINE.events_from(state, held)

    nowhere = (NOT_POSSIBLE, NOT_THEIRS)
    possible = {event for event in ReferralEvent if golden()[state, f"{event} by membership"] not in nowhere}
    assert set(offered) == possible & set(BY_ROLE.get(role, "").split())
