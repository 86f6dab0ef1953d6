"""Closed sets of screening: how the questions were asked, what a person says about a need, where the need stands."""

from enum import StrEnum


class WantsHelp(StrEnum):
    """Whether the person wants help with it."""

    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"
    ALREADY = "already"


class NeedStatus(StrEnum):
    """Where a need stands; only the person can say met, partly or gone."""

    UNCONFIRMED = "unconfirmed"
    OPEN = "open"
    MET = "met"
    PARTLY = "partly"
    GONE = "gone"
    UNKNOWN = "unknown"


class NeedSource(StrEnum):
    """How we know of a need."""

    SCREENING = "screening"
    VOICED = "voiced"


class ScreeningMode(StrEnum):
    """How the questions were asked: by staff, on a tablet in the patient's hands, by a link, on paper."""

    STAFF = "staff"
    TABLET = "tablet"
    LINK = "link"
    PAPER = "paper"


class Respondent(StrEnum):
    """Who answered: the patient, or somebody for them."""

    PATIENT = "patient"
    PROXY = "proxy"
