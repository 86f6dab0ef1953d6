"""Retention by time travel: nothing is older than the schedule says, held records stay, and people are told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from referral.accounts.factor_models import FactorKind, RecoveryCode, SecondFactor
from referral.accounts.models import LinkPurpose, LoginSession, Membership, SignedLink, SignInTry
from referral.accounts.reset_models import ResetWish
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.messaging.arrivals import Arrival
from referral.messaging.conversation import conversation_of
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.models import Message, ProviderEvent
from referral.outbox.states import Channel, MessageState
from referral.patients.consents import opt_out
from referral.patients.models import PhoneNumber
from referral.patients.states import OptOutKind
from referral.records.due import remove_old
from referral.records.holds import place_hold
from referral.records.retention import SCHEDULE, schedule_table
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import Base
from tests.referrals.conftest import Place

PHONE, STRANGER = "+15595550123", "+15595550166"


@pytest.fixture
def texts(session: ScopedSession, place: Place) -> None:
    """A text to the patient, one back, and a to-do that repeats it."""
    own: dict[str, Any] = {"clinic_id": place.clinic.id, "patient_id": place.patient.id, "created_at": clock.now()}
    text = {"channel": Channel.SMS, "composer": "referral_text", "template": "x", "state": MessageState.DELIVERED}
    about = {"subject_kind": "referral", "subject_id": place.patient.id, "dedupe_key": "m1", "facts": {"date": "x"}}
    place.town._add(Message(**own, **text, **about, not_before=clock.now(), sent_at=clock.now(), body="Hello Rosa"))
    inbound = receive_text(session, Arrival("SM1", PHONE, "Hello clinic", InboundSource.WEBHOOK))
    assert inbound is not None
    task = {"reason": ToDoReason.PATIENT_WROTE, "subject_kind": "inbound_message", "subject_id": inbound.id}
    place.town._add(ToDo(**own, **task, dedupe_key="t1", due_at=clock.now(), done_at=clock.now(), note="Hello clinic"))
    for to_do in session.scalars(select(ToDo).where(ToDo.done_at.is_(None))):
        session.delete(to_do)
    place.town.commit()


def after(database: Database, days: float) -> int:
    """Let days pass and the job run; return how many rows it removed."""
    clock.set_offset(timedelta(days=days))
    return remove_old(database)


def words_left(session: ScopedSession) -> list[str]:
    session.rollback()
    session.expire_all()
    rows = [*session.scalars(select(Message)), *session.scalars(select(InboundMessage)), *session.scalars(select(ToDo))]
    found = [getattr(row, "body", None) or getattr(row, "note", None) for row in rows]
    return sorted(words for words in found if words and words.startswith("Hello"))


@pytest.mark.parametrize(("days", "left"), [(89, ["Hello Rosa", "Hello clinic", "Hello clinic"]), (91, [])])
def test_words_are_kept_for_ninety_days_and_no_longer(
    days: int, left: list[str], database: Database, session: ScopedSession, texts: None
) -> None:
    after(database, days)

    assert words_left(session) == left


def test_the_conversation_says_that_words_were_removed(
    database: Database, session: ScopedSession, place: Place, texts: None
) -> None:
    after(database, 91)

    session.expire_all()
    lines = [line.text for line in conversation_of(session, place.patient.id)]
    assert lines.count("(removed after 90 days)") == 2


def test_states_and_times_of_messages_stay(database: Database, session: ScopedSession, texts: None) -> None:
    after(database, 91)

    session.expire_all()
    message = session.scalars(select(Message).where(Message.dedupe_key == "m1")).one()
    assert (message.state, message.facts) == (MessageState.DELIVERED, {})
    assert message.sent_at is not None
    assert message.redacted_at is not None


def test_a_record_on_hold_keeps_its_words(
    database: Database, session: ScopedSession, place: Place, texts: None
) -> None:
    place_hold(session, place.patient.id, reason="A court asks.", by=place.navigator.id)
    place.town.commit()

    after(database, 400)

    assert words_left(session) == ["Hello Rosa", "Hello clinic", "Hello clinic"]


def test_a_message_still_on_its_way_keeps_its_words(database: Database, session: ScopedSession, texts: None) -> None:
    session.scalars(select(Message).where(Message.dedupe_key == "m1")).one().state = MessageState.SUBMITTING
    session.commit()

    after(database, 91)

    assert "Hello Rosa" in words_left(session)


def test_texts_of_strangers_go_after_a_fortnight_with_their_number(
    database: Database, session: ScopedSession, place: Place
) -> None:
    receive_text(session, Arrival("SM9", STRANGER, "purple elephants", InboundSource.WEBHOOK))
    place.town.commit()

    assert after(database, 13) == 0
    assert after(database, 15) == 1

    session.expire_all()
    assert session.scalars(select(InboundMessage)).all() == []
    assert [number.number for number in session.scalars(select(PhoneNumber))] == [PHONE]


def test_a_strangers_stop_stays(database: Database, session: ScopedSession, place: Place) -> None:
    inbound = receive_text(session, Arrival("SM9", STRANGER, "hm", InboundSource.WEBHOOK))
    assert inbound is not None
    opt_out(session, inbound.phone_number_id, OptOutKind.STOP)
    number_id = inbound.phone_number_id
    place.town.commit()

    after(database, 15)

    session.expire_all()
    kept = session.get_one(PhoneNumber, number_id)
    assert (kept.number, kept.opted_out_at is None) == (None, False)


def test_what_machines_write_down_goes_too(database: Database, session: ScopedSession, place: Place) -> None:
    long_ago = clock.now() - timedelta(days=400)
    membership_id = session.scalars(select(Membership.id).where(Membership.person_id == place.navigator.id)).one()
    signed = {"person_id": place.navigator.id, "membership_id": membership_id, "created_at": long_ago}
    place.town._add(LoginSession(**signed, secret_hash=b"x", seen_at=long_ago))
    place.town._add(SignInTry(key=b"k", tried_at=long_ago, failed=True))
    link = {"purpose": LinkPurpose.REFERRAL_ANSWER, "subject_id": place.patient.id}
    place.town._add(SignedLink(**link, expires_at=long_ago, created_at=long_ago))
    place.town._add(ProviderEvent(provider_id="SM1", status="sent", received_at=long_ago))
    place.town.commit()

    remove_old(database)

    session.expire_all()
    for model in (LoginSession, SignInTry, SignedLink, ProviderEvent):
        assert session.scalars(select(model)).all() == []


def test_the_audit_tells_how_many_and_nothing_else(database: Database, session: ScopedSession, texts: None) -> None:
    after(database, 91)

    session.rollback()
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.RETENTION_RAN)).one()
    assert event.patient_id is None
    assert event.detail["removed"]["words of received texts"] == 1
    assert "Hello" not in str(event.detail)


def test_a_run_is_told_once_a_day_when_there_was_nothing(database: Database, session: ScopedSession) -> None:
    remove_old(database)
    remove_old(database)

    assert len(session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.RETENTION_RAN)).all()) == 1


def test_every_rule_says_why_and_by_which_source() -> None:
    lines = list(schedule_table())

    assert len(lines) == len(SCHEDULE) + 2
    assert all(rule.reason and rule.source and rule.then for rule in SCHEDULE)
    assert {rule.keep for rule in SCHEDULE if "audit" in rule.name or "disclosure" in rule.name} == {None}


@pytest.mark.parametrize("state", [MessageState.SUPPRESSED, MessageState.CANCELED])
def test_a_mail_that_never_went_keeps_neither_address_nor_facts(
    state: MessageState, database: Database, session: ScopedSession, place: Place
) -> None:
    own: dict[str, Any] = {"clinic_id": place.clinic.id, "created_at": clock.now(), "not_before": clock.now()}
    about = {"subject_kind": "referral", "subject_id": place.patient.id, "dedupe_key": "m9", "facts": {"name": "Rosa"}}
    mail = {"channel": Channel.EMAIL, "composer": "organization_mail", "template": "x", "state": state}
    place.town._add(Message(**own, **about, **mail, to_address="desk@larder.example"))
    place.town.commit()

    left = []
    for days in (89, 91):
        after(database, days)
        session.expire_all()
        message = session.scalars(select(Message).where(Message.dedupe_key == "m9")).one()
        left.append((message.to_address, message.facts))
        session.rollback()

    assert left == [("desk@larder.example", {"name": "Rosa"}), (None, {})]


def test_proofs_that_ended_go_and_those_in_use_stay(database: Database, session: ScopedSession, place: Place) -> None:
    long_ago, own = clock.wall() - timedelta(days=31), {"person_id": place.navigator.id, "created_at": clock.wall()}
    for ended_at, label in ((long_ago, "old"), (None, "in use")):
        factor = {"kind": FactorKind.APP, "label": label, "confirmed_at": long_ago, "ended_at": ended_at}
        place.town._add(SecondFactor(**own, **factor))
        place.town._add(RecoveryCode(**own, code_hash=label.encode(), used_at=ended_at))
    place.town._add(ResetWish(email="rosa@home.example", asked_at=long_ago))
    place.town.commit()

    remove_old(database)

    session.expire_all()
    assert [factor.label for factor in session.scalars(select(SecondFactor))] == ["in use"]
    assert [code.code_hash for code in session.scalars(select(RecoveryCode))] == [b"in use"]
    assert session.scalars(select(ResetWish)).all() == []


def test_every_table_stands_in_the_schedule() -> None:
    named = {table for rule in SCHEDULE for table in rule.tables.split(", ")} - {"(none)"}

    assert named == set(Base.metadata.tables)
