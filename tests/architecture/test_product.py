"""Facts about the whole product: routes and policies, tables and models, machines, patient texts."""

from pathlib import Path

import pytest
from flask import Flask

from referral.app import create_app
from referral.followups.states import QUESTION_MACHINE
from referral.kit import hooks
from referral.kit.hooks import Hook, UnfilledHook
from referral.kit.policy import RouteWithoutPolicy, route_policies
from referral.kit.settings import Settings
from referral.kit.state_machine import IllegalMove, Machine
from referral.messaging.catalog import shipped_catalog
from referral.messaging.text_checks import check_catalog
from referral.outbox.states import MESSAGE_MACHINE
from referral.referrals.states import REFERRAL_MACHINE

ROUTES = Path(__file__).with_name("routes.txt")
MACHINES = (REFERRAL_MACHINE, MESSAGE_MACHINE, QUESTION_MACHINE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    key = "a2V5LW9mLXRoZS10ZXN0cy0tLTMyLWJ5dGVzLWxvbmc="
    return Settings(f"sqlite:///{tmp_path}/x.sqlite3", "tests-only", key, "http://localhost")


def test_routes_and_permissions_equal_the_reviewed_table(settings: Settings) -> None:
    rows = route_policies(create_app(settings))

    table = "\n".join(f"{path}  [{methods}]  {name}" for path, methods, _endpoint, name in rows) + "\n"
    assert table == ROUTES.read_text(), "review the change, then write it to tests/architecture/routes.txt"


def test_a_route_without_a_policy_stops_the_start(settings: Settings) -> None:
    app: Flask = create_app(settings)
    app.add_url_rule("/forgotten", view_func=lambda: "")

    with pytest.raises(RouteWithoutPolicy):
        route_policies(app)


def test_an_unfilled_hook_stops_the_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "_declared", [])
    Hook("forgotten")

    with pytest.raises(UnfilledHook, match="forgotten"):
        create_app(settings)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_of_the_machine_can_be_reached(machine: Machine) -> None:  # type: ignore[type-arg]
    assert machine.reachable() == set(machine.states())


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_pair_of_the_machine_moves_or_raises(machine: Machine) -> None:  # type: ignore[type-arg]
    for state in machine.states():
        for event in machine.who:
            if (state, event) in machine.moves:
                assert machine.next_state(state, event) in machine.states()
            else:
                with pytest.raises(IllegalMove):
                    machine.next_state(state, event)


def test_every_patient_text_obeys_the_rules_of_texts() -> None:
    assert check_catalog(shipped_catalog()) == ()
