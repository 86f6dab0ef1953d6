"""Web and e-mail addresses as directories write them."""

import pytest

from resources_directory.importing.report import DefectCode
from resources_directory.importing.web_addresses import is_email, web_address


@pytest.mark.parametrize(
    ("text", "address", "code"),
    [
        ("www.example.org", "http://www.example.org", DefectCode.URL_WITHOUT_SCHEME),
        ("example.org/food", "http://example.org/food", DefectCode.URL_WITHOUT_SCHEME),
        ("http//example.org", "http://example.org", DefectCode.URL_WITHOUT_SCHEME),
        ("https:/example.org", "https://example.org", DefectCode.URL_WITHOUT_SCHEME),
        ("helpfulpeople", "helpfulpeople", DefectCode.URL_UNREADABLE),
        ("a.org, b.org", "a.org, b.org", DefectCode.URL_UNREADABLE),
        ("javascript:alert(1)", "javascript:alert(1)", DefectCode.URL_UNREADABLE),
    ],
)
def test_an_address_with_a_defect_is_mended_or_kept_and_named(text: str, address: str, code: DefectCode) -> None:
    found = web_address(text)

    assert (found.address, found.codes) == (address, (code,))


def test_a_sound_address_stays_as_it_is() -> None:
    assert web_address("https://example.org/a?b=c").codes == ()


@pytest.mark.parametrize(("text", "sound"), [("a@b.org", True), ("a@b.org; c@d.org", False), ("a at b.org", False)])
def test_an_email_address_is_one_address(text: str, sound: bool) -> None:
    assert is_email(text) is sound
