"""What the page shows: the next step, places, each request in plain words, who has what; and what it never shows."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import event

from referral.accounts.closed_days import ClosedDay
from referral.kit import clock
from referral.kit.i18n import speaking
from referral.patients.keeping_private import keep_private
from referral.plan.actions import choose_need
from referral.plan.words import TOLD, standing_of
from referral.referrals.desk_models import Appointment
from referral.referrals.models import Referral, ReferralMove
from referral.referrals.states import DeclineReason, Mode, NotCompletedReason, ReferralState
from resources_directory.models.location import Location
from resources_directory.models.schedule import Schedule
from resources_directory.models.service import RequiredDocument
from resources_directory.needs import NeedDomain
from tests.plan.conftest import Home, refused

S = ReferralState


def says_yes(home: Home, name: str) -> None:
    own = {"clinic_id": home.clinic.id, "patient_id": home.patient.id, "receiver_id": home.desk.id}
    moved = {"from_state": "sent", "event": "accept", "to_state": "accepted", "actor_kind": "link", "at": clock.now()}
    move = ReferralMove(referral_id=home.referral.id, **own, **moved)
    move.actor_name = name
    home.session.add(move)
    home.referral.state, home.referral.answered_at = "accepted", clock.now()


@pytest.mark.parametrize("state", TOLD)
def test_every_state_has_plain_words(home: Home, state: ReferralState) -> None:
    home.referral.state = state

    standing = standing_of(home.referral)

    assert standing.label
    assert standing.sentence
    for word in ("partner", "case", "no-show", "disputed", "referral", "organization"):
        assert word not in f"{standing.label} {standing.sentence} {standing.step}".lower().split()


@pytest.mark.parametrize("reason", [*DeclineReason, *NotCompletedReason])
def test_every_reason_has_words_for_the_patient(home: Home, reason: str) -> None:
    home.referral.state = S.DECLINED if reason in set(DeclineReason) else S.NOT_COMPLETED
    home.referral.reason = reason

    assert standing_of(home.referral).sentence.endswith(".")


def test_it_says_whom_to_ask_for_and_what_to_bring(home: Home) -> None:
    says_yes(home, "Olga")
    home.session.add(RequiredDocument(service_id=home.service.id, document="Proof of address"))

    page = home.open()

    for told in ("They said yes", "Olga", "Proof of address"):
        assert told in page


def opens_mondays(home: Home) -> None:
    for place in home.session.query(Location).all():
        place.timezone_name = "America/Los_Angeles"
    row = {"freq": "WEEKLY", "byday": "MO", "opens_at": time(9), "closes_at": time(17)}
    home.session.add(Schedule(service_id=home.service.id, **row))


def at_noon(day: int) -> datetime:
    """Noon in November 2026, where the clinic is; the 23rd is a Monday."""
    return datetime(2026, 11, day, 12, tzinfo=ZoneInfo("America/Los_Angeles"))


def test_hours_of_today_are_said(home: Home) -> None:
    opens_mondays(home)

    with time_machine.travel(at_noon(23)):
        page = home.open()

    assert "Open: 9:00" in page
    assert "Today, Mon, Nov 23" in page


def test_papers_are_told_in_the_patients_language(home: Home) -> None:
    home.patient.written_language = "es"
    for name in ("Photo identification", "A blue form"):
        home.session.add(RequiredDocument(service_id=home.service.id, document=name))

    with speaking("es"):
        pages = home.open(), home.client.get("/p/file").text

    for page in pages:
        assert "Identificación con foto" in page
        assert '<bdi lang="en">A blue form</bdi>' in page


def test_for_whom_another_place_is_stands_in_the_patients_language(home: Home) -> None:
    home.patient.written_language = "es"
    first, second = refused(home)
    first.eligibility_description, second.eligibility_description = "For veterans.", "For <beekeepers>."

    with speaking("es"):
        page = home.open()

    assert "Para veteranos" in page
    assert '<bdi lang="en">For &lt;beekeepers&gt;</bdi>' in page


def test_a_day_on_which_it_is_closed_says_when_it_opens(home: Home) -> None:
    opens_mondays(home)

    with time_machine.travel(at_noon(24)):
        page = home.open()

    assert "Closed. It opens on Mon, Nov 30 at 9:00" in page


def test_a_day_on_which_the_organization_said_it_is_closed_is_told(home: Home) -> None:
    opens_mondays(home)
    home.session.add(ClosedDay(member_id=home.desk.id, day=at_noon(23).date(), created_at=clock.now()))

    with time_machine.travel(at_noon(23)):
        page = home.open()

    assert "Closed." in page
    assert "Open: 9:00" not in page


def test_an_appointment_is_the_next_step_with_its_interpreter(home: Home) -> None:
    home.request_for("transportation", "Rides", mode=Mode.SELF_DIRECTED, state="in_progress")
    says_yes(home, "Olga")
    own = {"clinic_id": home.clinic.id, "patient_id": home.patient.id, "receiver_id": home.desk.id}
    when = {"starts_at": clock.now() + timedelta(days=2), "said_at": clock.now()}
    home.session.add(
        Appointment(referral_id=home.referral.id, interpreter_booked=True, actor_kind="link", **own, **when)
    )

    page = home.open()

    assert page.index("Go to your appointment.") < page.index("Food boxes") < page.index("Rides service")
    assert "An interpreter is booked." in page


def test_a_private_place_has_no_address_on_the_page(home: Home) -> None:
    home.referral.service_facts = {**home.referral.service_facts, "place": "12 Secret Lane"}
    for place in home.session.query(Location).all():
        place.is_private = True

    assert "Secret Lane" not in home.open()


def test_what_the_patient_does_alone_comes_first(home: Home) -> None:
    home.request_for("transportation", "Rides", mode=Mode.SELF_DIRECTED, state="in_progress")

    page = home.open()

    assert page.index("Go there or call them.") < page.index("Rides service") < page.index("Food boxes")


def test_a_refusal_is_no_next_step_once_another_was_asked(home: Home) -> None:
    home.referral.state = "declined"
    other = home.town.service(home.town.organization(name="Second Table"))
    facts = {"service_name": "More boxes", "organization_name": "Second Table"}
    home.town.referral(home.need, other, service_facts=facts)

    page = home.open()

    assert page.index("More boxes") < page.index("Food boxes")


@pytest.mark.parametrize("state", ["draft", "held", "entered_in_error"])
def test_what_was_not_sent_or_was_an_error_is_not_told(home: Home, state: str) -> None:
    home.referral.state = state

    assert "Food boxes" not in home.open()


def test_what_was_over_long_ago_is_not_told(home: Home) -> None:
    home.referral.state, home.referral.closed_at = "completed", clock.now() - timedelta(days=200)

    assert "Food boxes" not in home.open()


def test_nobody_is_told_that_help_came_as_a_fact(home: Home) -> None:
    home.referral.state, home.referral.closed_at = "completed", clock.now()

    page = home.open()

    assert "we were told that you got help. If that is not so" in page


@pytest.mark.parametrize("domain", ["legal_immigration", "interpersonal_safety"])
def test_sensitive_needs_are_not_on_the_page(home: Home, domain: str) -> None:
    row = home.request_for(domain, "Quiet Help")
    home.session.get_one(type(home.need), row.need_id).status = "met"
    home.town.sharing_consent(home.patient, row.organization_id)

    for page in (home.open(), home.client.get("/p/file").text):
        assert "Quiet Help" not in page


def test_a_sensitive_need_is_shown_where_the_patient_chose_it(home: Home) -> None:
    row = home.request_for("legal_immigration", "Quiet Help")
    need = home.session.get_one(type(home.need), row.need_id)
    choose_need(home.session, home.patient, need, shown=True, by=home.clinician.id)

    assert "Quiet Help" in home.open()


def test_a_need_for_safety_is_never_shown_whatever_was_chosen(home: Home) -> None:
    row = home.request_for("interpersonal_safety", "Shelter")
    need = home.session.get_one(type(home.need), row.need_id)
    need.status = "met"
    from referral.plan.models import PlanNeed

    own = {"clinic_id": home.clinic.id, "patient_id": home.patient.id}
    home.session.add(PlanNeed(need_id=need.id, shown=True, at=clock.now(), **own))

    assert "Shelter" not in home.open()


def test_an_adolescents_private_need_is_not_on_the_page(home: Home) -> None:
    home.request_for("health_care_access", "Youth Clinic")
    keep_private(home.session, home.patient, [NeedDomain.HEALTH_CARE_ACCESS], by=home.clinician.id)

    for page in (home.open(), home.client.get("/p/file").text):
        assert "Youth Clinic" not in page


def test_a_mother_with_the_phone_cannot_open_an_adolescents_page_by_the_year(home: Home) -> None:
    home.town.phone(home.patient, "+15595550199", holder="parent")

    assert home.try_to_open().status_code == 422


def test_the_page_shows_nothing_of_another_patient(home: Home) -> None:
    sister = home.town.patient(home.clinic, given_name="Lola")
    service = home.town.service(home.town.organization(name="Her Place"))
    facts = {"service_name": "Her help", "organization_name": "Her Place"}
    home.town.referral(home.town.need(sister), service, service_facts=facts)

    assert "Her Place" not in home.open()


def test_the_page_is_in_the_patients_language(home: Home) -> None:
    home.patient.written_language = "es"

    assert '<html lang="es"' in home.open()


def test_a_language_without_pages_is_said_and_a_call_offered(home: Home) -> None:
    home.patient.written_language = home.patient.spoken_language = "so"

    assert "We have no page in" in home.open()


def test_there_is_no_script_and_nothing_of_another_host(home: Home) -> None:
    page = home.open()

    assert "<script" not in page
    assert "http" not in page.replace("http://localhost", "").replace("http-equiv", "")


def test_the_copy_to_keep_is_one_file_without_scripts_links_or_codes(home: Home) -> None:
    home.open()

    answer = home.client.get("/p/file")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="next-steps.html"'
    assert "Food boxes" in answer.text
    for forbidden in ("<script", "<a ", "href=", "src=", "<form", home.code, "/p/"):
        assert forbidden not in answer.text


def test_the_number_of_statements_does_not_grow_with_requests(home: Home) -> None:
    def statements() -> int:
        made: list[str] = []
        engine = home.client.application.extensions["database"].engine
        listen: tuple[Any, str, Any] = (engine, "before_cursor_execute", lambda *args: made.append(args[2]))
        event.listen(*listen)
        home.page()
        event.remove(*listen)
        return len(made)

    home.open()
    few = statements()
    for n in range(6):
        row: Referral = home.request_for("utilities", f"Group {n}")
        home.town.sharing_consent(home.patient, row.organization_id)
    home.town.commit()

    assert statements() == few
