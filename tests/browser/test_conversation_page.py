"""The page of a patient's texts in Chromium: both sides, an answer by hand, a pause and its end, on paper."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from referral.accounts.models import Member, Membership
from referral.accounts.roles import Role
from referral.accounts.sessions import cookie_name, open_login
from referral.kit import clock
from referral.kit.installation import installation
from referral.kit.settings import Settings
from referral.messaging.models import InboundMessage, InboundSource
from referral.outbox.models import Message
from referral.outbox.states import Channel, MessageState
from referral.patients.models import Patient, PatientPhone
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason
from tests.browser.live import MORNING, running
from tests.browser.looking import Watcher
from tests.browser.walking import Walk
from tests.factories import Town

pytestmark = pytest.mark.browser

TEXTS = [
    ("sent", "يرجى من Hazel Practice: أرسلنا طلبك إلى جهة محلية."),
    ("check_contact_d3", "من Hazel Practice: هل اتصل بك أحد؟ يرجى الرد 1 نعم، 2 لا، 3 لا حاجة، 9 اتصال."),
]
REPLIES = [
    ("free_text", None, "free_text", "given_to_person", "من أنتم؟"),
    ("option", "2", "digit_alone", "applied", "٢"),
]


@pytest.fixture
def walk(page: Page, town: Town, database_url: str, settings: Settings) -> Iterator[Walk]:
    """A navigator on the page of somebody who reads Arabic."""
    ahead = MORNING - clock.wall()
    home = installation(town.session)
    home.demo, home.clock_ahead_s = True, int(ahead.total_seconds())
    clock.set_offset(ahead)
    clinic = town.clinic(texting_name="Hazel Practice")
    patient = town.patient(clinic, written_language="ar", spoken_language="ar", given_name="Layla")
    written(town.session, clinic, patient, town.phone(patient))
    navigator = town.person(clinic, Role.NAVIGATOR, "Robin Navigator")
    membership = town.session.scalars(select(Membership).where(Membership.person_id == navigator.id)).one()
    _login_id, secret = open_login(town.session, navigator.id, membership.id, second_factor=True)
    town.commit()
    with running(database_url) as (address, _app):
        page.context.add_cookies([{"name": cookie_name(settings), "value": secret, "url": address}])
        page.goto(f"{address}/patients/{patient.id}/conversation")
        watcher = Watcher(page)
        yield Walk(page, address, watcher)
    assert watcher.wrong == []


def written(session: Session, clinic: Member, patient: Patient, phone: PatientPhone) -> None:
    """Two texts of ours, and what came back to each."""
    own = {"clinic_id": clinic.id, "patient_id": patient.id, "phone_number_id": phone.phone_number_id}
    for number, (template, words) in enumerate(TEXTS):
        moment = clock.now() - timedelta(days=3 - number)
        message = Message(
            channel=Channel.SMS,
            composer="question",
            template=template,
            facts={"date": moment.isoformat(), "options": ["1", "2", "3", "9"]},
            subject_kind="patient",
            subject_id=patient.id,
            dedupe_key=template,
            state=MessageState.DELIVERED,
            language="ar",
            provider="simulated",
            not_before=moment,
            created_at=moment,
            sent_at=moment,
            **own,
        )
        message.body = words
        kind, value, rule, effect, reply = REPLIES[number]
        inbound = InboundMessage(
            provider_id=f"SM{number}",
            source=InboundSource.SIMULATOR,
            received_at=moment + timedelta(minutes=5),
            reading_kind=kind,
            reading_value=value,
            reading_rule=f"{rule}@2",
            effect=effect,
            **own,
        )
        inbound.body = reply
        session.add_all([message, inbound])
        session.flush()
        wrote = NewToDo(
            clinic_id=clinic.id,
            patient_id=patient.id,
            reason=ToDoReason.PATIENT_WROTE,
            subject_kind="inbound_message",
            subject_id=inbound.id,
            dedupe_key=f"inbound:{inbound.id}",
            due_at=clock.now(),
        )
        to_do = make_to_do(session, wrote)  # type: ignore[arg-type]  # the tests' session is scoped
        assert to_do is not None
        to_do.created_at = inbound.received_at


def test_a_navigator_reads_answers_and_pauses(walk: Walk) -> None:
    page = walk.page
    walk.look("conversation")
    expect(page.locator(".conversation .incoming").first).to_contain_text("because no rule understands it")
    expect(page.locator(".conversation .outgoing .bubble").first).to_have_attribute("dir", "rtl")

    page.get_by_label("A health worker calls within 2 business days").check()
    walk.press("Send this text")
    expect(page.locator(".conversation .outgoing").last).to_contain_text("Robin Navigator")
    walk.look("answered by hand")

    walk.press("Pause all texts")
    expect(page.locator("main")).to_contain_text("Texts rest")
    expect(page.locator("main")).to_contain_text("No text can go now: texts are paused.")
    walk.look("texts rest")

    walk.press("Texts may go again")
    expect(page.locator("main")).not_to_contain_text("Texts rest")


def test_a_pause_without_its_day_says_what_to_mend(walk: Walk) -> None:
    page = walk.page
    page.get_by_label("Why?").fill("He reads her phone.")
    page.get_by_label("Look at it again on").fill("")

    walk.press("Pause all texts")

    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.get_by_label("Why?")).to_have_value("He reads her phone.")
    walk.look("pause refused")


def test_the_conversation_prints_without_its_forms(walk: Walk) -> None:
    page = walk.page
    page.emulate_media(media="print")

    expect(page.locator(".conversation li").first).to_be_visible()
    expect(page.get_by_role("button", name="Send this text")).to_be_hidden()
