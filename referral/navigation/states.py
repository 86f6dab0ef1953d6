"""Closed sets of navigation: how a patient was contacted, and which part of the to-do list is shown."""

from enum import StrEnum


class ContactChannel(StrEnum):
    """How somebody tried to reach a patient."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    HOME_VISIT = "home_visit"
    VIDEO = "video"
    LETTER = "letter"


class ToDoView(StrEnum):
    """Which to-dos a list shows: open ones that I own or stand in for, all open ones, or done ones."""

    MINE = "mine"
    ALL = "all"
    DONE = "done"
