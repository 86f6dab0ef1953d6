"""What the address of the list asks for: which view, narrowed to which reason, and to a language or a neighbourhood.

Never to both: a list of all who speak one language in one place is what nobody here makes, whoever asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from referral.kit.i18n import LANGUAGES
from referral.navigation.queries import Wanted
from referral.navigation.states import ToDoView
from referral.todos.models import ToDoReason

#: How many digits of a ZIP code name a neighbourhood.
DIGITS = 3

#: Why a list was narrowed by neither.
NOT_BOTH = _l(
    "Language and ZIP code never narrow a list together: nobody makes a list of all who speak one language in one"
    " place. The list is narrowed by neither. Leave one of the two empty."
)
NOT_DONE = _l("Done to-dos are narrowed neither by language nor by place. Look at the open ones.")


@dataclass(frozen=True)
class Asked:
    """What an address asks of a view. `language`, `neighbourhood`: as typed; `wanted`: what the list is narrowed to.

    `refused`: why it is narrowed to less than was asked; None when it is not.
    """

    wanted: Wanted
    language: str | None
    neighbourhood: str | None
    refused: LazyString | None = None


def asked_view(arguments: MultiDict[str, str]) -> ToDoView:
    """Return the view that the address names; everything open for one that there is not."""
    asked = arguments.get("show")
    return ToDoView(asked) if asked in set(ToDoView) else ToDoView.ALL


def asked_for(arguments: MultiDict[str, str], view: ToDoView) -> Asked:
    """Return what the list is narrowed to; what nobody could choose narrows nothing."""
    digits = arguments.get("near", "").strip()[:DIGITS]
    language = arguments.get("language") if arguments.get("language") in LANGUAGES else None
    near = digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None
    reason = arguments.get("reason") if arguments.get("reason") in set(ToDoReason) else None
    if language and near:
        return Asked(Wanted(reason), language, near, NOT_BOTH)
    if view is ToDoView.DONE and (language or near):
        return Asked(Wanted(reason), language, near, NOT_DONE)
    return Asked(Wanted(reason, language, near), language, near)


def as_arguments(wanted: Wanted) -> Mapping[str, str]:
    """Return what the address of a narrowed list holds, so that its other views are narrowed too."""
    named = {"reason": wanted.reason, "language": wanted.language, "near": wanted.neighbourhood}
    return {name: value for name, value in named.items() if value}
