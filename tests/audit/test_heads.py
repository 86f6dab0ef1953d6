"""Heads: signed, written to a second place, tried again when it fails."""

import json
import logging
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import delete

from referral.audit.chain import Bad, Wrong
from referral.audit.heads import HeadWriter, last_head_times, lines_of
from referral.audit.seal_models import AuditSeal
from referral.audit.verifying import BadHeadLine, Heads, read_heads, torn_line
from referral.kit.scope import job_scope
from referral.kit.settings import Settings
from referral.kit.worker import Task, Worker
from tests.audit.conftest import ONE, OTHER, Tampering, Trail


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the heads go."""
    return tmp_path / "heads.jsonl"


@pytest.fixture
def settings(settings: Settings, place: Path) -> Settings:
    """An installation with a second place."""
    return replace(settings, audit_head_file=str(place))


def heads_in(trail: Trail, place: Path) -> Heads:
    with trail.database.reading(job_scope("tests")) as session:
        return read_heads(session, place)


def test_every_chain_has_its_line(sealed: Trail, place: Path) -> None:
    assert HeadWriter().write_due(sealed.database) == 3

    assert {line["number"] for line in map(json.loads, place.read_text().splitlines())} == {20, 10, 3}
    assert sealed.verify(heads_in(sealed, place)).heads == 3


def test_the_file_is_for_its_owner_alone(sealed: Trail, place: Path) -> None:
    HeadWriter().write_due(sealed.database)

    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_heads_are_written_once_an_hour_and_only_of_chains_that_grew(sealed: Trail, place: Path) -> None:
    writer = HeadWriter()
    writer.write_due(sealed.database)
    sealed.add(ONE)
    sealed.seal()

    assert writer.write_due(sealed.database) == 0
    writer._due_s = 0.0
    assert writer.write_due(sealed.database) == 1
    assert len(place.read_text().splitlines()) == 4


def test_an_end_that_a_power_cut_left_unfinished_is_taken_away_before_the_next_line(sealed: Trail, place: Path) -> None:
    HeadWriter().write_due(sealed.database)
    with place.open("a") as file:
        file.write('{"at": "20')
    with sealed.database.reading(job_scope("tests")) as session:
        before = torn_line(session, place)

    HeadWriter().write_due(sealed.database)

    with sealed.database.reading(job_scope("tests")) as session:
        assert [line.head is not None for line in lines_of(session, place)] == [True] * 6
        assert (before, torn_line(session, place)) == (4, None)


def test_an_unfinished_line_is_passed_over_at_the_end_only(sealed: Trail, place: Path) -> None:
    HeadWriter().write_due(sealed.database)
    first, second, third = place.read_text().splitlines()
    place.write_text("\n".join([first, second, third[:40]]))
    passed_over = heads_in(sealed, place)
    place.write_text("\n".join([first, second[:40], third]))

    with pytest.raises(BadHeadLine) as raised:
        heads_in(sealed, place)

    assert (len(passed_over), raised.value.number) == (2, 2)


def test_after_a_power_cut_the_chains_are_still_verified(sealed: Trail, place: Path) -> None:
    place.write_text('{"at": "20')
    HeadWriter().write_due(sealed.database)

    found = sealed.verify(heads_in(sealed, place))

    assert (found.bad, found.heads) == (None, 3)


def test_a_place_that_cannot_be_written_is_logged_and_tried_again(
    sealed: Trail, place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place.mkdir()
    writer = HeadWriter()

    assert writer.write_due(sealed.database) == 0
    assert [record.msg for record in caplog.records if record.levelno == logging.ERROR] == ["audit heads not written"]
    place.rmdir()
    assert writer.write_due(sealed.database) == 3


def test_a_place_that_cannot_be_written_stops_no_other_task(sealed: Trail, place: Path) -> None:
    place.mkdir()
    done: list[int] = []
    tasks = [Task("audit heads", 60.0, HeadWriter().write_due), Task("other", 60.0, lambda _: done.append(1) or 1)]

    Worker(sealed.database, tasks).tick()

    assert done == [1]


def test_the_journal_carries_the_same_lines(sealed: Trail, place: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        HeadWriter().write_due(sealed.database)

    logged = [record.head for record in caplog.records if record.msg == "audit head"]
    assert logged == place.read_text().splitlines()


@pytest.mark.parametrize("field", ["at", "chain", "number", "hash", "signature"])
def test_a_changed_line_is_named(sealed: Trail, place: Path, field: str) -> None:
    HeadWriter().write_due(sealed.database)
    first, second, third = place.read_text().splitlines()
    other = {"at": "2026-01-01T00:00:00+00:00", "chain": str(OTHER), "number": 4, "hash": "00" * 32, "signature": "00"}
    chosen = json.loads(second)
    place.write_text("\n".join([first, json.dumps(chosen | {field: other[field]}), third]))

    with pytest.raises(BadHeadLine) as raised:
        heads_in(sealed, place)

    assert raised.value.number == 2


def test_a_chain_that_was_cut_off_is_noticed_within_the_hour(
    sealed: Trail, tampering: Tampering, caplog: pytest.LogCaptureFixture
) -> None:
    writer = HeadWriter()
    writer.write_due(sealed.database)
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.chain == ONE, AuditSeal.number > 15))

    writer._due_s = 0.0
    writer.write_due(sealed.database)

    assert "audit chain is shorter than its last head" in [record.msg for record in caplog.records]


def test_the_first_head_of_a_number_is_the_true_one(sealed: Trail, tampering: Tampering, place: Path) -> None:
    HeadWriter().write_due(sealed.database)
    with tampering() as connection:
        connection.execute(delete(AuditSeal).where(AuditSeal.chain == ONE))
    sealed.seal()
    HeadWriter().write_due(sealed.database)

    found = sealed.verify(heads_in(sealed, place))

    assert found.bad == Bad(ONE.hex, 20, sealed.events()[-1].hex, Wrong.REWRITTEN)


def test_a_line_that_is_no_head_at_all_is_named(sealed: Trail, place: Path) -> None:
    place.write_text("[]\n")

    with pytest.raises(BadHeadLine):
        heads_in(sealed, place)


def test_pages_learn_when_the_last_head_of_each_chain_was_written(sealed: Trail, place: Path) -> None:
    with time_machine.travel("2026-11-20T10:00:00+00:00", tick=False):
        HeadWriter().write_due(sealed.database)

    with sealed.database.reading(job_scope("tests")) as session:
        times = last_head_times(session)

    assert times[ONE].isoformat() == "2026-11-20T10:00:00+00:00"


def test_pages_read_only_the_end_of_a_long_file(sealed: Trail, place: Path) -> None:
    for _ in range(5):
        HeadWriter().write_due(sealed.database)
    length = place.stat().st_size // 3

    with sealed.database.reading(job_scope("tests")) as session:
        newest = list(lines_of(session, place, newest_bytes=length))

    assert 3 < len(newest) < 15
    assert all(line.head is not None for line in newest)
    assert os.path.getsize(place) > length
