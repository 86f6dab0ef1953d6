"""A copy of the whole record: everything is in it, it is audited with its purpose, and it is safe to open."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.http import parse_options_header

from referral.accounts.models import Person
from referral.audit.actions import record
from referral.audit.models import AuditEvent, AuditKind
from referral.audit.notes import note_of
from referral.kit import clock
from referral.kit.limits import RECORD_EXPORTS
from referral.kit.scope import ScopedSession
from referral.messaging.arrivals import Arrival
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundSource
from referral.navigation.models import ContactAttempt
from referral.outbox.models import Message
from referral.outbox.states import Channel
from referral.patients.models import Patient
from referral.records import gathering
from referral.records.class_names import EXPORTED
from referral.records.data_classes import columns_of
from referral.records.formats import harmless
from referral.records.gathering import NOT_TOLD, TABLES, gather, sealed_attributes
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.screening.models import Answer, Screening
from referral.todos.models import ToDo, ToDoReason
from tests.records.conftest import Browser
from tests.referrals.conftest import Place

WHY = "Rosa asked at the desk."
HIDDEN = "Heliotropehouse"


@pytest.fixture
def browser(officer: Person, browser_of: Browser, everything: None) -> FlaskClient:
    """The privacy officer at a browser, with a patient of whom much is known."""
    return browser_of(officer)


@pytest.fixture
def everything(session: ScopedSession, place: Place) -> None:
    """A patient with a row in every table, and a second need that is a private matter."""
    referral = place.referral(ReferralState.COMPLETED, note="She is shy.")
    own: dict[str, Any] = {"clinic_id": place.clinic.id, "patient_id": place.patient.id}
    screening = place.town._add(
        Screening(
            **own, instrument="needs_check", instrument_version="1", language="es", alone=True, completed_at=clock.now()
        )
    )
    place.town._add(Answer(**own, screening_id=screening.id, item="food", value="often"))
    place.town._add(Answer(**own, screening_id=screening.id, item="safety_afraid", value=HIDDEN))
    receive_text(session, Arrival("SM1", "+15595550123", "=gracias", InboundSource.WEBHOOK))
    note = {"reason": ToDoReason.NOT_HELPED, "subject_kind": "referral", "subject_id": referral.id, "dedupe_key": "t1"}
    to_do = place.town._add(ToDo(**own, **note, due_at=clock.now(), created_at=clock.now(), note="Call her."))
    tried = {"channel": "phone", "reached": True, "by": place.navigator.id, "at": clock.now()}
    place.town._add(ContactAttempt(**own, to_do_id=to_do.id, **tried, note="Spoke with her."))
    shelter = place.town.service(place.town.organization(name=HIDDEN), name=HIDDEN)
    need = place.town.need(place.patient, "interpersonal_safety")
    private = place.town.referral(need, shelter, by=place.clinician, state=ReferralState.DRAFT, note=HIDDEN)
    text = {"channel": Channel.SMS, "composer": "referral_text", "template": "x", "facts": {}, "state": "delivered"}
    about = {"subject_kind": "referral", "subject_id": private.id, "dedupe_key": "m1"}
    place.town._add(Message(**own, **text, **about, not_before=clock.now(), created_at=clock.now(), body=HIDDEN))
    session.flush()


def copy(browser: FlaskClient, place: Place, kind: str, **more: str) -> Any:
    form = {"purpose": "patient_asked", "words": WHY, "kind": kind} | more
    return browser.post(f"/records/{place.patient.id}/export", data=form)


def test_json_holds_every_part_with_sealed_words_opened_and_people_by_name_and_role(
    browser: FlaskClient, place: Place
) -> None:
    browser.get(f"/records/{place.patient.id}")

    document = json.loads(copy(browser, place, "json").data)

    tables = document["tables"]
    assert (document["format"], document["version"], document["complete"]) == ("needsrx-patient-record", 1, True)
    assert tables["patient"][0]["given_name"] == "Rosa"
    assert tables["patient_phone"][0]["phone"] == "+15595550123"
    assert tables["referral"][0]["note"] == "She is shy."
    assert tables["referral"][0]["signed_by"] == "Clara (Clinician)"
    assert tables["sharing_consent"][0]["organization"] == "Green Table"
    assert tables["inbound_message"][0]["body"] == "=gracias"
    assert {look["who"] for look in tables["looks"]} >= {"Pia Officer (Privacy officer)"}


def test_every_table_of_a_patient_and_every_column_that_may_be_told_is_in_it(
    session: ScopedSession, place: Place, everything: None
) -> None:
    whole = gather(session, place.patient, private=True)

    for model, _order in TABLES:
        for told in whole.tables[model.__tablename__][:1]:
            opened = sealed_attributes(model)
            columns = {c.name for c in columns_of(model.__table__, EXPORTED)} - NOT_TOLD - {"phone_number_id"}
            names = {opened.get(name, name).removesuffix("_text") for name in columns}
            assert (
                names - set(told) <= {"body", "to_address", "facts"} & set(names)
                if model is Message
                else names <= set(told)
            )


def test_csv_is_a_zip_of_tables_whose_cells_run_nothing(browser: FlaskClient, place: Place) -> None:
    packed = zipfile.ZipFile(io.BytesIO(copy(browser, place, "csv").data))

    texts = list(csv.DictReader(io.StringIO(packed.read("inbound_message.csv").decode("utf-8-sig"))))
    assert {"record.json", "patient.csv", "referral.csv", "looks.csv"} <= set(packed.namelist())
    assert texts[0]["body"] == "'=gracias"
    assert texts[0]["phone"] == "'+15595550123"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_would_run_is_quoted(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_the_page_is_in_the_patients_language_and_tells_who_looked(browser: FlaskClient, place: Place) -> None:
    page = copy(browser, place, "page").text

    assert '<article class="record-sheet stack" lang="es"' in page
    assert "Rosa Molina" in page
    assert "=gracias" in page
    assert "Pia Officer" in page


@pytest.mark.parametrize("kind", ["json", "csv", "page"])
def test_a_private_matter_leaves_only_in_a_copy_for_the_patient_alone(
    kind: str, browser: FlaskClient, place: Place
) -> None:
    def words_of(answer: Any) -> str:
        if kind != "csv":
            return str(answer.get_data(as_text=True))
        packed = zipfile.ZipFile(io.BytesIO(answer.data))
        return "".join(packed.read(name).decode() for name in packed.namelist())

    usual, alone = words_of(copy(browser, place, kind)), words_of(copy(browser, place, kind, private="y"))

    assert HIDDEN not in usual
    assert "interpersonal_safety" not in usual
    assert HIDDEN in alone


def test_a_mail_to_an_organization_leaves_without_the_link_that_is_theirs(
    session: ScopedSession, place: Place, asked: Referral
) -> None:
    own: dict[str, Any] = {"clinic_id": place.clinic.id, "patient_id": place.patient.id, "facts": {}, "state": "sent"}
    about = {"subject_kind": "referral", "subject_id": asked.id, "dedupe_key": "m2", "not_before": clock.now()}
    mail = {"channel": Channel.EMAIL, "composer": "organization_mail", "template": "x", "created_at": clock.now()}
    place.town._add(Message(**own, **about, **mail, body="https://x.example/answer/token", to_address="a@b.example"))

    told = gather(session, place.patient, private=True).tables["message"]

    assert "token" not in json.dumps(told)


def test_why_it_was_made_is_audited_and_sealed(
    browser: FlaskClient, place: Place, session: ScopedSession, officer: Person
) -> None:
    copy(browser, place, "json")

    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.EXPORTED)).one()
    assert (event.patient_id, event.person_id, note_of(session, event)) == (place.patient.id, officer.id, WHY)
    assert event.detail == {"purpose": "patient_asked", "format": "json", "private": False}
    assert WHY.encode() not in (event.note_sealed or b"")


def test_nothing_leaves_without_a_purpose(browser: FlaskClient, place: Place, session: ScopedSession) -> None:
    answers = [copy(browser, place, "json", words=""), copy(browser, place, "json", purpose="curiosity")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert session.scalars(select(AuditEvent).where(AuditEvent.kind == AuditKind.EXPORTED)).all() == []


@pytest.mark.parametrize(("kind", "ending"), [("json", "json"), ("csv", "zip")])
def test_the_file_has_a_name_of_ours_and_is_never_stored_on_the_way(
    kind: str, ending: str, browser: FlaskClient, place: Place
) -> None:
    answer = copy(browser, place, kind)

    disposition, options = parse_options_header(answer.headers["Content-Disposition"])
    assert disposition == "attachment"
    assert options["filename"].startswith("record-20")
    assert options["filename"].endswith(f".{ending}")
    assert "Molina" not in options["filename"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_one_person_makes_so_many_copies_a_day_and_not_one_more(
    place: Place, officer: Person, administrator: Person, browser_of: Browser
) -> None:
    browser, other = browser_of(officer), browser_of(administrator)
    for _n in range(RECORD_EXPORTS.most):
        assert copy(browser, place, "json").status_code == 200

    refused = copy(browser, place, "json")

    assert refused.status_code == 429
    assert "Molina" not in refused.text
    assert copy(other, place, "json").status_code == 200


def test_an_export_reads_and_writes_nothing_but_the_audit(
    session: ScopedSession, place: Place, everything: None
) -> None:
    gather(session, place.patient, private=False)

    assert not session.dirty
    assert session.get_one(Patient, place.patient.id).given_name == "Rosa"


def test_what_does_not_fit_into_one_copy_is_said(
    session: ScopedSession, place: Place, everything: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MOST_ROWS", 1)

    whole = gather(session, place.patient, private=True)

    assert {"referral", "looks"} <= set(whole.cut_off)
    assert whole.document()["complete"] is False


def test_a_copy_for_a_court_is_not_told_in_the_patients_own(
    browser: FlaskClient, place: Place, session: ScopedSession
) -> None:
    copy(browser, place, "json", purpose="legal")
    copy(browser, place, "json")

    looks = gather(session, place.patient, private=True).tables["looks"]

    assert [look["what"] for look in looks].count("exported") == 1


def test_a_hold_is_not_told_in_the_patients_own_copy(
    browser: FlaskClient, place: Place, session: ScopedSession
) -> None:
    hold = f"/records/{place.patient.id}/hold"
    assert browser.post(hold, data={"words": "A court asks."}).status_code == 303
    assert browser.get(hold).status_code == 200
    session.rollback()

    told = json.loads(copy(browser, place, "json").data)["tables"]["looks"]

    kinds = set(session.scalars(select(AuditEvent.subject_kind)))
    assert "legal_hold" in kinds
    assert {"patient"} <= {table for look in told for table in look["tables"]}
    assert "legal" not in json.dumps(told)


def test_who_read_the_record_beside_a_hold_is_told_without_the_hold(
    session: ScopedSession, place: Place, everything: None
) -> None:
    about = {"clinic_id": place.clinic.id, "patient_id": place.patient.id}
    for tables in (["legal_hold", "patient"], ["legal_hold"], ["legal_demand", "legal_demand_step"]):
        record(session, AuditKind.READ, detail={"tables": tables}, **about)

    looks = [look for look in gather(session, place.patient, private=True).tables["looks"] if look["what"] == "read"]

    assert [look["tables"] for look in looks] == [["patient"]]
