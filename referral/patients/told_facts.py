"""Facts that a patient may tell one organization about their life at home: closed choices, kept nowhere else. Pure.

None of them says who the patient is, so the first page that an organization sees may show them. There is deliberately
none about origin, status, papers, health or money.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.patients.states import SharedField


@dataclass(frozen=True)
class ToldFact:
    """A fact as the pages of staff and organizations call it. `choices`: stored value to words."""

    label: LazyString
    choices: Mapping[str, LazyString | str]


#: The largest household that is counted; the last choice is "that many, or more".
MOST_COUNTED = 9

TOLD_FACTS: Mapping[SharedField, ToldFact] = {
    SharedField.HOUSEHOLD_SIZE: ToldFact(
        _l("People in the household"),
        {str(n): str(n) for n in range(1, MOST_COUNTED)} | {str(MOST_COUNTED): _l("9 or more")},
    ),
    SharedField.CHILDREN_UNDER_5: ToldFact(
        _l("Children under 5 at home"),
        {"0": _l("None"), "1": _l("One"), "2": _l("Two"), "3": _l("Three or more")},
    ),
    SharedField.DIET: ToldFact(
        _l("Diet"),
        {
            "any": _l("Eats everything"),
            "vegetarian": _l("Vegetarian"),
            "vegan": _l("Vegan"),
            "no_pork": _l("No pork"),
            "halal": _l("Halal"),
            "kosher": _l("Kosher"),
        },
    ),
    SharedField.MOBILITY: ToldFact(
        _l("Getting around"),
        {
            "stairs": _l("Can use stairs"),
            "no_stairs": _l("Cannot use stairs"),
            "wheelchair": _l("Uses a wheelchair"),
            "at_home": _l("Cannot leave home"),
        },
    ),
    SharedField.GOOD_HOURS: ToldFact(
        _l("Good hours to reach them"),
        {
            "morning": _l("Mornings"),
            "afternoon": _l("Afternoons"),
            "evening": _l("Evenings"),
            "weekend": _l("Weekends"),
        },
    ),
}


def told_words(field: SharedField, value: str) -> str:
    """Return what was told in words; what no choice says any more as it was stored."""
    return str(TOLD_FACTS[field].choices.get(value, value))
