"""Closed sets of screening: what a person says about a need, and where the need stands."""

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
