"""A hold and an erasure of the same record at the same moment: one of them wins, and never both."""

import threading
from uuid import UUID

import pytest
from flask import Flask

from referral.accounts.models import Person
from referral.kit.errors import Conflict, NotFound
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.patients.models import Patient
from referral.records.erasing import erase_record
from referral.records.holds import is_held, place_hold
from tests.referrals.conftest import Place


def hold(session: ScopedSession, patient_id: UUID, by: UUID) -> None:
    place_hold(session, patient_id, reason="A court asks.", by=by)


def erase(session: ScopedSession, patient_id: UUID, by: UUID) -> None:
    erase_record(session, patient_id, reason="They asked.", by=by)


@pytest.mark.parametrize(("first", "second"), [(hold, erase), (erase, hold), (hold, hold), (erase, erase)])
def test_whoever_comes_second_waits_and_is_refused(
    first: object, second: object, app: Flask, place: Place, officer: Person, database: Database
) -> None:
    patient_id, by = place.patient.id, officer.id
    place.town.commit()
    results: list[str] = []

    def come_second() -> None:
        try:
            with app.app_context(), database.job("second") as session:
                second(session, patient_id, by)
            results.append("done")
        except (Conflict, NotFound):
            results.append("refused")

    waiting = threading.Thread(target=come_second)
    with database.job("first") as session:
        first(session, patient_id, by)
        waiting.start()
        waiting.join(0.2)
        assert results == []
    waiting.join(30)

    assert results == ["refused"]
    with database.job("tests") as session:
        erased = session.get_one(Patient, patient_id).erased_at is not None
        assert erased is not is_held(session, patient_id)
