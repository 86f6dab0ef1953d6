"""Passwords: stored by argon2id, whole, and not easy to guess."""

import pytest

from referral.accounts import passwords
from referral.accounts.passwords import LONGEST, SHORTEST, check_password, hash_password, matches, needs_rehash
from referral.kit.errors import InvalidInput

#: What surrounds a password that must not lean on it.
PERSONAL = ["rosa.molina@hazelgrove.example", "Rosa Molina", "Hazel Grove Pediatrics", "Hazel Grove"]

#: What people are known to choose, as lists of broken passwords say; most are shorter than we take.
WELL_KNOWN = """
    123456 123456789 12345678 password qwerty123 qwerty1 111111 12345 secret 123123 1234567890 1234567 000000 qwerty
    abc123 password1 iloveyou 11111111 dragon monkey letmein trustno1 sunshine princess football baseball welcome
    shadow superman michael master jennifer jordan23 harley ranger hunter2 batman starwars qazwsxedc 1q2w3e4r5t
    zxcvbnm asdfghjkl passw0rd whatever freedom charlie admin123 iloveyou1 1qaz2wsx3edc qwertyuiop[]
"""


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
        ("x" * 63 + "a", "x" * 63 + "b"),  # nothing is cut off
        ("x" * 127 + "a", "x" * 127 + "b"),
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


@pytest.mark.parametrize("known", WELL_KNOWN.split())
def test_well_known_passwords_are_refused_however_they_are_filled_up(known: str) -> None:
    longer = known + "1234567890"[: max(0, SHORTEST - len(known))]

    for password in (known, longer, longer.upper()):
        with pytest.raises(InvalidInput):
            check_password(password, PERSONAL)


def test_fifty_well_known_passwords_take_part() -> None:
    assert len(set(WELL_KNOWN.split())) == 50


def test_a_long_password_counts_by_its_hardest_part() -> None:
    with pytest.raises(InvalidInput):
        check_password("passwordpassword" * 8, PERSONAL)

    check_password("passwordpassword" * 7 + "kvu7 wzmq-rpd!xh", PERSONAL)


def test_only_a_stretch_at_a_time_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    monkeypatch.setattr(
        passwords,
        "zxcvbn",
        lambda text, user_inputs: looked_at.append(text) or {"guesses": 1},  # counted only
    )

    for password in ("x" * LONGEST, "\ufdfa" * LONGEST):  # a sign that becomes eighteen letters
        with pytest.raises(InvalidInput):
            check_password(password)

    assert max(map(len, looked_at)) == passwords.LONGEST_STRETCH
    assert sum(map(len, looked_at)) == 2 * LONGEST


def test_personal_words_of_one_check_do_not_count_in_another() -> None:
    check_password("quixotry larkspurs", ["Someone Else"])
    with pytest.raises(InvalidInput):
        check_password("quixotrylarkspurs", ["Quixotry Larkspurs"])

    check_password("quixotrylarkspurs", ["Someone Else"])


def test_nobody_is_asked_over_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_given: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", no_network)

    check_password("seven tame otters juggle", PERSONAL)


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


@pytest.mark.parametrize("dressed", ["alder-county-demo", "Alder County Demo", "alder_county_demo!", "ALDERCOUNTYDEMO"])
def test_the_password_of_every_demo_is_nobodys_own(dressed: str) -> None:
    with pytest.raises(InvalidInput, match="password of every demo"):
        check_password(dressed)
