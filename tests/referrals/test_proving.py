"""Before a link shows a person: the code goes to an address on file, tells nothing, and counts in that browser only."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.outbox.gateway.choose import choose_gateways
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.outbox.sending import Sender
from referral.patients.consent_models import Disclosure
from referral.referrals.actions import accept, cancel, move
from referral.referrals.actors import ActorKind
from referral.referrals.mails import compose_code_mail
from referral.referrals.models import Referral
from referral.referrals.proving import CODE, masked
from referral.referrals.states import ReferralEvent, ReferralState
from resources_directory.db import new_id
from resources_directory.models.capacity import CapacityStatus
from resources_directory.models.organization import Contact
from tests.access.error_rules import faults_of
from tests.faults.meeting import at_once
from tests.referrals.conftest import Place
from tests.referrals.desks import COOKIE, Desk, newest_code, token_of


@pytest.fixture
def referral(place: Place) -> Referral:
    """A referral that its organization has accepted."""
    return accepted(place)


def accepted(place: Place) -> Referral:
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    accept(place.town.session, referral, place.actors[ActorKind.PHONE])
    place.town.commit()
    return referral


@pytest.fixture
def desk(client: FlaskClient, place: Place, referral: Referral) -> Desk:
    """The organization's browser, the request open."""
    return opened(client, place, referral)


def opened(client: FlaskClient, place: Place, referral: Referral) -> Desk:
    desk = Desk(client)
    desk.open(token_of(place.town, referral))
    return desk


def code_mails(place: Place) -> list[Message]:
    found = select(Message).where(Message.template == CODE).order_by(Message.created_at, Message.id)
    return list(place.town.session.scalars(found))


def events(place: Place, kind: AuditKind) -> list[AuditEvent]:
    return list(place.town.session.scalars(select(AuditEvent).where(AuditEvent.kind == kind).order_by(AuditEvent.id)))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_the_code_goes_to_the_address_on_file_and_is_written_down(place: Place, desk: Desk) -> None:
    answer = desk.ask_code(address="mallory@elsewhere.example")

    (mail,), (event,) = code_mails(place), events(place, AuditKind.CODE_SENT)
    assert (answer.status_code, answer.location) == (303, "/answer#person")
    assert mail.to_address == "desk@greentable.example"
    assert (event.patient_id, event.actor, event.place) == (place.patient.id, "link", "answering.ask_for_code")


def test_one_form_sends_one_code_as_long_as_that_may_be_typed(place: Place, desk: Desk, database: Database) -> None:
    form_id = str(new_id())
    desk.ask_code(form_id=form_id)
    first = newest_code(database)
    desk.ask_code(form_id=form_id)

    assert (len(code_mails(place)), newest_code(database)) == (1, first)
    assert len(events(place, AuditKind.CODE_SENT)) == 1
    place.town.commit()
    with time_machine.travel(clock.wall() + timedelta(minutes=11)):
        desk.ask_code(form_id=form_id)
        assert newest_code(database) != first


def test_the_mail_holds_the_code_and_tells_nothing(session: ScopedSession, place: Place, desk: Desk) -> None:
    desk.ask_code()
    code = newest_code(desk.client.application.extensions["database"])

    words = compose_code_mail(session, code_mails(place)[0], clock.now())

    assert isinstance(words, Composed)
    assert f"{code[:4]} {code[4:]}" in words.body
    told = f"{words.subject} {words.body}".casefold()
    assert not any(secret in told for secret in ("rosa", "molina", "food", "93702", "555-0123", "/answer/", "boxes"))


def test_the_demo_shows_the_mail_in_the_organizations_mailbox(
    app: Flask, settings: Settings, place: Place, desk: Desk, database: Database
) -> None:
    member_id = place.organization.id
    place.town.commit()
    desk.ask_code()

    sender = Sender(choose_gateways(settings), settings.public_base_url)
    with app.app_context():
        sender.send_due(database)

    code = newest_code(database)
    assert f"{code[:4]} {code[4:]}" in desk.client.get(f"/simulator/mailboxes/{member_id}").text


def test_the_mail_in_the_queue_holds_no_code(place: Place, desk: Desk, database: Database) -> None:
    desk.ask_code()

    (mail,), code = code_mails(place), newest_code(database)
    assert code not in repr([getattr(mail, column.key) for column in Message.__table__.columns])


@pytest.mark.parametrize("over", ["used", "old", "cancelled"])
def test_a_code_that_is_over_is_not_mailed(place: Place, referral: Referral, desk: Desk, over: str) -> None:
    desk.ask_code()
    if over == "used":
        desk.press("code", code=newest_code(desk.client.application.extensions["database"]))
    if over == "cancelled":
        cancel(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP])

    with time_machine.travel(timedelta(minutes=10 if over == "old" else 0), tick=False):
        words = compose_code_mail(place.town.session, code_mails(place)[0], clock.now())

    assert words == Suppressed("code_over", needs_person=False)


def test_of_several_addresses_one_is_chosen_and_none_is_told(place: Place, desk: Desk) -> None:
    place.town.session.add(Contact(service_id=place.service.id, email="director@greentable.example"))
    place.town.commit()
    page = desk.look().text

    without = desk.ask_code()
    keys = re.findall(r'name="send-address"[^>]*value="([0-9a-f]{32})"', page)
    chosen = desk.ask_code(address=keys[1])

    assert (without.status_code, chosen.status_code) == (422, 303)
    assert all(shown in page for shown in ("d•••k@greentable.example", "d•••r@greentable.example"))
    assert not any(address in page for address in ("desk@", "director@"))
    assert [mail.to_address for mail in code_mails(place)] == ["director@greentable.example"]


def test_without_any_address_the_page_says_to_call(place: Place, desk: Desk) -> None:
    place.organization.email = None
    place.staff.suspended_at = clock.now()
    place.service.email = None
    place.town.session.execute(
        Contact.__table__.metadata.tables["organization"].update().values(email=None)  # the directory's own
    )
    place.town.commit()

    page, answer = desk.look().text, desk.ask_code()

    assert "We know no e-mail address of your organization." in page
    assert (answer.status_code, len(code_mails(place))) == (422, 0)


def test_a_wrong_code_is_told_beside_its_field_and_written_down(place: Place, desk: Desk, database: Database) -> None:
    desk.ask_code()

    answer = desk.press("code", code=wrong(newest_code(database)), name="Oscar")

    assert answer.status_code == 422
    assert 'id="code-code-error"' in answer.text
    assert 'value="Oscar"' in answer.text
    assert "Rosa" not in answer.text
    assert [event.patient_id for event in events(place, AuditKind.CODE_FAILED)] == [place.patient.id]


def test_five_wrong_codes_ask_for_a_new_one(desk: Desk, database: Database) -> None:
    desk.ask_code()
    code = newest_code(database)

    pages = [desk.press("code", code=wrong(code)).text for _ in range(5)]

    assert [faults_of(page) for page in pages] == [[]] * 5  # the last page has no field for a code
    assert ["No code is open" in page for page in pages] == [False] * 4 + [True]
    assert desk.press("code", code=code).status_code == 422
    desk.ask_code()
    assert desk.press("code", code=newest_code(database)).status_code == 303


def test_a_fourth_code_within_the_hour_is_not_mailed(place: Place, desk: Desk) -> None:
    answers = [desk.ask_code() for _ in range(4)]

    assert [answer.status_code for answer in answers] == [303] * 3 + [429]
    assert "Wait a while, or call the clinic" in answers[3].text
    assert len(code_mails(place)) == 3


def test_the_code_of_one_browser_opens_nothing_in_another(
    place: Place, referral: Referral, desk: Desk, database: Database
) -> None:
    thief = opened(desk.client.application.test_client(), place, referral)
    desk.ask_code()
    code = newest_code(database)

    without_own = thief.press("code", code=code)
    thief.ask_code()
    with_own = thief.press("code", code=code)

    assert [answer.status_code for answer in (without_own, with_own)] == [422, 422]
    assert desk.press("code", code=code).status_code == 303


def test_the_proof_of_one_browser_counts_in_no_other(place: Place, referral: Referral, desk: Desk) -> None:
    other = opened(desk.client.application.test_client(), place, referral)

    assert desk.show_person().status_code == 200
    assert other.press("details").status_code == 403


def test_the_code_brings_a_new_cookie_and_the_one_before_is_dead(desk: Desk) -> None:
    before = desk.secret or ""

    desk.show_person()

    copied = Desk(desk.client.application.test_client(), desk.about)
    copied.client.set_cookie(COOKIE, before)
    assert desk.secret not in (None, before)
    assert (copied.look().status_code, copied.press("details").status_code) == (410, 410)
    assert desk.look().status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(29, 303), (30, 403)])
def test_the_person_may_be_shown_again_for_half_an_hour(desk: Desk, minutes: int, status: int) -> None:
    with time_machine.travel(clock.wall(), tick=False) as traveller:
        desk.show_person()
        for _ in range(minutes):
            traveller.shift(timedelta(minutes=1))
            desk.look()

        assert desk.press("details").status_code == status


@pytest.mark.parametrize(("minutes", "seen"), [(9, True), (10, False)])
def test_the_person_stays_for_ten_minutes_whatever_else_is_pressed(desk: Desk, minutes: int, seen: bool) -> None:
    with time_machine.travel(clock.wall(), tick=False) as traveller:
        desk.show_person()
        traveller.shift(timedelta(minutes=minutes))
        said = desk.press("room", status=CapacityStatus.NO_CAPACITY)
        refused = desk.press("ask", words="")
        begun = desk.press("start")

        assert (said.status_code, refused.status_code, begun.status_code) == (303, 422, 303)
        assert ["Rosa Molina" in page for page in (desk.look().text, refused.text)] == [seen, seen]


def test_a_person_who_stays_is_shown_in_no_other_browser_nor_after_leaving(
    place: Place, referral: Referral, desk: Desk
) -> None:
    desk.show_person()
    other = opened(desk.client.application.test_client(), place, referral)
    cookies = [(cookie.key, cookie.value) for cookie in desk.client._cookies.values() if cookie.key != COOKIE]
    for name, value in cookies:
        other.client.set_cookie(name, value)

    assert "Rosa Molina" not in other.look().text
    assert "Rosa Molina" in desk.look().text
    desk.press("leave")
    desk.open(token_of(place.town, referral))
    assert "Rosa Molina" not in desk.look().text


def test_what_stays_is_what_was_written_down_less_what_was_taken_back(place: Place, desk: Desk) -> None:
    shown = desk.show_person().text
    written = place.town.session.scalars(select(Disclosure).where(Disclosure.recipient_sealed.is_not(None))).all()
    assert [each.recipient for each in written] == ["Green Table", "Olga"]
    place.town.commit()
    assert 'href="tel:+15595550123"' in shown

    assert "Rosa Molina" in desk.look().text
    assert len(place.town.session.scalars(select(Disclosure)).all()) == 2, "looking on is no new look"
    place.town.commit()
    place.town.sharing_consent(place.patient, place.service.organization_id).given = False
    place.town.commit()
    assert "Rosa Molina" not in desk.look().text


def test_the_proof_goes_on_over_a_move(desk: Desk) -> None:
    desk.show_person()
    desk.press("start")

    assert "Rosa Molina" in desk.look_again().text


def test_a_newer_request_in_the_browser_starts_without_proof(place: Place, desk: Desk) -> None:
    desk.show_person()
    place.need = place.town.need(place.patient, "housing")
    desk.open(token_of(place.town, accepted(place)))

    assert desk.press("details").status_code == 403


def test_of_twenty_who_send_one_code_at_once_exactly_one_sees_the_person(
    app: Flask, place: Place, desk: Desk, database: Database
) -> None:
    desk.ask_code()
    code, secret = newest_code(database), desk.secret or ""
    browsers = [Desk(app.test_client(), desk.about) for _ in range(20)]
    for browser in browsers:
        browser.client.set_cookie(COOKIE, secret)

    answers = at_once(*(lambda each=each: each.press("code", code=code) for each in browsers))

    statuses = [answer.status_code for answer in answers]
    seen = ["Rosa Molina" in browser.look().text for browser in browsers]
    disclosed = place.town.session.scalars(select(Disclosure).where(Disclosure.recipient_sealed.is_not(None))).all()
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 410, 422}
    assert seen.count(True) == 1
    assert len(disclosed) == 2, "the first page when it was sent, and the one who saw the person"


@pytest.mark.parametrize(
    ("email", "shown"),
    [("desk@greentable.example", "d•••k@greentable.example"), ("x@y.example", "x•••@y.example"), ("@", "•••@")],
)
def test_an_address_is_shown_so_that_its_owner_knows_it(email: str, shown: str) -> None:
    assert masked(email) == shown
