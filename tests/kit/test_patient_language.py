"""In which language patients are shown something, and why; the dates of those languages; their catalogs."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from flask import Flask, g
from flask_babel import format_date, format_time

from referral.kit import patient_language as module
from referral.kit.i18n import LANGUAGES, comma, page_languages, semicolon, speaking
from referral.kit.patient_language import (
    NotInTheirs,
    PatientLanguage,
    Review,
    catalog_path,
    digest_of,
    patient_language,
    patient_languages,
    review_of,
)
from tests.check_catalogs import FOLDER, SCRIPTS, problems, script_problems
from tests.named_strings import from_module, from_template
from tests.patient_words import DRAFTED


@contextmanager
def installation(app: Flask, *, demo: bool) -> Iterator[None]:
    """Stand in a request of a demo, or of an installation with real people."""
    with app.test_request_context():
        g.demo = demo
        yield


@pytest.fixture
def reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody have reviewed the Vietnamese words as they stand."""
    said = {"status": "reviewed", "reviewed_sha256": digest_of(catalog_path(LANGUAGES["vi"]))}
    monkeypatch.setattr(module, "_reviews", lambda: {"vi": said})


@pytest.mark.parametrize("code", DRAFTED)
def test_a_demo_uses_drafts_and_says_so(app: Flask, code: str) -> None:
    with installation(app, demo=True):
        assert patient_language(code) == PatientLanguage(LANGUAGES[code], is_draft=True)


@pytest.mark.parametrize("code", DRAFTED)
def test_nobody_real_is_shown_words_that_nobody_has_reviewed(app: Flask, code: str) -> None:
    with installation(app, demo=False):
        found = patient_language(code)

    assert found == PatientLanguage(LANGUAGES["en"], LANGUAGES[code], NotInTheirs.NOT_REVIEWED)


def test_an_installation_may_say_that_drafts_do(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], draft_words="yes"))

    with installation(app, demo=False):
        assert patient_language("ar") == PatientLanguage(LANGUAGES["ar"], is_draft=True)


def test_reviewed_words_are_used_without_a_mark(app: Flask, reviewed: None) -> None:
    with installation(app, demo=False):
        assert patient_language("vi") == PatientLanguage(LANGUAGES["vi"])


def test_words_that_changed_after_their_review_are_a_draft_again(
    app: Flask, reviewed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "digest_of", lambda _catalog: "of other words")

    with installation(app, demo=False):
        assert review_of(LANGUAGES["vi"]) is Review.DRAFT
        assert patient_language("vi").shown is LANGUAGES["en"]


def test_the_digest_is_of_the_words_and_not_of_their_order(tmp_path: Path) -> None:
    head = 'msgid ""\nmsgstr ""\n"Language: vi\\n"\n'
    pairs = ['msgid "Yes"\nmsgstr "Có"\n', 'msgid "No"\nmsgstr "Không"\n']
    orders = (pairs, pairs[::-1], [pairs[0]])
    files = [tmp_path / f"{number}.po" for number in range(len(orders))]
    for file, blocks in zip(files, orders, strict=True):
        file.write_text("\n".join([head, *blocks]))

    digests = [digest_of(file) for file in files]

    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("codes", "shown", "own", "why"),
    [
        (("es", "en"), "es", None, None),
        (("so",), "en", "so", NotInTheirs.NO_WORDS),
        (("so", "es"), "es", "so", NotInTheirs.NO_WORDS),
        (("none", "vi"), "vi", None, None),
        ((None, None), "en", None, None),
        (("xx",), "en", None, None),
    ],
)
def test_the_first_of_their_languages_that_may_be_used_is_shown(
    app: Flask, codes: tuple[str | None, ...], shown: str, own: str | None, why: NotInTheirs | None
) -> None:
    with installation(app, demo=True):
        found = patient_language(*codes)

    assert (found.shown.code, found.own.code if found.own else None, found.why) == (shown, own, why)


def test_staff_choose_among_the_same_languages_as_before(app: Flask) -> None:
    with installation(app, demo=True):
        assert [language.code for language in page_languages()] == ["en", "es"]
        assert {language.code for language in patient_languages()} == {"en", "es", *DRAFTED}


@pytest.mark.parametrize(
    ("code", "day", "at"),
    [
        ("ht", "lendi 23 novanm 2026", "16:22"),
        ("ar", "الاثنين، 23 نوفمبر 2026", "4:22 م"),
        ("ko", "2026년 11월 23일 월요일", "오후 4:22"),
        ("vi", "Thứ Hai, 23 tháng 11, 2026", "16:22"),
        ("zh-Hans", "2026年11月23日星期一", "16:22"),
        ("ru", "понедельник, 23 ноября 2026\u202fгода", "16:22"),
    ],
)
def test_days_and_times_are_in_the_language_with_the_figures_of_a_phone(
    app: Flask, code: str, day: str, at: str
) -> None:
    with app.test_request_context(), speaking(code):
        assert (format_date(date(2026, 11, 23), "full"), format_time(time(16, 22), "short")) == (day, at)
        assert "23" in format_date(date(2026, 11, 23), "medium")


def test_an_arabic_day_is_never_two_numbers(app: Flask) -> None:
    with app.test_request_context(), speaking("ar"):
        assert format_date(date(2026, 11, 12), "medium") == "12 نوفمبر 2026"


@pytest.mark.parametrize(("code", "between"), [("en", ", "), ("ar", "، "), ("zh-Hans", "、"), ("ko", ", ")])
def test_words_in_one_line_stand_with_the_comma_of_the_language(app: Flask, code: str, between: str) -> None:
    with app.test_request_context(), speaking(code):
        assert comma() == between


def test_every_string_that_patients_read_is_translated_into_every_language_offered(app: Flask) -> None:
    catalogs = {path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/patient.po")}

    assert (
        catalogs == {LANGUAGES[code].babel for code in DRAFTED} == {LANGUAGES[code].babel for code in module._reviews()}
    )
    assert [problem for problem in problems() if problem.split(":")[0] in catalogs or "patient.pot" in problem] == []


@pytest.mark.parametrize(("code", "said"), module._reviews().items())
def test_a_review_names_who_did_it(code: str, said: dict[str, object]) -> None:
    keys = ("reviewer", "reviewer_qualification", "reviewed_on", "reviewed_sha256")

    assert all(said[key] for key in keys) if said["status"] == "reviewed" else not any(said[key] for key in keys)
    assert said["translator"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "Call me"),
        ("ar", "اتصل بالرقم ٩١١"),
        ("ko", "Call me"),
        ("ru", "Call me"),
        ("zh_Hans", "Call me"),
        ("vi", unicodedata.normalize("NFD", "Việc này")),
    ],
)
def test_words_in_another_script_or_with_other_figures_are_found(language: str, words: str) -> None:
    assert script_problems(language, Message("Call me", words))


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_translation_of_placeholders_alone_has_no_script(language: str) -> None:
    assert script_problems(language, Message("%(day)s, %(time)s", "%(day)s, %(time)s")) == []


def test_only_the_named_parts_of_a_file_are_gathered(tmp_path: Path) -> None:
    module_file, template = tmp_path / "words.py", tmp_path / "parts.html"
    module_file.write_text("A = _('a')\nB: str = _('b')\n\ndef c():\n    return _('c')\n\nclass D:\n    d = _('d')\n")
    template.write_text("{% macro e() %}{{ _('e') }}{% endmacro %}{% macro f() -%}{{ _('f') }}{%- endmacro %}")

    with module_file.open("rb") as file:
        assert [found[2] for found in from_module(file, {"_": None}, (), {"names": "B c D"})] == ["b", "c", "d"]
    with template.open("rb") as file:
        assert [found[2] for found in from_template(file, {"_": None}, (), {"names": "f"})] == ["f"]
    with module_file.open("rb") as file, pytest.raises(LookupError, match="gone"):
        list(from_module(file, {"_": None}, (), {"names": "gone"}))


@pytest.mark.parametrize("code", sorted(LANGUAGES))
@pytest.mark.parametrize("length", ["medium", "long", "full"])
def test_no_date_ends_with_a_full_stop_of_its_own(app: Flask, code: str, length: str) -> None:
    """At the end of a sentence there would be two."""
    with app.test_request_context(), speaking(code):
        assert not format_date(date(2026, 11, 23), length).endswith((".", "。"))


def test_opening_hours_are_parted_by_the_sign_of_the_language(app: Flask) -> None:
    with app.test_request_context():
        signs = []
        for code in ("en", "ar", "zh-Hans"):
            with speaking(code):
                signs.append(semicolon())

    assert signs == ["; ", "؛ ", "；"]
