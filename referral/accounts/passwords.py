"""Passwords: argon2id, length instead of rules of composition, and no guessable ones.

Parameters: OWASP Password Storage Cheat Sheet (argon2id, 19 MiB, t=2, p=1). Length, no composition rules and a list of
refused ones: NIST SP 800-63B section 5.1.1.2; normal form of Unicode: the same section. How many guesses a password
stands: zxcvbn (D. Wheeler, USENIX Security 2016), whose lists come with it; nothing is asked over the network.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import Lock

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError
from flask_babel import lazy_gettext as _l
from zxcvbn import zxcvbn

from referral.kit.errors import InvalidInput

SHORTEST = 12
LONGEST = 128

#: Everybody's in a demo, printed and shown on its pages: it protects nobody.
DEMO_PASSWORD = "alder-county-demo"  # noqa: S105 - public on purpose, and only for invented people

#: A stolen hash is tried about a hundred times a second by one processor: this takes it three years.
FEWEST_GUESSES = 10**10

#: Characters that are estimated at once.
LONGEST_STRETCH = 24

#: Common here and not in the lists, which were made from English.
_LOCAL_WORDS = """
    needsrx referral clinic clinica clínica paciente enfermera hospital
    contraseña contrasena bienvenido bienvenida bienvenidos administrador administradora
    primavera verano otoño otono invierno
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    teamo tequiero familia estrella correcthorsebatterystaple correct horse battery staple
"""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)

#: The estimate keeps the personal words in a place that all threads share.
_estimating = Lock()

_SEPARATORS = re.compile(r"[\W_]+")
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
    if _bare(password) == _bare(DEMO_PASSWORD):
        raise InvalidInput(_l("This is the password of every demo, and everybody can read it. Choose another."), field)
    if _is_guessable(password, personal):
        message = _l(
            "This password is easy to guess: it is made of common words, of a row of keys or of a name. "
            "Use a few words that do not belong together."
        )
        raise InvalidInput(message, field)


def _bare(password: str) -> str:
    """Return the letters and digits of a password, small: how it is dressed up hides nothing."""
    return _SEPARATORS.sub("", _normal(password).casefold())


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("a password that nobody has")


def _is_guessable(password: str, personal: Iterable[str]) -> bool:
    """Return True unless some stretch of the password alone stands FEWEST_GUESSES.

    A longer password is at least as hard as its hardest stretch, and the estimate takes more than linear time.
    """
    plain = _normal(password)[:LONGEST]  # one sign may become eighteen letters
    words = _guessed_first(personal)
    stretches = (plain[start : start + LONGEST_STRETCH] for start in range(0, len(plain), LONGEST_STRETCH))
    return not any(_guesses(stretch, words) >= FEWEST_GUESSES for stretch in stretches)


def _guesses(stretch: str, words: list[str]) -> int:
    with _estimating:
        return int(zxcvbn(stretch, user_inputs=words)["guesses"])


def _guessed_first(personal: Iterable[str]) -> list[str]:
    """Return what somebody who knows the person and the place would try first, in its usual spellings."""
    words = dict.fromkeys(_LOCAL_WORDS.split())
    for text in personal:
        whole = _normal(text).casefold()[:LONGEST]
        for name in (whole, whole.partition("@")[0]):
            parts = _SEPARATORS.split(name)
            words.update(dict.fromkeys([name, *parts, *(between.join(parts) for between in ("", " ", ".", "-", "_"))]))
    return [word for word in words if len(word) >= _SHORTEST_NAME]
