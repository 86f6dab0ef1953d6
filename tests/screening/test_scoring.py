"""Which needs the answers of one filling speak of."""

import pytest

from referral.screening.instruments import needs_check
from referral.screening.scoring import Positive, answers_given, positives
from referral.screening.states import WantsHelp
from resources_directory.needs import NeedDomain

FOOD, SAFETY = NeedDomain.FOOD, NeedDomain.INTERPERSONAL_SAFETY


@pytest.mark.parametrize(
    ("answers", "found", "why"),
    [
        ({}, [], "nothing answered"),
        ({"food": "no", "food_want": "no"}, [], "no lack, no wish"),
        ({"food_want": "already"}, [], "help is there and nothing is said to lack"),
        ({"food": "yes", "food_want": "yes"}, [Positive(FOOD, WantsHelp.YES)], "lack and wish"),
        ({"food": "no", "food_want": "yes"}, [Positive(FOOD, WantsHelp.YES)], "the wish alone counts"),
        ({"food": "yes", "food_want": "no"}, [Positive(FOOD, WantsHelp.NO)], "the lack alone counts"),
        ({"food": "yes"}, [Positive(FOOD, WantsHelp.NOT_NOW)], "no wish stated: nothing is done without their word"),
        ({"safety_controlled": "yes"}, [Positive(SAFETY, WantsHelp.NOT_NOW)], "one of two questions is enough"),
        (
            {"safety_controlled": "yes", "safety_afraid_want": "yes"},
            [Positive(SAFETY, WantsHelp.YES)],
            "the wish of a domain counts for all its questions",
        ),
    ],
)
def test_positive_answers_name_their_domain(answers: dict[str, str], found: list[Positive], why: str) -> None:
    assert positives(needs_check(), answers) == found, why


@pytest.mark.parametrize(
    ("ticked", "alone", "kept", "why"),
    [
        ({"food": "skip", "food_want": None}, True, {"food": "skip"}, "what was passed over is written down"),
        ({"food": "declined"}, True, {"food": "declined"}, "as is that somebody would rather not say"),
        ({"food_want": "skip"}, True, {}, "a wish for help is there or not"),
        ({"food": "perhaps"}, True, {}, "an unknown value"),
        ({"gold": "yes"}, True, {}, "an unknown question"),
        ({"safety_afraid": "yes"}, True, {"safety_afraid": "yes"}, "alone"),
        ({"safety_afraid": "yes", "food": "no"}, False, {"food": "no"}, "safety is never kept when not alone"),
    ],
)
def test_only_real_answers_are_kept(ticked: dict[str, str], alone: bool, kept: dict[str, str], why: str) -> None:
    assert answers_given(needs_check(), ticked, alone=alone) == kept, why
