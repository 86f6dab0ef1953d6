"""Set aside and let go: a restored queue, poison, what is a day old, and what an administrator decides."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import time_machine

from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.outbox.claiming import MOST_LOST_CLAIMS
from referral.outbox.hooks import Postponed
from referral.outbox.models import Message
from referral.outbox.quarantine import (
    NotPossible,
    is_quarantined,
    quarantine_queue,
    release_messages,
    release_queue,
    try_again,
)
from referral.outbox.queries import messages_in, queue_health
from referral.outbox.receipts import Receipt, record_receipt
from referral.outbox.restored import RestoreWatch, marks_file
from referral.outbox.sending import sweep_outbox
from referral.outbox.states import MessageState
from tests.conftest import MASTER_KEY
from tests.fakes.twilio_faults import Fault
from tests.fakes.twilio_server import FakeTwilio
from tests.outbox.conftest import Script, new_text, queue, sender_to, stored

DAY = timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "second" / "needsrx.marks"


def quarantined(database: Database) -> bool:
    with database.job("test") as session:
        return is_quarantined(session)


def go_back(database: Database, marks: int) -> None:
    """Make the database one that was copied when it counted less."""
    with database.job("test") as session:
        installation(session).marks = marks


def look(database: Database, file: Path | None, times: int = 1) -> int:
    watch = RestoreWatch(file)
    return sum(watch.look(database) for _ in range(times))


def test_a_new_installation_starts_free(database: Database, file: Path) -> None:
    queue(database)

    look(database, file, 3)

    assert (quarantined(database), file.read_text()) == (False, "3\n")


def test_a_worker_that_starts_again_finds_nothing_amiss(database: Database, file: Path) -> None:
    look(database, file, 3)
    look(database, file, 3)

    assert (quarantined(database), file.read_text()) == (False, "6\n")


def test_a_restored_copy_sends_nothing(database: Database, twilio: FakeTwilio, file: Path) -> None:
    look(database, file, 5)
    message_id = queue(database)
    go_back(database, 2)

    held = look(database, file)
    queue(database)
    sender_to(twilio).send_due(database)

    assert (held, quarantined(database), twilio.posts) == (1, True, [])
    assert (stored(database, message_id).state, stored(database, message_id).reason) == ("quarantined", "restored")


def test_the_mark_stays_ahead_after_a_restore_so_that_release_lasts(database: Database, file: Path) -> None:
    look(database, file, 5)
    go_back(database, 2)
    look(database, file)
    with database.job("test") as session:
        release_queue(session, send=True)

    look(database, file, 2)

    assert (quarantined(database), file.read_text()) == (False, "8\n")


def test_a_copy_from_before_there_were_marks_is_noticed(database: Database, file: Path) -> None:
    queue(database)
    file.parent.mkdir()
    file.write_text("7\n")

    assert (look(database, file), quarantined(database)) == (1, True)


def test_a_new_database_in_an_old_place_starts_free(database: Database, file: Path) -> None:
    file.parent.mkdir()
    file.write_text("7\n")

    look(database, file)

    assert not quarantined(database)


def test_a_demo_is_never_quarantined(database: Database, file: Path) -> None:
    look(database, file, 5)
    with database.job("test") as session:
        installation(session).demo = True
    go_back(database, 2)

    look(database, file)

    assert not quarantined(database)


def test_a_sqlite_copy_on_another_machine_is_noticed_and_a_second_postgresql_worker_is_none(
    database: Database, file: Path, tmp_path: Path
) -> None:
    """A new machine has no file yet. SQLite lives on one machine; PostgreSQL is reached from many."""
    look(database, file, 5)

    look(database, tmp_path / "another" / "needsrx.marks")

    assert quarantined(database) is (database.engine.dialect.name == "sqlite")


def test_a_dump_read_into_new_tables_is_noticed_without_any_file(database: Database) -> None:
    look(database, None, 2)
    with database.job("test") as session:
        installation(session).place = "16384:16385"

    look(database, None)

    assert quarantined(database) is (database.engine.dialect.name == "postgresql")


def test_nothing_is_sent_before_the_worker_has_looked(file: Path) -> None:
    assert not RestoreWatch(file).looked


def test_a_file_that_cannot_be_written_stops_no_worker(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")

    look(database, tmp_path / "taken" / "needsrx.marks")

    assert "marks not written" in caplog.text


@pytest.mark.parametrize(
    ("database_url", "head_file", "wanted"),
    [
        ("sqlite:////data/needsrx.sqlite3", None, "/data/needsrx.sqlite3.marks"),
        ("sqlite:////data/needsrx.sqlite3", "/mnt/second/heads.txt", "/mnt/second/needsrx.sqlite3.marks"),
        ("postgresql://localhost/needsrx", "/mnt/second/heads.txt", "/mnt/second/needsrx.marks"),
        ("postgresql://localhost/needsrx", None, None),
        ("sqlite://", None, None),
    ],
)
def test_the_mark_is_kept_apart_from_the_database(database_url: str, head_file: str | None, wanted: str | None) -> None:
    settings = Settings(database_url, "secret", MASTER_KEY, "http://localhost", audit_head_file=head_file)

    assert marks_file(settings) == (Path(wanted) if wanted else None)


def test_after_a_look_people_hear_of_what_a_restored_copy_held_and_new_messages_go(
    database: Database, twilio: FakeTwilio, script: Script, file: Path
) -> None:
    old = queue(database)
    with database.job("test") as session:
        quarantine_queue(session, reason="restored")
    new = queue(database, new_text(to="+13055550199"))

    with database.job("test") as session:
        count = release_queue(session, send=False)
    sender_to(twilio).send_due(database)

    assert count == 1
    assert script.stuck == [(old, MessageState.NEEDS_HUMAN, "restored")]
    assert stored(database, new).state == MessageState.ACCEPTED


def test_what_a_restored_copy_held_can_be_sent_after_all(database: Database, twilio: FakeTwilio) -> None:
    old = queue(database)
    with database.job("test") as session:
        quarantine_queue(session, reason="restored")

    with time_machine.travel(clock.wall() + 3 * DAY):
        with database.job("test") as session:
            release_queue(session, send=True)
        sender_to(twilio).send_due(database)

    assert stored(database, old).state == MessageState.ACCEPTED


def test_a_report_proves_that_a_held_message_was_sent_before(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    twilio.fail_next(Fault.THROTTLE_429)
    sender_to(twilio).send_due(database)
    with database.job("test") as session:
        quarantine_queue(session, reason="restored")

    with database.job("test") as session:
        record_receipt(session, Receipt("SM1", "delivered", message_id=message_id, attempt_no=1))

    assert stored(database, message_id).state == MessageState.DELIVERED


def test_a_message_that_kills_its_workers_is_set_aside(database: Database, twilio: FakeTwilio, script: Script) -> None:
    poison = queue(database)
    for _death in range(MOST_LOST_CLAIMS):
        with database.job("test") as session:
            message = session.get_one(Message, poison)
            message.state, message.lease_owner = MessageState.CLAIMED, "dead"
            message.lease_until = clock.wall() - timedelta(seconds=1)
        sweep_outbox(database)

    sender_to(twilio).send_due(database)

    assert script.stuck == [(poison, MessageState.QUARANTINED, "kills_workers")]
    assert twilio.posts == []


def test_poison_holds_up_none_of_the_others_and_can_be_driven_again(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    poison, plain = queue(database), script.compose

    def compose(session: object, message: Message, now: object) -> object:
        if message.id == poison:
            raise ValueError("a placeholder")
        return plain(session, message, now)  # type: ignore[arg-type]  # as given

    script.compose = compose  # type: ignore[assignment]  # as given
    healthy = [queue(database, new_text(to=f"+1305555{n:04}")) for n in range(20)]
    sender_to(twilio).send_due(database)
    with database.job("test") as session:
        listed = [(each.message_id, each.reason) for each in messages_in(session, [MessageState.QUARANTINED], most=9)]
    script.compose = plain
    with database.job("test") as session:
        release_messages(session, [poison])
    sender_to(twilio).send_due(database)

    assert listed == [(poison, "no_words:ValueError")]
    assert {stored(database, each).state for each in [poison, *healthy]} == {MessageState.ACCEPTED}


def test_after_an_outage_what_is_a_day_old_goes_to_a_person(
    database: Database, twilio: FakeTwilio, script: Script
) -> None:
    old, young = queue(database), None
    with time_machine.travel(clock.wall() + DAY + timedelta(minutes=1)):
        young = queue(database, new_text(to="+13055550199"))

        sender_to(twilio).send_due(database)

        assert script.stuck == [(old, MessageState.EXPIRED, "too_old")]
        assert stored(database, young).state == MessageState.ACCEPTED


def test_what_the_gate_made_wait_is_not_old(database: Database, twilio: FakeTwilio, script: Script) -> None:
    """Quiet hours over a long weekend are no outage."""
    message_id, plain, opening = queue(database), script.compose, clock.now() + 3 * DAY
    script.compose = lambda *_given: Postponed(opening, "quiet_hours")
    sender_to(twilio).send_due(database)
    script.compose = plain

    with time_machine.travel(opening + timedelta(hours=1)):
        sender_to(twilio).send_due(database)

    assert stored(database, message_id).state == MessageState.ACCEPTED


def test_a_day_of_throttling_makes_a_message_old(database: Database, twilio: FakeTwilio, script: Script) -> None:
    message_id = queue(database)
    with time_machine.travel(clock.wall()) as traveller:
        for _hour in range(26):
            twilio.fail_next(Fault.THROTTLE_429)
            sender_to(twilio).send_due(database)
            traveller.shift(timedelta(hours=1))

    assert script.stuck == [(message_id, MessageState.EXPIRED, "too_old")]


def test_what_was_given_up_can_be_tried_again(database: Database, twilio: FakeTwilio) -> None:
    message_id = queue(database)
    with time_machine.travel(clock.wall() + 2 * DAY):
        sender_to(twilio).send_due(database)
        with database.job("test") as session:
            try_again(session, [message_id])
        sender_to(twilio).send_due(database)

        assert stored(database, message_id).state == MessageState.ACCEPTED


@pytest.mark.parametrize("move", [release_messages, try_again])
def test_a_message_in_another_state_is_left_alone_with_all_the_others(
    database: Database, twilio: FakeTwilio, move: Callable[..., int]
) -> None:
    sent = queue(database)
    sender_to(twilio).send_due(database)

    with pytest.raises(NotPossible, match="accepted"), database.job("test") as session:
        move(session, [sent])

    assert stored(database, sent).state == MessageState.ACCEPTED


def test_an_unknown_message_is_named(database: Database) -> None:
    nobody: UUID = uuid4()

    with pytest.raises(NotPossible, match=str(nobody)), database.job("test") as session:
        try_again(session, [nobody])


def test_the_queue_tells_that_it_is_quarantined(database: Database) -> None:
    queue(database)
    with database.job("test") as session:
        quarantine_queue(session)

    with database.job("test") as session:
        health = queue_health(session)

    assert health.quarantined_at is not None
    assert health.counts[MessageState.QUARANTINED] == 1
