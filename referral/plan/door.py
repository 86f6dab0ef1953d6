"""The language of the door to a patient's page: the one that its address was printed in, whoever's it is.

Nothing about a patient is read: a code that nobody has, one that is off and one that opens have the same door.
"""

from dataclasses import dataclass

from referral.kit.i18n import LANGUAGES, Language


@dataclass(frozen=True)
class Door:
    """The language that the address names, if our pages exist in it (`language`), else the one to say without them."""

    language: Language | None = None
    without: Language | None = None


def door_of(code: str) -> Door:
    """Return the door for the language that an address names; nothing for one that we do not know."""
    named = LANGUAGES.get(code)
    if named is None or named.pages:
        return Door(language=named)
    return Door(without=named)
