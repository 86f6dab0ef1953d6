"""Files of lines: whole, on the disk, and one torn line spoils no other."""

import os
import stat
from pathlib import Path

import pytest

from referral.kit.lines_file import append_lines, drop_torn_end, is_torn


def test_what_is_added_after_a_torn_line_begins_on_its_own(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_text('{"a": 1}\n{"b"')

    append_lines(file, ['{"c": 3}', '{"d": 4}'])

    lines = file.read_bytes().splitlines()
    assert [is_torn(line) for line in lines] == [False, True, False, False]


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    append_lines(tmp_path / "lines", ["{}"])

    assert stat.S_IMODE((tmp_path / "lines").stat().st_mode) == 0o600


def test_a_disk_that_takes_a_little_at_a_time_gets_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: write(file, content[:3]))

    append_lines(tmp_path / "lines", ['{"c": 3}'])

    assert (tmp_path / "lines").read_text() == '{"c": 3}\n'


@pytest.mark.parametrize("line", [b"\x00\x00", b'{"a": "\xff', b"[" * 100_000, b'{"a": {"b": 1}'])
def test_what_is_no_json_is_torn(line: bytes) -> None:
    assert is_torn(line)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1}\n{"b"', '{"a": 1}\n'),
        ('{"b"', ""),
        ('{"a": 1}\n', '{"a": 1}\n'),
        ('{"a": 1}', '{"a": 1}'),  # whole, only its end is missing
        ('{"b"\n{"a": 1}\n', '{"b"\n{"a": 1}\n'),
        ("", ""),
    ],
)
def test_only_an_end_that_was_left_unfinished_is_taken_away(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "lines"
    file.write_text(before)

    drop_torn_end(file)

    assert file.read_text() == after


def test_a_file_that_is_not_there_has_no_end_to_take_away(tmp_path: Path) -> None:
    drop_torn_end(tmp_path / "none")

    assert not (tmp_path / "none").exists()
