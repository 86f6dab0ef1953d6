"""What screening asks the slices above: what follows when a patient says what they want, and what is under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.screening.models import Need
from referral.screening.states import WantsHelp


@dataclass(frozen=True)
class NeedAnswer:
    """What the patient says about one need. `again_on`: a day of the clinic's calendar, of "not now"."""

    need_id: UUID
    wants: WantsHelp
    again_on: date | None = None
    helped_by: str | None = field(default=None, repr=False)
    #: Requests for the need that the patient wants withdrawn with this answer.
    withdraw: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Taken:
    """By which filling of a form (its id) an answer was written down, and by whom."""

    form_id: UUID
    person_id: UUID
    name: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RunningRequest:
    """A request that is under way for a need. `by`: who signed it, empty where nobody is named.

    `elsewhere`: it was signed for the same need on another record of the same person.
    """

    referral_id: UUID
    service: str
    state: str
    state_label: str
    by: str
    signed_at: datetime
    elsewhere: bool = False


#: Returns need to the requests under way for it, newest first, of a patient's needs; needs without one are left out.
running_requests: Hook[[ScopedSession, UUID, Sequence[Need]], Mapping[UUID, Sequence[RunningRequest]]] = Hook(
    "running_requests"
)

#: Returns need to what the patient said about when, as lists say it, of one patient's needs.
words_of_needs: Hook[[ScopedSession, Sequence[Need]], Mapping[UUID, str]] = Hook("words_of_needs")

#: An answer was written on a need, in the caller's transaction: a day to ask again is set, and what they want withdrawn
#: is withdrawn. The same filling of a form counts once.
on_need_answered: Hook[[ScopedSession, Need, NeedAnswer, Taken], None] = Hook("on_need_answered")

#: Returns True if an answer says nothing about a need that is not written down and done already.
is_said_already: Hook[[ScopedSession, Need, NeedAnswer], bool] = Hook("is_said_already")

#: Returns True if a filling of a form (its id) has brought an answer about a need (its id).
was_answered: Hook[[ScopedSession, UUID, UUID], bool] = Hook("was_answered")
