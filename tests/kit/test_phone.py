"""Phone numbers: the address that dials one."""

import pytest

from referral.kit.phone import phone_uri


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("+15595550118", "tel:+15595550118"),
        ("559-555-0118 x255", "tel:+15595550118;ext=255"),
        ("(559) 555-0118 ext. 12", "tel:+15595550118;ext=12"),
        ("+525555550118", "tel:+525555550118"),
        ("211", "tel:211"),
        ("ask at the desk", None),
        ("", None),
    ],
)
def test_a_number_is_dialled_with_its_extension(number: str, address: str | None) -> None:
    assert phone_uri(number) == address
