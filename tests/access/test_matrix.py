"""The matrix: every route, every method, every role, every kind of object, each with all that must be true of it."""

import time
from collections.abc import Callable

import pytest

from referral.accounts.models import LinkPurpose
from referral.kit.policy import policy
from tests.access import EVERY_ROLE
from tests.access.cells import ASKS_EVERY_METHOD, cells_of, refused_without_token, run
from tests.access.expected import FRESH, GOLDEN
from tests.access.objects import MAKERS
from tests.access.roles import EVERYBODY, HELD_BY, Who, enter
from tests.access.summary import counted
from tests.access.world import World

TABLE = GOLDEN / "policy.txt"

#: PostgreSQL adds its second wall below the same pages: `make test` asks these there, `make matrix` everybody.
ON_BOTH = ("anonymous", "organization link after its code", "clinician", "organization_staff")
CASES = [("sqlite", who) for who in EVERYBODY] + [
    ("postgresql", who) for who in EVERYBODY if who.name in ON_BOTH or EVERY_ROLE
]


def test_every_route_can_be_asked(world: World) -> None:
    """A new name in an address needs an own, a foreign and an absent object; a purpose of links needs a holder."""
    used = {name for rule in world.app.url_map.iter_rules() for name in rule.arguments}

    assert used - set(MAKERS) == set(), "give each new name a maker in tests/access/objects.py"
    assert set(LinkPurpose) - set(HELD_BY) == set(), "give each new purpose a holder in tests/access/roles.py"


def test_every_role_of_the_policy_is_asked_for(world: World) -> None:
    named = {role for roles in policy.rules.values() for role in roles}
    known = {who.name for who in EVERYBODY}

    assert named <= {str(who.role) for who in EVERYBODY}
    assert set(ON_BOTH) | ASKS_EVERY_METHOD <= known


def test_who_holds_which_permission_is_written_down(world: World) -> None:
    """The matrix expects what the policy says; what the policy says is reviewed here."""
    table = "".join(f"{name}  {' '.join(sorted(roles))}\n" for name, roles in sorted(policy.rules.items()))

    assert table == TABLE.read_text(), f"review the change, then write it to {TABLE.name}"


def test_which_steps_ask_again_who_it_is_is_written_down(world: World) -> None:
    """The matrix expects it of these, whatever the code says; a step that gains or loses it is reviewed here."""
    views = world.app.view_functions.items()
    asking = {name for name, view in views if getattr(view, "asks_fresh", False)}

    assert asking == FRESH, "review the change, then write the endpoints to golden/fresh.txt"


@pytest.mark.parametrize(
    ("world", "who"), CASES, indirect=["world"], ids=[f"{database}-{who.name}" for database, who in CASES]
)
def test_nobody_sees_or_changes_what_is_not_theirs(
    who: Who, world: World, record_property: Callable[[str, object], None]
) -> None:
    browser = enter(world, who)
    world.keeper.keep()
    began = time.process_time()

    tally = run(world, browser)

    seconds = time.process_time() - began
    record_property(*counted(world.database.engine.dialect.name, tally.cells, tally.denials, seconds))
    assert not tally.wrong, "\n".join(tally.wrong)


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database has no part in it
@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.name)
def test_no_step_is_taken_without_the_token_of_its_form(who: Who, world: World) -> None:
    """Cross-site requests are refused before anything else is asked; nothing changes."""
    browser = enter(world, who)
    world.keeper.keep()
    world.app.config["WTF_CSRF_ENABLED"] = True

    try:
        wrong = list(refused_without_token(cells_of(world, browser)))
    finally:
        world.app.config["WTF_CSRF_ENABLED"] = False

    assert wrong == []
