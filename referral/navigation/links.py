"""The links between the views of the to-do list, with how many each holds."""

from collections.abc import Mapping
from dataclasses import dataclass

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


def view_links(current: ToDoView, counts: Mapping[ToDoView, int]) -> list[ViewLink]:
    """Return a link for each view, in the order of the page. What is done is not counted out: it only grows."""
    return [
        ViewLink(
            url_for("navigation.list_to_dos", show=view),
            str(words.VIEWS[view]),
            view is current,
            None if view is ToDoView.DONE else counts[view],
        )
        for view in ToDoView
    ]
