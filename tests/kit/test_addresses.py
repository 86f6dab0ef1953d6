"""Addresses: what one household may change at will is not counted."""

import pytest

from referral.kit.addresses import folded_address


@pytest.mark.parametrize(
    ("typed", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),  # a household's network
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_addresses_of_one_household_are_counted_as_one(typed: str | None, counted: str) -> None:
    assert folded_address(typed) == counted
