"""Sealing: what is committed is sealed, in one chain for each clinic, whoever does it."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from referral.audit.seal_models import NO_CLINIC, AuditSeal
from referral.audit.sealing import BATCH, SWEEP_BACK, seal_new_events, seal_stragglers
from referral.kit import clock
from referral.kit.crypto import Vault
from referral.kit.transaction import Database
from referral.tasks import worker_tasks
from tests.audit.conftest import ONE, OTHER, Trail, id_made


def test_new_events_are_sealed_in_the_chain_of_their_clinic(trail: Trail) -> None:
    mine, foreign = trail.add(ONE, 3), trail.add(OTHER, 2)

    assert trail.seal() == 5
    assert trail.events(ONE) == sorted(mine)
    assert trail.events(OTHER) == sorted(foreign)


def test_events_of_no_clinic_have_a_chain_of_their_own(trail: Trail) -> None:
    ids = trail.add(None, 2)

    trail.seal()

    assert trail.events(NO_CLINIC) == sorted(ids)


def test_a_chain_goes_on_where_it_ended(sealed: Trail) -> None:
    sealed.add(ONE, 2)

    sealed.seal()

    assert sealed.numbers(ONE) == list(range(1, 23))
    assert sealed.verify().bad is None


def test_nothing_new_means_nothing_to_do(sealed: Trail) -> None:
    assert sealed.seal() == 0


def test_more_than_a_batch_is_sealed_in_one_turn(trail: Trail) -> None:
    trail.add(ONE, BATCH + 5)

    assert trail.seal() == BATCH + 5


def test_an_event_committed_after_later_ones_is_sealed_in_the_next_turn(sealed: Trail) -> None:
    (late,) = sealed.add(ONE, id=id_made(timedelta(minutes=5)))

    sealed.seal()

    assert sealed.events(ONE)[-1] == late
    assert sealed.verify().bad is None


def test_an_event_committed_an_hour_late_is_sealed_by_the_hourly_sweep(sealed: Trail) -> None:
    (late,) = sealed.add(ONE, id=id_made(timedelta(minutes=59)))

    assert sealed.seal() == 0
    assert seal_stragglers(sealed.database) == 1
    assert sealed.events(ONE)[-1] == late
    assert sealed.verify().bad is None


def test_an_event_older_than_any_transaction_is_never_sealed(sealed: Trail) -> None:
    sealed.add(ONE, id=id_made(SWEEP_BACK + timedelta(minutes=1)))

    assert seal_stragglers(sealed.database) == 0


def test_events_older_than_the_first_seal_ever_are_all_sealed(trail: Trail) -> None:
    ids = [*trail.add(ONE, id=id_made(timedelta(days=400))), *trail.add(ONE, id=id_made(timedelta(days=30)))]

    trail.seal()

    assert trail.events(ONE) == ids


def test_events_wait_for_a_worker_that_was_away_for_days(trail: Trail) -> None:
    trail.add(ONE, id=id_made(timedelta(days=9)))
    trail.seal()
    trail.add(ONE, id=id_made(timedelta(days=8)))
    trail.add(ONE)

    assert trail.seal() == 2


def test_an_id_of_the_future_hides_no_later_event(trail: Trail) -> None:
    trail.add(ONE, id=id_made(-timedelta(days=400)))
    trail.seal()
    trail.add(ONE)

    assert trail.seal() == 1


def test_two_workers_at_once_make_one_chain(trail: Trail, database_url: str) -> None:
    trail.add(ONE, 20)
    workers = [Database(database_url, Vault(b"k" * 32)) for _ in range(4)]
    started = threading.Barrier(5)

    def seal(worker: Database) -> None:
        started.wait()
        for _ in range(10):
            seal_new_events(worker)

    threads = [threading.Thread(target=seal, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    started.wait()
    for _ in range(10):
        trail.add(ONE, 20)
    for thread, worker in zip(threads, workers, strict=True):
        thread.join()
        worker.engine.dispose()
    trail.seal()

    assert trail.numbers(ONE) == list(range(1, 221))
    assert trail.verify().bad is None


def test_a_worker_waits_while_another_one_seals(sealed: Trail, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        with sealed.database.job("tests"):
            assert sealed.seal() == 0
        return
    sealed.add(ONE)
    with sealed.database.job("tests") as other:
        other.connection().exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (int.from_bytes(b"seal", "big"),))

        assert sealed.seal() == 0
    assert sealed.seal() == 1


@pytest.mark.parametrize(("number", "fresh"), [(1, True), (21, False)])
def test_the_database_refuses_a_second_seal_for_a_place_or_an_event(sealed: Trail, number: int, fresh: bool) -> None:
    event_id = UUID(int=5) if fresh else sealed.events(ONE)[0]
    seal = {"chain": ONE, "number": number, "event_id": event_id, "form": 1, "hash": bytes(32)}

    with pytest.raises(IntegrityError), sealed.database.job("tests") as session:
        session.execute(insert(AuditSeal), [seal | {"sealed_at": clock.wall()}])


def test_the_worker_seals_within_five_seconds_of_the_commit(app: Flask) -> None:
    every_s = {task.name: task.every_s for task in worker_tasks(app)}

    assert every_s["seal"] < 5
    assert every_s["seal stragglers"] == 3600
