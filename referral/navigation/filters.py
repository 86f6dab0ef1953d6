"""What the address of the list asks for: which view, narrowed to which reason, language and neighbourhood."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from referral.kit.i18n import LANGUAGES
from referral.navigation.queries import Wanted
from referral.navigation.states import ToDoView
from referral.todos.models import ToDoReason

#: How many digits of a ZIP code name a neighbourhood.
DIGITS = 3


def asked_view(arguments: MultiDict[str, str]) -> ToDoView:
    """Return the view that the address names; everything open for one that there is not."""
    asked = arguments.get("show")
    return ToDoView(asked) if asked in set(ToDoView) else ToDoView.ALL


def asked_for(arguments: MultiDict[str, str]) -> Wanted:
    """Return what the list is narrowed to; what nobody could choose narrows nothing."""
    reason, language = arguments.get("reason", ""), arguments.get("language", "")
    digits = arguments.get("near", "").strip()[:DIGITS]
    return Wanted(
        reason=reason if reason in set(ToDoReason) else None,
        language=language if language in LANGUAGES else None,
        neighbourhood=digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None,
    )


def as_arguments(wanted: Wanted) -> Mapping[str, str]:
    """Return what the address of a narrowed list holds, so that its other views are narrowed too."""
    named = {"reason": wanted.reason, "language": wanted.language, "near": wanted.neighbourhood}
    return {name: value for name, value in named.items() if value}
