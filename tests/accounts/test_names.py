"""E-mail addresses: one stored form, in which nobody becomes somebody else."""

import pytest

from referral.accounts.names import fold_email, read_email
from referral.kit.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Rosa@Clinic.Example ", "rosa@clinic.example"),
        ("ÁNGELA@clinic.example", "ángela@clinic.example"),
        ("a\u0301ngela@clinic.example", "\u00e1ngela@clinic.example"),  # composed or not
        ("ΣΊΣΥΦΟΣ@clinic.example", "σίσυφος@clinic.example"),
    ],
)
def test_spellings_of_one_address_are_one(typed: str, stored: str) -> None:
    assert fold_email(typed) == stored
    assert fold_email(stored) == stored


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("straße@clinic.example", "strasse@clinic.example"),
        ("kad\u0131n@clinic.example", "kadin@clinic.example"),  # dotless i
        ("\u0130rem@clinic.example", "irem@clinic.example"),  # capital dotted I
        ("r\u043esa@clinic.example", "rosa@clinic.example"),  # Cyrillic o
        ("\uff52osa@clinic.example", "rosa@clinic.example"),  # full width r
    ],
)
def test_addresses_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert fold_email(one) != fold_email(other)


@pytest.mark.parametrize(
    "typed",
    ["", "rosa", "rosa@", "@clinic.example", "rosa@clinic", "rosa@@clinic.example", "ro sa@clinic.example",
     "rosa@clinic..example", "a@b.example, c@d.example", "rosa\r\nBcc: x@y.example", "a" * 250 + "@b.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read_email(typed)
