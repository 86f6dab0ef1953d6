"""The names that an instrument in the product's own JSON may have: any other is refused, with the one that was meant.

A name that nobody reads is most often a misspelt one, and what it held would be lost without a word.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from referral.screening.positions import shown
from referral.screening.reading import Faults

_PROOF = "sources note caution"
_TOP = (
    "id url title version steward licence_note citation positive_rule_note ship_note panel items scores unanswered "
    f"interpretation gravity_category {_PROOF}"
)
_PANEL = f"code system display verified {_PROOF}"
_ITEM = (
    "linkId code system text type domain origin repeats answers domain_by_answer positive_rule positive_rule_verified "
    f"code_verified answers_verified score_group gravity_category {_PROOF}"
)
_ANSWER = f"code display positive score {_PROOF}"
_SCORE = f"id display code domain positive method members answers code_verified display_verified {_PROOF}"


def check_names(raw: Mapping[str, Any], faults: Faults) -> None:
    """Note every name that these files do not have. What lies deeper, as `sources`, may name what it likes."""
    _check(raw, _TOP, "", faults)
    if isinstance(raw.get("panel"), dict):
        _check(raw["panel"], _PANEL, "panel.", faults)
    for list_name, known in (("items", _ITEM), ("scores", _SCORE)):
        for path, each in _objects(raw, list_name, ""):
            _check(each, known, path, faults)
            for inner_path, answer in _objects(each, "answers", path):
                _check(answer, _ANSWER, inner_path, faults)


def _objects(raw: Mapping[str, Any], name: str, path: str) -> list[tuple[str, Mapping[str, Any]]]:
    listed = raw.get(name)
    if not isinstance(listed, list):
        return []
    return [(f"{path}{name}[{n}].", each) for n, each in enumerate(listed) if isinstance(each, dict)]


def _check(raw: Mapping[str, Any], known: str, path: str, faults: Faults) -> None:
    names = known.split()
    for name in raw:
        if name in names:
            continue
        meant = get_close_matches(name, names, n=1)
        hint = f"Write “{meant[0]}” if that is meant, or take it out" if meant else "Take it out"
        faults.add(f"{path}{shown(name)}", f"is a name that these files do not have. {hint}")
