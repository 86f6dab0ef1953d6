"""Phones, settings, logs, languages and the state machine."""

import base64
import json
import logging
from pathlib import Path

import pytest
from flask import Flask

from referral.kit.errors import InvalidInput
from referral.kit.i18n import LANGUAGES, compile_catalogs, language_name, speaking
from referral.kit.logs import JsonLines
from referral.kit.phone import parse_phone, show_phone
from referral.kit.settings import SettingsError, read_settings

KEYS = {"SECRET_KEY": "x", "MASTER_KEY": "a2V5LW9mLXRoZS10ZXN0cy0tLTMyLWJ5dGVzLWxvbmc="}
OTHER = base64.b64encode(b"o" * 32).decode()


@pytest.mark.parametrize("typed", ["559-555-0123", "(559) 555 0123", "+1 559 555 0123", "1.559.555.0123"])
def test_a_phone_is_read_as_people_write_it(typed: str) -> None:
    assert parse_phone(typed) == "+15595550123"


@pytest.mark.parametrize("typed", ["", "12", "hello", "555-0123-0123-0123-999", "+999 1"])
def test_what_is_no_phone_is_refused_with_words(typed: str) -> None:
    with pytest.raises(InvalidInput):
        parse_phone(typed)


def test_a_phone_is_shown_as_people_read_it() -> None:
    assert (show_phone("+15595550123"), show_phone("odd")) == ("(559) 555-0123", "odd")


def test_missing_keys_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY and MASTER_KEY"):
        read_settings({}, tmp_path)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"MESSAGE_GATEWAY": "pigeon"}, "pigeon"),
        ({"MESSAGE_GATEWAY": "twilio"}, "TWILIO_ACCOUNT_SID"),
        ({"MASTER_KEY": "short"}, "MASTER_KEY"),
        ({"PUBLIC_BASE_URL": "example.org"}, "PUBLIC_BASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(extra: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=words):
        read_settings(KEYS | extra, tmp_path)


def test_the_database_is_sqlite_in_the_instance_by_default(tmp_path: Path) -> None:
    assert read_settings(KEYS, tmp_path).database_url == f"sqlite:///{tmp_path}/needsrx.sqlite3"


def test_a_log_line_is_json_and_leaves_out_what_may_be_private() -> None:
    record = logging.LogRecord("x", logging.INFO, "f.py", 1, "signed in", (), None)
    record.__dict__.update({"patient_name": "Rosa", "status": 200})

    line = json.loads(JsonLines().format(record))

    assert (line["what"], line["status"], "patient_name" in line) == ("signed in", 200, False)


def test_the_trace_of_an_error_names_places_never_values() -> None:
    try:
        int("Rosa Molina")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "f.py", 1, "failed", (), (ValueError, error, error.__traceback__)
        )

    line = JsonLines().format(record)

    assert "test_small_parts.py" in line
    assert "Rosa" not in line


def test_languages_know_their_direction() -> None:
    assert [code for code, language in LANGUAGES.items() if language.direction == "rtl"] == ["ar", "fa"]
    assert language_name("es") == "Spanish (Español)"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("zh", "Chinese (中文)"),
        ("zh-Hant", "Chinese (Traditional) (繁體中文)"),
        ("zh-Hant-TW", "Traditional Chinese (繁體中文)"),
        ("pa", "Punjabi (ਪੰਜਾਬੀ)"),
        ("tl", "Tagalog"),
        ("qqq", "a language that we have no name for (qqq)"),
        ("Mixteco Alto", "Mixteco Alto"),
        (None, ""),
    ],
)
def test_a_language_is_named_even_where_our_table_does_not_hold_it(app: Flask, code: str | None, name: str) -> None:
    with app.test_request_context():
        assert language_name(code) == name


def test_a_language_is_named_in_the_readers_own(app: Flask) -> None:
    with app.test_request_context(), speaking("es"):
        assert language_name("zh") == "chino (中文)"
        assert language_name("pa-Guru") == "punyabí (ਪੰਜਾਬੀ)"


def test_a_catalog_is_compiled_when_it_is_newer(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Home"\nmsgstr "Inicio"\n')

    assert [path.name for path in compile_catalogs(tmp_path)] == ["messages.mo"]
    assert compile_catalogs(tmp_path) == []


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"MASTER_KEY_BEFORE": "short"}, "MASTER_KEY_BEFORE must be the base64 text"),
        ({"MASTER_KEY_BEFORE": f"{OTHER},{OTHER}"}, "names a key twice"),
        ({"MASTER_KEY_BEFORE": KEYS["MASTER_KEY"]}, "or the one in MASTER_KEY"),
        ({"SECRET_KEY_BEFORE": KEYS["SECRET_KEY"]}, "must be the former one"),
        ({"AUDIT_HEAD_FILE": "heads.txt"}, "AUDIT_HEAD_FILE must be a whole path"),
        ({"MIGRATION_DATABASE_URL": "nonsense"}, "MIGRATION_DATABASE_URL must be an address"),
        ({"DATABASE_URL": "postgresql://name@db.example/needsrx"}, "DATABASE_URL leads to another machine"),
        ({"DATABASE_URL": "postgresql://name@db.example/needsrx?sslmode=prefer"}, "sslmode=verify-full"),
        ({"DATABASE_URL": "postgresql://name@/needsrx?host=db.example"}, "DATABASE_URL leads to another machine"),
    ],
)
def test_a_setting_of_keys_or_transport_that_cannot_be_meant_is_named(
    extra: dict[str, str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=words):
        read_settings(KEYS | extra, tmp_path)


def test_former_keys_are_read_newest_first(tmp_path: Path) -> None:
    read = read_settings(KEYS | {"MASTER_KEY_BEFORE": f" {OTHER} ,"}, tmp_path)

    assert read.master_keys_before() == (b"o" * 32,)


@pytest.mark.parametrize(
    ("address", "proven"),
    [
        ("sqlite:///x.sqlite3", True),
        ("postgresql://name@localhost/needsrx", True),
        ("postgresql:///needsrx?host=/var/run/postgresql", True),
        ("postgresql://name@db.example/needsrx?sslmode=verify-full", True),
        ("postgresql://name@db/needsrx?sslmode=require", False),
        ("postgresql://name@db/needsrx?sslmode=disable", False),
    ],
)
def test_a_database_on_another_machine_proves_itself_or_somebody_decided_otherwise(
    address: str, proven: bool, tmp_path: Path
) -> None:
    assert read_settings(KEYS | {"DATABASE_URL": address}, tmp_path).database_is_proven is proven
