"""The texts to staff phones: they obey the catalog's rules, fit one segment, and are read back by their own digits."""

import pytest

from referral.messaging.catalog import ReviewStatus
from referral.messaging.text_checks import check_catalog, measure_at_longest
from referral.staff_phones import texts
from referral.staff_phones.reading import StaffAnswer, read_staff_answer
from referral.staff_phones.texts import staff_catalog

KEYS = sorted(staff_catalog().texts)


def test_the_texts_to_staff_have_no_findings() -> None:
    assert check_catalog(staff_catalog()) == ()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_to_staff_is_one_segment_at_its_longest(key: str, language: str) -> None:
    assert measure_at_longest(staff_catalog().text(key).versions[language]).count == 1


@pytest.mark.parametrize("key", KEYS)
def test_english_is_ours_and_spanish_a_draft_until_somebody_qualified_has_read_it(key: str) -> None:
    versions = staff_catalog().text(key).versions

    assert {code: version.status for code, version in versions.items()} == {
        "en": ReviewStatus.REVIEWED,
        "es": ReviewStatus.DRAFT,
    }


def test_every_text_that_is_queued_exists_and_no_other() -> None:
    queued = {
        *(texts.CODE, texts.WELCOME, texts.NEW, texts.REMINDER, texts.SECOND_CONTACT, texts.SEVERAL),
        *(texts.ACCEPTED, texts.FULL, texts.WRONG_SERVICE, texts.CALL_ME, texts.NOTED, texts.ANSWERED),
        *(texts.TAKEN_BACK, texts.LATE, texts.WHICH, texts.NOTHING_WAITS),
        *(texts.STOP_CONFIRM, texts.START_CONFIRM, texts.HELP),
    }

    assert set(KEYS) == queued


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1", StaffAnswer("1")),
        (" 2. ", StaffAnswer("2")),
        ("٣", StaffAnswer("3")),  # Arabic figures
        ("４", StaffAnswer("4")),  # full width
        ("1 accept", StaffAnswer("1")),
        ("1 acepto, gracias", StaffAnswer("1")),
        ("2 full", StaffAnswer("2")),
        ("3 otro servicio", StaffAnswer("3")),
        ("4 que me llamen", StaffAnswer("4")),
        ("1 a1b2c3d4", StaffAnswer("1", "A1B2C3D4")),
        ("A1B2-C3D4: 2 full please", StaffAnswer("2", "A1B2C3D4")),
        ("1 12345678", StaffAnswer("1", "12345678")),
        ("A1B2C3D4", StaffAnswer(None, "A1B2C3D4")),
        ("1 or 2", StaffAnswer()),
        ("1 2", StaffAnswer()),
        ("12", StaffAnswer()),
        ("0", StaffAnswer()),
        ("1?", StaffAnswer()),
        ("1 full", StaffAnswer()),  # the digit against its words
        ("2 accept", StaffAnswer()),
        ("We have 1 bed", StaffAnswer()),
        ("1 is not possible", StaffAnswer()),
        ("accept", StaffAnswer()),
        ("", StaffAnswer(is_nothing=True)),
        ("👍", StaffAnswer(is_nothing=True)),
        ("Liked “NeedsRx: 1 new referral waits”", StaffAnswer(is_nothing=True)),
    ],
)
def test_only_a_digit_with_its_own_words_is_an_answer(text: str, read: StaffAnswer) -> None:
    assert read_staff_answer(text) == read
