"""The seeded county: everything that a visitor of the demo should find, made by the product's own actions."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from referral.accounts.models import Member, Person
from referral.accounts.passwords import matches
from referral.accounts.roles import MemberKind
from referral.demo.people import DEMO_PASSWORD
from referral.demo.seed import mark_as_demo, seed_demo
from referral.demo.simulated import phones
from referral.kit import clock
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.models import Message
from referral.patients.models import Patient
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import Mode, ReferralState
from referral.tables import metadata
from referral.todos.models import ToDo
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service
from tests.databases import PostgresServer
from tests.demo.conftest import demo_app, url_of_own_database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def county(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer | None
) -> Iterator[ScopedSession]:
    """A session over a seeded demo; nobody writes to it."""
    url = url_of_own_database(request.param, tmp_path_factory.mktemp("county"), postgres_server)
    app = demo_app(url)
    database: Database = app.extensions["database"]
    metadata.create_all(database.engine)
    mark_as_demo(database)
    seed_demo(app, None, say=str)
    with database.reading(job_scope("tests")) as session:
        yield session
    clock.set_offset(timedelta())
    database.engine.dispose()


def count(session: ScopedSession, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_county_is_as_large_as_promised(county: ScopedSession) -> None:
    clinics = county.scalars(select(Member.name).where(Member.kind == MemberKind.CLINIC)).all()

    assert count(county, Organization) >= 60
    assert count(county, Service) >= 150
    assert len(clinics) == 3
    assert count(county, Patient) == 60


def test_patients_read_eight_languages(county: ScopedSession) -> None:
    written = set(county.scalars(select(Patient.written_language)))

    assert len(written - {None, "none"}) >= 8


def test_there_are_loops_in_every_state_and_mode(county: ScopedSession) -> None:
    assert set(county.scalars(select(Referral.state))) == set(ReferralState)
    assert set(county.scalars(select(Referral.mode))) == set(Mode)


def test_whatever_left_says_that_it_was_simulated(county: ScopedSession) -> None:
    left = county.execute(select(Referral.simulated).where(Referral.sent_at.is_not(None))).scalars().all()

    assert left
    assert all(left)
    assert set(county.scalars(select(Message.provider).where(Message.sent_at.is_not(None)))) == {"simulated"}
    assert set(county.scalars(select(InboundMessage.source))) == {InboundSource.SIMULATOR}


def test_history_lies_over_the_last_six_weeks(county: ScopedSession) -> None:
    moments = county.scalars(select(ReferralMove.at).order_by(ReferralMove.at)).all()

    assert timedelta(days=30) < moments[-1] - moments[0] < timedelta(days=46)
    assert len({moment.date() for moment in moments}) > 20


def test_no_row_is_younger_than_the_present(county: ScopedSession) -> None:
    soon = clock.now() + timedelta(minutes=1)

    assert county.scalars(select(Message.id).where(Message.sent_at > soon)).all() == []
    assert county.scalars(select(ReferralMove.id).where(ReferralMove.at > soon)).all() == []


def test_answers_differ_somewhere_and_people_have_to_dos(county: ScopedSession) -> None:
    reasons = Counter(county.scalars(select(ToDo.reason)))

    assert county.scalars(select(Referral.id).where(Referral.answers_differ)).all()
    assert len(reasons) >= 8
    assert county.scalars(select(ToDo.id).where(ToDo.done_at.is_not(None))).all()


def test_patients_have_written_back(county: ScopedSession) -> None:
    effects = set(county.scalars(select(InboundMessage.effect)))

    assert {"opted_out", "number_removed", "asked_again", "applied check_outcome_d10 1"} <= effects


def test_phones_of_the_simulator_hold_conversations(county: ScopedSession) -> None:
    shown = phones(county)

    assert len([phone for phone in shown if {text.incoming for text in phone.texts} == {True, False}]) >= 10


def test_everybody_signs_in_with_the_demos_password(county: ScopedSession) -> None:
    hashes = set(county.scalars(select(Person.password_hash)))

    assert len(hashes) == 1
    assert matches(hashes.pop(), DEMO_PASSWORD)
