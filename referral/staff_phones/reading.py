"""What a text of a staff phone says: one of four digits, perhaps with a referral's short number; or words. Pure.

Strict on purpose: a digit moves a referral, so what is more than the digit and its own printed words is for a person.
"""

import re
from dataclasses import dataclass

from referral.messaging.keywords import is_tapback, without_courtesy
from referral.messaging.plain_text import plain, words

DIGITS = ("1", "2", "3", "4")

#: Words that may stand beside a digit: those of our texts, and what people shorten them to.
_BESIDE = {
    "1": frozenset(["accept", "accepted", "acepto", "aceptar", "aceptamos", "acepta"]),
    "2": frozenset(["full", "lleno", "llena", "llenos"]),
    "3": frozenset(("wrong", "service", "servicio", "equivocado", "otro")),
    "4": frozenset(("call", "me", "us", "que", "llamen", "llámenme", "llamenme")),
}
_SHORT_NUMBER = re.compile(r"(?<![0-9a-z])([0-9a-f]{8}|[0-9a-f]{4}[ -][0-9a-f]{4})(?![0-9a-z])")


@dataclass(frozen=True)
class StaffAnswer:
    """`digit`: 1 to 4, if the text says one. `number`: the short number named. `is_nothing`: no word at all."""

    digit: str | None = None
    number: str | None = None
    is_nothing: bool = False


def read_staff_answer(text: str) -> StaffAnswer:
    """Return what a text says that is no STOP, START or HELP. Never raises, whatever the text."""
    said = plain(text)
    found = _SHORT_NUMBER.search(said)
    number = re.sub(r"[ -]", "", found[1]).upper() if found else None
    rest = _SHORT_NUMBER.sub(" ", said, count=1) if found else said
    spoken = words(rest)
    if (not spoken and number is None) or is_tapback(said):
        return StaffAnswer(number=number, is_nothing=True)
    if "?" in said or "؟" in said:
        return StaffAnswer(number=number)
    tokens = without_courtesy(spoken).split()
    if not tokens or tokens[0] not in DIGITS:
        return StaffAnswer(number=number)
    beside = set(tokens[1:])
    only = beside <= _BESIDE[tokens[0]] | {tokens[0]}
    return StaffAnswer(digit=tokens[0] if only else None, number=number)
