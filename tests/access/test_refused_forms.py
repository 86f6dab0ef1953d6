"""Every form of the product, sent without anything typed and full of nonsense: the page says what to mend, and where.

A new form is found on its page. What stands on no page of this world must be named here, so that nobody forgets it.
"""

from collections.abc import Callable, Mapping

import pytest

from tests.access.error_rules import faults_of
from tests.access.objects import Address, Asker
from tests.access.refusing import Sender, Sending, is_filled_in, rules_of
from tests.access.tenants import PLAN_WORD
from tests.access.world import World

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the database has no part in it

Body = Callable[[Asker, Address], Mapping[str, object]]


def nothing(_asker: Asker, _address: Address) -> Mapping[str, object]:
    """An empty form."""
    return {}


def _code(asker: Asker, _address: Address) -> Mapping[str, object]:
    return {"code-about": asker.browser.link_session_id}


def _token(asker: Asker, _address: Address) -> Mapping[str, object]:
    return {"token": asker.own.tokens["reset"], "password": PLAN_WORD}


def _offered(asker: Asker, _address: Address) -> Mapping[str, object]:
    return {"to": asker.foreign.clinic_id, "words_language": "en"}


def _paper(_asker: Asker, _address: Address) -> Mapping[str, object]:
    return {"mode": "staff", "chosen_instrument": "needs_check@2026-11", "language": "en", "respondent": "patient"}


#: Forms of pages that come up only on the way: after a search, a preview, an earlier step. What is sent, and refused.
ON_THE_WAY: dict[str, Body] = {
    **dict.fromkeys(
        (
            "calling.answer", "conversation.answer", "conversation.pause_all", "factors.answer_with_key",
            "holds.place", "patient_moves.offer", "plan.other_place", "plan_entry.open_page",
            "plan_keys.choose_need", "prescriptions.review_or_sign", "privacy_emergency.judge", "questions.year",
            "records.erase_for_good", "request_files.apply", "staff_phones.confirm", "started.text",
        ),
        nothing,
    ),
    "answering.check_code": _code,
    "reset.choose": _token,
    "screening.record_answers": _paper,
}  # fmt: skip
#: Single buttons that this world's pages do not show; and what no page sends, but a script, a provider or a demo.
NOTHING_TO_FILL_IN = frozenset(
    {
        "accounts.choose_language", "accounts.choose_membership", "accounts.enter_demo", "accounts.leave",
        "answering.ask_for_code", "arriving.exchange", "arriving.mail_fresh", "calling.take_up",
        "factors.key_options", "holds.keep", "holds.lift", "households.put_in", "households.take_out", "inbox.tap",
        "navigation.lose", "own_factors.key_options",
        "patient_moves.withdraw", "patient_records.undo_death", "people.restore", "privacy_emergency.end",
        "providers.remove", "questions.exchange", "referrals.find_other_places", "simulator.move_on",
        "simulator.reply", "simulator.staff_reply",
        "single_sign_on.begin", "single_sign_on.begin_invitation", "single_sign_on.begin_link",
        "single_sign_on.unlink", "staff_phones.stop", "staff_phones.text_code", "webhooks.inbound",
        "webhooks.staff_inbound", "webhooks.status",
    }
)  # fmt: skip
#: Whoever fills them in may skip every question.
TAKE_ANYTHING = frozenset({"questions.answer", "tablet.answer", "started.go_on"})


@pytest.fixture(scope="module")
def sendings(world: World) -> dict[str, list[Sending]]:
    """Every form, as it was sent and answered, by endpoint."""
    sender, found = Sender(world), {}
    for rule in rules_of(world, "POST"):
        if rule.endpoint in ON_THE_WAY:
            refused = sender.sending_of(rule, ON_THE_WAY[rule.endpoint])
            found[rule.endpoint] = [refused] if refused else []
        elif rule.endpoint not in NOTHING_TO_FILL_IN:
            found[rule.endpoint] = sender.sendings(rule)
    return found


def test_every_form_is_sent(sendings: dict[str, list[Sending]]) -> None:
    unsent = sorted(endpoint for endpoint, sent in sendings.items() if not sent)

    assert unsent == [], "no page shows their form: name them in ON_THE_WAY with a body that is refused"


def test_every_form_is_refused_at_least_once(sendings: dict[str, list[Sending]]) -> None:
    filled_in = {endpoint: sent for endpoint, sent in sendings.items() if any(map(is_filled_in, sent))}
    never = {endpoint for endpoint, sent in filled_in.items() if not any(each.refused for each in sent)}

    assert never == TAKE_ANYTHING
    assert len(filled_in) > 50


def test_a_refused_form_says_what_to_mend_and_loses_nothing(sendings: dict[str, list[Sending]]) -> None:
    refused = [each for sent in sendings.values() for each in sent if each.refused]

    wrong = [f"{each}: {fault}" for each in refused for fault in faults_of(each.answer.text, each.typed)]

    assert not wrong, "\n".join(wrong)
