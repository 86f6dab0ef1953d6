"""A double click, the back button, a lost answer: every form that is sent twice has one effect.

Sent is what a browser sends from the form's own page. What this world cannot do is shown elsewhere, by name.
"""

import re
from pathlib import Path

import pytest

from tests.access.bodies import STEPS
from tests.access.doubling import Doubled, Doubler
from tests.access.refusing import rules_of
from tests.access.world import World

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]

#: Steps whose second effect is right, with the tables that show it.
RIGHT: dict[str, tuple[set[str], str]] = {
    **dict.fromkeys(
        ("answering.details", "inbox.details"), ({"disclosure"}, "each look at a person's facts is written down")
    ),
    **dict.fromkeys(
        ("factors.key_options", "own_factors.key_options"), ({"key_challenge"}, "a script asks; the newest counts")
    ),
    "own_factors.begin_app": ({"second_factor"}, "one that was begun before is dropped"),
    "own_factors.renew_codes": ({"recovery_code"}, "they are shown once, so whoever asks again sees new ones"),
}

#: What proves who somebody is works once, and what was typed is wrong the second time.
WORKS_ONCE = frozenset(
    {
        "account.password", "accounts.enter", "answering.check_code", "factors.answer", "factors.answer_with_key",
        "factors.confirmed", "own_factors.finish_app", "own_factors.finish_key", "questions.year", "tablet.take",
    }
)  # fmt: skip
#: Questions, looks, steps on the way to another site, and the demo's own clock.
CHANGES_NOTHING = frozenset(
    {
        "accounts.enter_demo", "inbox.find", "request_files.look", "simulator.move_on", "single_sign_on.begin",
        "single_sign_on.begin_invitation", "single_sign_on.begin_link", "single_sign_on.find",
    }
)  # fmt: skip
#: The world stands where they lead already, and the matrix sees them refused there.
REFUSED_AFTERWARDS = frozenset({"holds.place", "holds.keep", "holds.lift"})
#: What this world cannot do, and the test that does it twice.
ELSEWHERE = {
    "calling.answer": "navigation/test_asking.py::test_an_answer_sent_twice_is_one",
    "conversation.answer": "followups/test_conversation_page.py::"
    "test_a_text_by_hand_sent_twice_from_one_form_leaves_once",
    "navigation.lose": "navigation/test_lost.py::test_the_button_pressed_twice_closes_it_once",
    "plan.other_place": "plan/test_actions.py::test_another_place_is_named_and_chosen_and_nothing_is_shared_by_it",
    "plan_keys.choose_need": "plan/test_keys.py::test_a_choice_made_twice_is_one",
    "prescriptions.review_or_sign": "prescriptions/test_views.py::test_sent_twice_it_is_signed_once",
    "privacy_demands.add_step": "privacy/test_demands.py::test_a_step_sent_twice_is_one",
    "privacy_emergency.judge": "privacy/test_emergencies.py::test_it_is_reviewed_once",
    "providers.save": "accounts/test_single_sign_on.py::test_a_provider_connected_twice_is_one",
    "request_files.apply": "referrals/test_csv_in.py::test_the_same_file_again_changes_nothing",
    "screening.record_answers": "screening/test_views.py::test_the_same_answers_sent_twice_are_one_screening",
    "simulator.reply": "demo/test_simulator.py::test_a_reply_posted_twice_is_stored_once",
    "simulator.staff_reply": "staff_phones/test_simulated.py::test_a_reply_posted_twice_is_one",
    "staff_phones.confirm": "staff_phones/test_phones.py::test_a_code_sent_twice_proves_the_phone_once",
    "started.text": "screening/test_link.py::test_the_button_pressed_twice_sends_one_link",
    "webhooks.inbound": "messaging/test_webhooks.py::test_the_same_webhook_five_times_is_one_text",
    "webhooks.staff_inbound": "staff_phones/test_answering.py::"
    "test_a_doubled_webhook_is_one_text_and_a_doubled_answer_has_one_effect",
    "webhooks.status": "messaging/test_webhooks.py::test_a_status_moves_the_message_and_is_stored_once",
}


@pytest.fixture(scope="module")
def doubled(world: World) -> dict[str, Doubled | None]:
    """Every form, sent twice, by endpoint; None where nobody in this world can do it."""
    doubler = Doubler(world)
    return {rule.endpoint: doubler.doubled(rule) for rule in rules_of(world, "POST")}


@pytest.mark.parametrize("world", ["sqlite", "postgresql"], indirect=True)
def test_a_form_sent_twice_has_one_effect(doubled: dict[str, Doubled | None]) -> None:
    sent = [each for each in doubled.values() if each is not None]

    second = {each.endpoint: each.second for each in sent if each.second}

    assert second == {endpoint: tables for endpoint, (tables, _why) in RIGHT.items()}
    assert [each.endpoint for each in sent if each.again.status_code >= 500] == []


#: Forms whose second answer is another than their first, and why that is right.
ANSWERED_ANEW: dict[str, str] = {
    **dict.fromkeys(
        ("accounts.choose_membership", "glass.begin", "glass.end", "started.hand_over"),
        "it gives the browser another session: what is sent under the one before is sent by nobody",
    ),
    **dict.fromkeys(
        ("accounts.take_up", "reset.choose"), "the link behind it works once, and says that it has been used"
    ),
    **dict.fromkeys(
        ("closed_days.remove", "own_factors.remove", "patients.retire", "single_sign_on.unlink"),
        "what it took away is there no more",
    ),
    "calling.do_now": "the call may be made meanwhile: it leads to what is to do next",
    "own_factors.begin_app": "one that was begun before is dropped, and the newest is shown",
}


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_the_second_answer_leads_where_the_first_did(doubled: dict[str, Doubled | None]) -> None:
    """Whoever sends a form again, since they saw no answer, learns that it was taken."""
    sent = [each for each in doubled.values() if each is not None and each.first.status_code < 400]

    others = {
        each.endpoint: [(one.status_code, one.location) for one in (each.first, each.again)]
        for each in sent
        if (each.first.status_code, each.first.location) != (each.again.status_code, each.again.location)
    }

    assert others.keys() == ANSWERED_ANEW.keys(), others


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_no_step_is_forgotten(doubled: dict[str, Doubled | None]) -> None:
    undone = {endpoint for endpoint, each in doubled.items() if each is None or each.first.status_code >= 400}

    assert undone == WORKS_ONCE | CHANGES_NOTHING | REFUSED_AFTERWARDS | set(ELSEWHERE), "show that it has one effect"
    assert {STEPS[each].status for each in REFUSED_AFTERWARDS} == {409}
    missing = [place for place in ELSEWHERE.values() if not _is_there(*place.split("::"))]
    assert missing == []


def _is_there(path: str, name: str) -> bool:
    return re.search(rf"^def {name}\(", (TESTS / path).read_text(encoding="utf-8"), re.MULTILINE) is not None
