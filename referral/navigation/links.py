"""The links between the views of the to-do list, with how many each holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import url_for

from referral.navigation import words
from referral.navigation.states import ToDoView


@dataclass(frozen=True)
class ViewLink:
    """A view of the list as the page draws it."""

    url: str
    label: str
    current: bool
    count: int | None


def view_links(
    current: ToDoView, counts: Mapping[ToDoView, int], kept: Mapping[str, str] = MappingProxyType({})
) -> list[ViewLink]:
    """Return a link for each view, in the order of the page; `kept`: what the list is narrowed to.

    What is done is not counted out: it only grows. It is narrowed neither by language nor by place.
    """
    return [
        ViewLink(
            _address(view, kept),
            str(words.VIEWS[view]),
            view is current,
            counts.get(view),
        )
        for view in ToDoView
    ]


def _address(view: ToDoView, kept: Mapping[str, str]) -> str:
    kept = {name: value for name, value in kept.items() if view is not ToDoView.DONE or name == "reason"}
    arguments: dict[str, Any] = {"show": view, **kept}
    return url_for("navigation.list_to_dos", **arguments)
