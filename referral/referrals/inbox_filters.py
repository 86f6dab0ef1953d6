"""How an organization narrows its inbox: all of it stands in the address, and nothing there tells who anybody is.

There is a language and no place: nobody makes a list of all who speak one language in one place.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from referral.kit.i18n import LANGUAGES
from referral.referrals.states import TAKEN_STATES, ReferralState
from resources_directory.needs import NeedDomain

S = ReferralState

#: The views of the inbox by name, and the states they show; "all" shows every state.
VIEWS: dict[str, tuple[ReferralState, ...]] = {
    "waiting": (S.SENT,),
    "taken": TAKEN_STATES,
    "accepted": (S.ACCEPTED,),
    "begun": (S.IN_PROGRESS,),
    "waitlisted": (S.WAITLISTED,),
    "happened": (S.COMPLETED, S.NOT_COMPLETED),
    "refused": (S.DECLINED, S.EXPIRED),
    "taken_back": (S.WITHDRAWN, S.CANCELLED, S.ENTERED_IN_ERROR),
    "all": (),
}

#: `assigned` for what is nobody's in particular.
NOBODY = "nobody"


class Order(StrEnum):
    """Which request stands on top."""

    LONGEST_WAITING = "longest"
    NEWEST = "newest"


@dataclass(frozen=True)
class InboxFilters:
    """What is shown. `need`, `language`: only requests whose page tells it. `assigned`: a person's id, or NOBODY."""

    show: str = "waiting"
    need: str | None = None
    language: str | None = None
    assigned: str | None = None
    order: Order = Order.LONGEST_WAITING

    @property
    def states(self) -> tuple[ReferralState, ...]:
        """The states shown; none for all."""
        return VIEWS[self.show]

    @property
    def person_id(self) -> UUID | None:
        """Whose requests; None for everybody's and for nobody's."""
        return UUID(self.assigned) if self.assigned and self.assigned != NOBODY else None

    def showing(self, show: str) -> "InboxFilters":
        """Return the same filters over another view."""
        return replace(self, show=show)

    def as_args(self) -> dict[str, Any]:
        """Return what stands in the address; what is usual is left out."""
        usual = InboxFilters()
        named = ((name, getattr(self, name), getattr(usual, name)) for name in self.__dataclass_fields__)
        return {name: str(value) for name, value, before in named if value is not None and value != before}


def read_filters(args: MultiDict[str, str]) -> InboxFilters:
    """Return the filters of an address; what is unknown there counts as not asked."""
    show, order = args.get("show", ""), args.get("order", "")
    return InboxFilters(
        show=show if show in VIEWS else "waiting",
        need=args.get("need") if args.get("need") in set(NeedDomain) else None,
        language=args.get("language") if args.get("language") in LANGUAGES else None,
        assigned=_person(args.get("assigned")),
        order=Order(order) if order in set(Order) else Order.LONGEST_WAITING,
    )


def _person(said: str | None) -> str | None:
    try:
        return said if said == NOBODY else str(UUID(said or ""))
    except ValueError:
        return None
