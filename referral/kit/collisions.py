"""Two people at one form: what only one of them changed is kept, what both changed is laid side by side.

A form keeps what it was opened with, so that the fields that somebody left alone are not taken for what they want.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString

from referral.kit.errors import Conflict

#: Name of a fact to what stands there; None for nothing.
Facts = Mapping[str, str | None]


class Collided(Conflict):
    """Both changed the same facts, each in another way; nothing is saved.

    `names`: of these facts. `together`: everything as it would be saved if what was typed won.
    """

    def __init__(self, message: LazyString | str, names: tuple[str, ...], together: Any) -> None:
        """Take the words, and what the page shows."""
        super().__init__(message)
        self.names, self.together = names, together


@dataclass(frozen=True)
class Meeting:
    """What became of facts since a form was opened: only `theirs` changed there, or `both` changed them differently."""

    theirs: tuple[str, ...]
    both: tuple[str, ...]


def meet(opened: Facts | None, stands: Facts, typed: Facts) -> Meeting:
    """Return whose changes are in the facts that differ, in the order of `typed`. What only the typist changed is left.

    `opened`: what the form was opened with; where that is not known, everything that differs was changed by both.
    """
    differ = [name for name in typed if typed[name] != stands[name]]
    if opened is None:
        return Meeting((), tuple(differ))
    theirs = tuple(name for name in differ if typed[name] == opened.get(name))
    both = tuple(name for name in differ if name not in theirs and stands[name] != opened.get(name))
    return Meeting(theirs, both)


def written(facts: Facts) -> str:
    """Return the facts as a hidden field keeps them."""
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)


def read(text: str | None) -> Facts | None:
    """Return what a hidden field kept; None for what `written` did not make."""
    try:
        facts = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    fits = isinstance(facts, dict) and all(value is None or isinstance(value, str) for value in facts.values())
    return facts if fits else None
