"""Passwords: argon2id, length instead of rules of composition, and no guessable ones.

Parameters: OWASP Password Storage Cheat Sheet (argon2id, 19 MiB, t=2, p=1). Length, no composition rules and a list of
refused ones: NIST SP 800-63B section 5.1.1.2; normal form of Unicode: the same section.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError
from flask_babel import lazy_gettext as _l

from referral.accounts.common_words import COMMON_WORDS
from referral.kit.errors import InvalidInput

SHORTEST = 12
LONGEST = 128

#: What must be left of a password without common words, names and runs.
LEAST_LEFT = 7

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)

#: How people write letters with digits and signs.
_LETTERS = str.maketrans("013457@$!", "oieastasi")
_SHORTEST_NAME = 3


def hash_password(password: str) -> str:
    """Return the argon2id hash, parameters included. Takes about 15 ms: hold no transaction meanwhile."""
    return _hasher.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Return True if the password is the stored one. No stored one costs the same time and is always False."""
    try:
        right = _hasher.verify(stored or _nobodys_hash(), _normal(password[: LONGEST + 1]))
    except (Argon2Error, InvalidHashError):
        return False
    return right and bool(stored) and len(password) <= LONGEST


def needs_rehash(stored: str) -> bool:
    """Return True if the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_password(password: str, personal: Iterable[str] = (), field: str = "password") -> None:
    """Raise InvalidInput, blaming `field`, if the password is too short, too long or easy to guess.

    `personal`: names, e-mail address, member's name; a password may not lean on them.
    """
    if len(password) < SHORTEST:
        message = _l("Use at least %(number)s characters. A few words you will remember are best.", number=SHORTEST)
        raise InvalidInput(message, field)
    if len(password) > LONGEST:
        raise InvalidInput(_l("Use at most %(number)s characters.", number=LONGEST), field)
    if len(_unguessable(password, personal)) < LEAST_LEFT:
        message = _l(
            "This password is easy to guess: it is made of common words, of a row of keys or of a name. "
            "Use a few words that do not belong together."
        )
        raise InvalidInput(message, field)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("a password that nobody has")


def _unguessable(password: str, personal: Iterable[str]) -> str:
    """Return what is left of a password without common words, names, and rows such as 1234 or aaaa."""
    plain = _normal(password).casefold()
    words = COMMON_WORDS | {part for text in personal for part in _parts(text)}
    either = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    left = re.sub(either, "", plain)
    if len(left) >= LEAST_LEFT:
        read = re.sub(either, "", plain.translate(_LETTERS))  # p@ssw0rd
        left = min(left, read, key=len)
    return _without_runs(left)


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\W_]+", _normal(text).casefold()) if len(part) >= _SHORTEST_NAME]


def _without_runs(text: str) -> str:
    """Return the text with each row of neighbours (1234, dcba, aaaa) or repeated piece (abcabc) told once."""
    once = re.sub(r"(.+?)\1+", r"\1", text)
    kept = once[:1]
    for before, letter in pairwise(once):
        if abs(ord(letter) - ord(before)) > 1:
            kept += letter
    return kept
