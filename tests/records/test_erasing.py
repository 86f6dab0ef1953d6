"""Erasure: what is under way ends with everybody told, what tells who it was goes, the skeleton stays."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from referral.accounts.models import Person, SignedLink
from referral.audit.models import AuditEvent, AuditKind
from referral.followups.models import Question
from referral.kit import clock
from referral.kit.crypto import INSTALLATION, DataKey, KeyGone, seal_apart, vault_of
from referral.kit.errors import NotFound
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.messaging.arrivals import Arrival
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundMessage, InboundSource
from referral.navigation.queries import count_views
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.patients.actions import phone_number
from referral.patients.consents import opt_out
from referral.patients.models import Patient, PatientNameToken, PatientPhone, PhoneNumber
from referral.patients.queries import display_name, patient_by_id
from referral.patients.states import OptOutKind
from referral.records import due
from referral.records.class_names import ERASED
from referral.records.data_classes import columns_of
from referral.records.due import finish_erasures
from referral.records.erasing import erase_record
from referral.records.models import Erasure
from referral.records.scrubbing import NEUTRAL, forget_number, neutral_values, scrub, scrubbed_tables
from referral.referrals.actions import move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.notices import RECALLED
from referral.referrals.queries import referral_by_id, referrals_of_clinic
from referral.referrals.states import ReferralEvent, ReferralState
from referral.referrals.to_dos import need_a_person
from referral.reports.periods import read_period
from referral.reports.queries import referral_facts
from referral.todos.models import ToDo, ToDoReason
from tests.referrals.conftest import Place

PHONE = "+15595550123"


def erase(session: ScopedSession, place: Place, officer: Person) -> None:
    erase_record(session, place.patient.id, reason="The patient asked for it.", by=officer.id)


def test_what_may_not_be_empty_has_a_neutral_value() -> None:
    strict = {str(c) for table in scrubbed_tables() for c in columns_of(table, ERASED) if not c.nullable}
    patient = {
        f"patient.{name}"
        for name, value in neutral_values(Patient.metadata.tables["patient"]).items()
        if value is not None
    }

    assert strict <= set(NEUTRAL)
    assert patient == {"patient.interpreter_needed", "patient.privacy_level"}


def test_the_key_and_every_word_of_the_patient_are_gone(session: ScopedSession, place: Place, officer: Person) -> None:
    place.referral(ReferralState.COMPLETED, note="She is shy.")

    erase(session, place, officer)

    patient = session.get_one(Patient, place.patient.id)
    owners = set(session.scalars(select(DataKey.owner_id)))
    assert place.patient.id not in owners
    assert INSTALLATION in owners
    assert (patient.given_name, patient.zip_code, patient.written_language) == (None, None, None)
    assert display_name(patient) == "Erased record"
    assert session.scalar(select(func.count()).select_from(PatientNameToken)) == 0
    assert session.scalars(select(Referral)).one().note is None


def test_live_referrals_are_withdrawn_and_their_organizations_told(
    session: ScopedSession, place: Place, officer: Person
) -> None:
    referral = place.referral(ReferralState.HELD)
    move(session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])

    erase(session, place, officer)

    told = session.scalars(select(Message).where(Message.template == RECALLED)).one()
    assert session.get_one(Referral, referral.id).state == ReferralState.WITHDRAWN
    assert (told.channel, told.state, told.patient_id) == (Channel.EMAIL, MessageState.PENDING, None)
    assert told.subject_version == session.get_one(Referral, referral.id).version
    assert all(link.ended_at for link in session.scalars(select(SignedLink)))


def test_texts_still_to_go_are_held_back_and_questions_dropped(
    session: ScopedSession, place: Place, officer: Person
) -> None:
    referral = place.referral(ReferralState.HELD)
    move(session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])

    erase(session, place, officer)

    texts = session.scalars(select(Message).where(Message.channel == Channel.SMS)).all()
    assert texts
    assert {text.state for text in texts} <= {MessageState.SUPPRESSED, MessageState.CANCELED}
    assert {text.phone_number_id for text in texts} == {None}
    assert {question.state for question in session.scalars(select(Question))} <= {"cancelled"}


def test_a_number_that_nobody_else_has_is_forgotten(session: ScopedSession, place: Place, officer: Person) -> None:
    receive_text(session, Arrival("SM1", PHONE, "hello", InboundSource.WEBHOOK))

    erase(session, place, officer)

    assert session.scalars(select(PhoneNumber)).all() == []
    assert session.scalars(select(InboundMessage)).all() == []


def test_a_stop_outlives_the_record_as_a_keyed_index_alone(
    session: ScopedSession, place: Place, officer: Person
) -> None:
    number_id = session.scalars(select(PatientPhone.phone_number_id)).one()
    opt_out(session, number_id, OptOutKind.STOP)

    erase(session, place, officer)

    kept = session.scalars(select(PhoneNumber)).one()
    assert (kept.number, kept.number_index) == (None, vault_of(session).index("phone", PHONE))
    assert kept.opted_out_at is not None


def test_a_number_that_another_patient_has_stays_and_leads_nowhere(
    session: ScopedSession, place: Place, officer: Person
) -> None:
    other = place.town.patient(place.town.clinic())
    place.town.phone(other, PHONE)
    receive_text(session, Arrival("SM1", PHONE, "hello", InboundSource.WEBHOOK))

    erase(session, place, officer)

    assert session.scalars(select(PhoneNumber)).one().number == PHONE
    assert {phone.patient_id for phone in session.scalars(select(PatientPhone))} == {other.id}
    assert place.patient.id not in {text.patient_id for text in session.scalars(select(InboundMessage))}


def test_states_and_times_stay_for_the_counts(session: ScopedSession, place: Place, officer: Person) -> None:
    referral = place.referral(ReferralState.COMPLETED)
    sent_at = referral.sent_at

    erase(session, place, officer)

    kept = session.get_one(Referral, referral.id)
    assert (kept.state, kept.domain, kept.sent_at) == (ReferralState.COMPLETED, "food", sent_at)


def test_no_list_and_no_page_finds_an_erased_record(session: ScopedSession, place: Place, officer: Person) -> None:
    referral = place.referral(ReferralState.COMPLETED)

    erase(session, place, officer)

    assert patient_by_id(session, place.patient.id) is None
    assert referral_by_id(session, referral.id) is None
    assert referrals_of_clinic(session, place.clinic.id).rows == []


def test_a_record_is_erased_once(session: ScopedSession, place: Place, officer: Person) -> None:
    erase(session, place, officer)

    with pytest.raises(NotFound):
        erase(session, place, officer)


def test_the_list_of_erasures_keeps_who_when_and_why_and_the_audit_that_it_was_done(
    session: ScopedSession, place: Place, officer: Person
) -> None:
    entry = erase_record(session, place.patient.id, reason="The patient asked for it.", by=officer.id)
    session.expire_all()

    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.ERASED)).one()
    assert (entry.patient_id, entry.erased_by, entry.reason) == (
        place.patient.id,
        officer.id,
        "The patient asked for it.",
    )
    assert (event.patient_id, event.note_sealed) == (place.patient.id, None)


def test_reports_count_the_same_before_and_after(session: ScopedSession, place: Place, officer: Person) -> None:
    place.referral(ReferralState.COMPLETED)
    place.referral(ReferralState.DECLINED)
    always = read_period("all", "America/Los_Angeles")
    before = referral_facts(session, [place.clinic.id], always)

    erase(session, place, officer)

    after = referral_facts(session, [place.clinic.id], always)
    assert [fact.state for fact in after] == [fact.state for fact in before]
    assert {fact.language for fact in after} == {None}


def test_no_list_of_to_dos_names_an_erased_record(session: ScopedSession, place: Place, officer: Person) -> None:
    need_a_person(session, place.referral(ReferralState.DECLINED), ToDoReason.ORGANIZATION_DECLINED)

    erase(session, place, officer)

    counts = count_views(session, place.clinic.id, person_id=place.navigator.id)
    assert set(counts.values()) == {0}
    assert all(to_do.done_at for to_do in session.scalars(select(ToDo)))


def test_a_number_given_anew_after_its_stop_can_be_read_again(
    session: ScopedSession, place: Place, officer: Person
) -> None:
    opt_out(session, session.scalars(select(PatientPhone.phone_number_id)).one(), OptOutKind.STOP)
    erase(session, place, officer)

    again = phone_number(session, PHONE)

    assert (again.number, again.opted_out_at is None) == (PHONE, False)


def test_what_a_sender_writes_down_later_is_emptied_by_the_worker(
    session: ScopedSession, place: Place, officer: Person, database: Database
) -> None:
    own = {"clinic_id": place.clinic.id, "patient_id": place.patient.id, "facts": {}, "created_at": clock.now()}
    text = {"channel": Channel.SMS, "composer": "referral_text", "template": "x", "not_before": clock.now()}
    about = {"subject_kind": "referral", "subject_id": place.need.id, "dedupe_key": "m1"}
    place.town._add(Message(**own, **text, **about, state=MessageState.SUBMITTING, body="Hello Rosa"))
    erase(session, place, officer)
    session.scalars(select(Message)).one().provider_id = "SM77"
    place.town.commit()

    finish_erasures(database)

    session.expire_all()
    assert session.scalars(select(Message)).one().provider_id is None


def test_scrubbing_twice_changes_nothing_more(session: ScopedSession, place: Place, officer: Person) -> None:
    other = place.town.patient(place.town.clinic())
    inbound = receive_text(session, Arrival("SM1", PHONE, "hello", InboundSource.WEBHOOK))
    assert inbound is not None
    inbound.patient_id, number_id = other.id, inbound.phone_number_id
    session.flush()
    erase(session, place, officer)
    seen = []

    for _n in range(2):
        scrub(session, place.patient.id)
        forget_number(session, number_id)
        session.expire_all()
        number = session.get_one(PhoneNumber, number_id)
        seen.append((session.get_one(Patient, place.patient.id).version, number.number_index, number.number))

    assert seen[0] == seen[1]
    assert seen[0][1:] != (vault_of(session).index("phone", PHONE), PHONE)


def test_an_erased_record_never_gets_a_new_key(session: ScopedSession, place: Place, officer: Person) -> None:
    erase(session, place, officer)
    place.town.commit()
    patient = session.get_one(Patient, place.patient.id)
    patient.given_name = "Rosa"

    with pytest.raises(KeyGone):
        session.flush()
    session.rollback()
    with pytest.raises(KeyGone):
        seal_apart(session, patient.id, "audit_event.note:1", "Rosa called.")

    session.rollback()
    assert session.get(DataKey, patient.id) is None


def test_the_list_outside_is_written_before_the_database_says_so(
    place: Place, officer: Person, database: Database, session: ScopedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_facts: object) -> None:
        raise OSError("the disk is full")

    erase(session, place, officer)
    place.town.commit()
    monkeypatch.setattr(due, "list_file", lambda _settings: Path("anywhere"))
    monkeypatch.setattr(due, "append_lines", fail)

    with pytest.raises(OSError, match="full"):
        finish_erasures(database)

    session.expire_all()
    assert session.scalars(select(Erasure)).one().listed_at is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_while_somebody_reads_the_file_is_rewritten_ever_more_seldom(
    place: Place, officer: Person, database: Database, session: ScopedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bool] = []
    monkeypatch.setattr(due, "compact_sqlite", lambda _engine: bool(tried.append(len(tried) == 2)) or tried[-1])
    erase(session, place, officer)
    place.town.commit()
    finisher, pauses = due.ErasureFinisher(), []

    for _n in range(3):
        finisher.finish_due(database)
        finisher.finish_due(database)
        pauses.append(finisher._pause_s)
        finisher._compact_at_s = 0.0

    assert tried == [False, False, True]
    assert pauses == [120.0, 240.0, 0.0]
