"""What accounts ask of the slices above: whose records somebody may not see, what somebody who leaves leaves behind."""

from dataclasses import dataclass
from uuid import UUID

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession

#: Returns the ids of the clinic's patients who barred a person (person, clinic).
patients_who_barred: Hook[[ScopedSession, UUID, UUID], frozenset[UUID]] = Hook("patients_who_barred")


@dataclass(frozen=True)
class LeftBehind:
    """Work that nobody would own any more. `count`: how many things to do. `url`: the page that hands them over."""

    count: int
    url: str


#: What a person (second id) still has to do for a member (first id); None when nothing is left.
what_is_left: Hook[[ScopedSession, UUID, UUID], LeftBehind | None] = Hook("what_is_left")


@dataclass(frozen=True)
class StoodIn:
    """Work of somebody who may not sign in. `names`: who does it now; empty: nobody. `url`: where it is handed over."""

    count: int
    names: tuple[str, ...]
    url: str


#: Gives what a person (second id) has to do for a member (first id) to whoever is here; None when nothing waits.
stand_in_for: Hook[[ScopedSession, UUID, UUID], StoodIn | None] = Hook("stand_in_for")
