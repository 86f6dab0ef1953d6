"""Ways into a service, read from the words of its application process."""

from dataclasses import dataclass
from functools import lru_cache

from resources_directory.words import words_of

_WALK_IN = (
    "walk in; walkin; drop in; no appointment; without appointment; without an appointment; first come first served"
)
_NO_WALK_IN = (
    "no walk in; not accept walk in; walk in not accepted; walk in are not accepted; appointment only; "
    "appointments only; appt only; only by appointment; must make an appointment; must call for an appointment; "
    "must call to make an appointment; appointment required; appointment is required; appointment are required"
)
_BY_PHONE = "call; phone; telephone; hotline"
_APPLY_FIRST = (
    "appointment; appt; application; apply; enroll; enrollment; register; registration; intake; referral form; "
    "referred by; referral required; waiting list; wait list; prescreen; pre screen"
)
#: "No appointment" then says that one may simply ring up, and not that there is a door.
_CALL_FIRST = "call first; phone first; telephone first; the line is open; hotline"
_DOOR = "walk in; walkin; drop in; first come first served"
_NO_APPOINTMENT = "no appointment; without appointment; without an appointment"


@dataclass(frozen=True)
class AccessModes:
    """Whether one may walk in, call, and must apply first; None where the words do not say."""

    walk_in: bool | None = None
    by_phone: bool | None = None
    apply_first: bool | None = None


@lru_cache(maxsize=10_000)
def access_of(application_process: str | None) -> AccessModes:
    """Return the ways in that the words (English) speak of. What they do not speak of stays unknown."""
    said = f" {' '.join(words_of(application_process or ''))} ".replace(" walk ins ", " walk in ")
    asked = _without(said, _NO_APPOINTMENT)
    walk_in = None
    if _holds(asked, _NO_WALK_IN):
        walk_in = False
    elif _holds(said, _DOOR if _holds(said, _CALL_FIRST) else _WALK_IN):
        walk_in = True
    return AccessModes(walk_in, _holds(said, _BY_PHONE) or None, _holds(asked, _APPLY_FIRST) or None)


def _holds(said: str, phrases: str) -> bool:
    return any(phrase in said for phrase in _padded(phrases))


def _without(said: str, phrases: str) -> str:
    for phrase in _padded(phrases):
        said = said.replace(phrase, " ")
    return said


@lru_cache
def _padded(phrases: str) -> tuple[str, ...]:
    return tuple(f" {' '.join(words_of(phrase))} " for phrase in phrases.split(";"))
