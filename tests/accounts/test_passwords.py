"""Passwords: stored by argon2id, whole, and not easy to guess."""

import pytest

from referral.accounts.passwords import LONGEST, SHORTEST, check_password, hash_password, matches, needs_rehash
from referral.kit.errors import InvalidInput

#: What surrounds a password that must not lean on it.
PERSONAL = ["rosa.molina@hazelgrove.example", "Rosa Molina", "Hazel Grove Pediatrics", "Hazel Grove"]


def random_letters(length: int) -> str:
    return ("kvu7 wzmq-rpd!xhy" * 20)[:length]


def test_the_parameters_are_those_of_the_security_bar() -> None:
    assert hash_password("seven tame otters juggle").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_with_weaker_parameters_is_renewed() -> None:
    weaker = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$y7bZHhL5OZyGd3xJr1kq9A"

    assert needs_rehash(weaker)
    assert not needs_rehash(hash_password("seven tame otters juggle"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x" * 127 + "a", "x" * 127 + "b"),  # nothing is cut off
        ("Seven Tame Otters", "seven tame otters"),  # capitals count
        (" blanks around it ", "blanks around it"),  # blanks count
        ("otters 🦦🦦🦦🦦🦦🦦", "otters 🦦🦦🦦🦦🦦🐙"),  # any character counts
    ],
)
def test_every_character_counts(first: str, second: str) -> None:
    stored = hash_password(first)

    assert matches(stored, first)
    assert not matches(stored, second)


def test_the_same_letters_typed_on_another_keyboard_are_the_same() -> None:
    assert matches(hash_password("cafe\u0301 cafe\u0301 cafe\u0301"), "caf\u00e9 caf\u00e9 caf\u00e9")


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_no_stored_password_matches_nothing(stored: str | None) -> None:
    assert not matches(stored, "a password that nobody has")


@pytest.mark.parametrize("length", [SHORTEST, 64, LONGEST])
def test_lengths_within_bounds_are_taken(length: int) -> None:
    password = random_letters(length) if length == SHORTEST else "seven tame otters " + "ŧøłé kjøn ! w" * 20

    check_password(password[:length], PERSONAL)

    assert matches(hash_password(password[:length]), password[:length])


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_lengths_out_of_bounds_are_refused(length: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_password(random_letters(length), PERSONAL)

    assert caught.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password12345!",
        "P@ssw0rd2026!",
        "passwordpassword",
        "123456789012",
        "111111111111",
        "abcdefghijklmn",
        "abcabcabcabcabc",
        "qwertyuiop12",
        "1qaz2wsx3edc4rfv",
        "iloveyou12345",
        "Summer2026!!!",
        "december2026!",
        "Welcome123456",
        "letmein!letmein!",
        "contraseña123",
        "administrator1",
        "changeme1234!",
        "basketball2025",
        "NeedsRx12345!",
        "needsrxneedsrx",
        "rosamolina2026",  # her name
        "Rosa.Molina!1985",
        "hazelgrove2026",  # her clinic
        "pediatrics#12345",
        "zzzzzzzzzzzzzzzzzz",
        "            ",
    ],
)
def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        check_password(password, PERSONAL)


@pytest.mark.parametrize(
    "password",
    [
        "seven tame otters juggle",
        "my summer in the mountains",  # a common word among others
        "mein Fahrrad quietscht laut",
        "la jirafa come relojes",
        "kV9#wLp2xQz!",
        "蓝色的大象在图书馆里唱歌给月亮",
        "rosa never liked tuba lessons",  # her name among other words
    ],
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    check_password(password, PERSONAL)

    assert matches(hash_password(password), password)
