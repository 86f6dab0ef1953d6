"""Arriving by a link: scanners change nothing, the token is exchanged for a cookie and stands in no address after."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from referral.accounts.link_models import LinkSession
from referral.accounts.models import SignedLink
from referral.audit.models import AuditEvent, AuditKind
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.outbox.models import Message
from referral.referrals.actions import cancel, move
from referral.referrals.actors import ActorKind
from referral.referrals.models import Referral
from referral.referrals.notices import FRESH
from referral.referrals.states import ReferralEvent, ReferralState
from referral.tables import metadata
from tests.referrals.conftest import TUESDAY, Place
from tests.referrals.desks import COOKIE, Desk, token_of

#: How mail scanners and previews of great providers call themselves.
SCANNERS = (
    "Mozilla/5.0 (compatible; Microsoft Office/16.0; Microsoft Outlook; SafeLinks)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mimecast-URL-Protect/1.0",
    "Barracuda Sentinel (EE)",
    "Mozilla/5.0 (via ggpht.com GoogleImageProxy)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
)
NOTHING = {"Food", "Spanish", "93702", "Rosa", "Molina"}


@pytest.fixture
def referral(place: Place) -> Referral:
    """A referral that was just sent, and committed."""
    referral = place.referral(ReferralState.HELD)
    move(place.town.session, referral, ReferralEvent.SEND, place.actors[ActorKind.CLOCK])
    place.town.commit()
    return referral


@pytest.fixture
def token(place: Place, referral: Referral) -> str:
    return token_of(place.town, referral)


def counts(database: Database) -> dict[str, int]:
    """Return how many rows every table has, and how many links were used or ended."""
    with database.job("tests") as session:
        found = {table: session.scalar(text(f'SELECT count(*) FROM "{table}"')) for table in metadata.tables}
        touched = SignedLink.used_at.is_not(None) | SignedLink.ended_at.is_not(None)
        return found | {"touched": session.scalar(select(func.count()).select_from(SignedLink).where(touched))}


def cookies_of(answer: TestResponse) -> list[str]:
    return answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("scanner", SCANNERS)
def test_scanners_change_no_table_and_get_no_cookie(client: FlaskClient, database: Database, token: str, scanner: str):
    before = counts(database)

    calls = [call(f"/answer/{token}", headers={"User-Agent": scanner}) for call in (client.get, client.head) * 3]

    assert [answer.status_code for answer in calls] == [200] * 6
    assert [cookies_of(answer) for answer in calls] == [[]] * 6
    assert counts(database) == before


def test_the_first_page_tells_who_asks_and_nothing_else(client: FlaskClient, token: str) -> None:
    page = client.get(f"/answer/{token}").text

    assert "Hazel Grove Clinic" in page
    assert not any(word in page for word in NOTHING)
    assert page.count('type="submit"') == 1


def test_after_the_exchange_no_address_holds_the_token(client: FlaskClient, token: str) -> None:
    answer = client.post("/answer", data={"token": token})
    page = client.get(answer.location)

    assert (answer.status_code, answer.location) == (303, "/answer")
    assert page.status_code == 200
    assert token not in page.text + str(answer.headers) + str(page.headers)


def test_the_exchange_is_no_get_and_the_token_counts_in_the_body_only(client: FlaskClient, token: str) -> None:
    answers = [
        client.get("/answer", data={"token": token}),
        client.get(f"/answer?token={token}"),
        client.head(f"/answer?token={token}"),
        client.post(f"/answer?token={token}"),
        client.post(f"/answer/{token}"),
    ]

    assert [answer.status_code for answer in answers] == [410, 410, 410, 410, 405]
    assert client.get_cookie(COOKIE) is None


def test_the_exchange_is_written_down(client: FlaskClient, place: Place, token: str) -> None:
    Desk(client).open(token)

    found = select(AuditEvent).where(AuditEvent.kind == AuditKind.LINK_OPENED)
    event = place.town.session.scalars(found).one()
    assert (event.patient_id, event.clinic_id, event.actor) == (place.patient.id, place.clinic.id, "link")
    assert (event.subject_kind, event.place) == ("signed_link", "arriving.exchange")


def test_the_cookie_is_random_and_only_its_hash_is_stored(client: FlaskClient, place: Place, token: str) -> None:
    desk = Desk(client)
    desk.open(token)
    first = desk.secret or ""
    desk.open(token)

    stored = place.town.session.scalars(select(LinkSession).order_by(LinkSession.id)).all()
    assert len({first, desk.secret}) == 2
    assert len(first) >= 43
    assert all(first.encode() not in row.secret_hash and len(row.secret_hash) == 32 for row in stored)


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [("http://localhost", "needsrx_link", False), ("https://localhost", "__Host-needsrx_link", True)],
)
def test_the_cookie_stays_here_and_out_of_scripts(
    client: FlaskClient, app: Flask, settings: Settings, token: str, base_url: str, name: str, secure: bool
) -> None:
    object.__setattr__(app.extensions["settings"], "public_base_url", base_url)

    answer = client.post("/answer", data={"token": token}, base_url=base_url)

    (cookie,) = cookies_of(answer)
    assert cookie.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; "), "Domain" in cookie, "Expires" in cookie) == (secure, False, False)


def test_a_cookie_planted_before_becomes_nothing(client: FlaskClient, token: str) -> None:
    attacker = Desk(client.application.test_client())
    attacker.open(token)
    planted = attacker.secret or ""
    victim = Desk(client)
    client.set_cookie(COOKIE, planted)

    victim.open(token)

    assert victim.secret != planted
    assert attacker.look().status_code == 410, "the planted session is over"
    assert victim.look().status_code == 200


@pytest.mark.parametrize("path", ["/answer", "/answer/fresh"])
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
    ids=lambda headers: next(iter(headers.values())),
)
def test_forms_of_other_sites_are_refused(client: FlaskClient, token: str, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, data={"token": token}, headers=headers)

    assert answer.status_code == 400
    assert client.get_cookie(COOKIE) is None


@pytest.mark.parametrize("origin", ["null", "http://localhost"])
def test_our_own_page_is_not_refused(client: FlaskClient, token: str, origin: str) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": origin}

    assert client.post("/answer", data={"token": token}, headers=headers).status_code == 303


def test_after_the_exchange_every_step_needs_the_form_token(app: Flask, client: FlaskClient, token: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    desk = Desk(client)
    assert desk.open(token).status_code == 303, "the exchange has a guard of its own"

    verbs = ("accept", "decline", "waitlist", "start", "outcome", "details", "code")
    answers = [*(desk.press(verb) for verb in verbs), desk.ask_code(), client.post("/answer/leave")]

    assert {answer.status_code for answer in answers} == {400}
    assert desk.look().status_code == 200


def test_no_page_behind_a_link_is_kept_or_tells_where_it_came_from(client: FlaskClient, token: str) -> None:
    desk = Desk(client)
    pages = [client.get(f"/answer/{token}"), desk.open(token), desk.look(), desk.press("accept", name="")]
    pages += [client.get("/answer/x.1.y"), client.get("/invitation/x.1.y"), client.post("/answer/leave")]

    assert {page.headers["Referrer-Policy"] for page in pages} == {"no-referrer"}
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}
    assert not any('name="referrer"' in page.text for page in pages)


@pytest.mark.parametrize(
    "change",
    [lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"), lambda token: token + "x", lambda _: "x.1.y"],
)
def test_a_tampered_link_opens_nothing_and_is_offered_nothing(client: FlaskClient, token: str, change):
    answers = [client.get(f"/answer/{change(token)}")]
    answers += [client.post(path, data={"token": change(token)}) for path in ("/answer", "/answer/fresh")]

    assert [answer.status_code for answer in answers] == [410] * 3
    assert not any("fresh link" in answer.text or "Hazel Grove" in answer.text for answer in answers)


def fresh_mails(place: Place) -> list[Message]:
    found = select(Message).where(Message.template == FRESH).order_by(Message.created_at, Message.id)
    mails = list(place.town.session.scalars(found))
    place.town.commit()
    return mails


def test_a_replaced_link_offers_a_fresh_one_to_the_address_on_file(client: FlaskClient, place: Place, token: str):
    Desk(client).open(token)
    Desk(client).open(token)
    desk = Desk(client)
    desk.open(token)
    desk.press("accept")

    shown = client.get(f"/answer/{token}")
    answer = client.post("/answer/fresh", data={"token": token}, follow_redirects=True)

    (mail,) = fresh_mails(place)
    assert (shown.status_code, answer.status_code) == (410, 200)
    assert "Mail us a fresh link" in shown.text
    assert "greentable" not in shown.text + answer.text
    assert (mail.to_address, mail.subject_id) == (None, place.town.session.scalars(select(Referral.id)).one())


def test_an_expired_link_to_what_was_taken_on_is_replaced(client: FlaskClient, place: Place) -> None:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        taken = place.referral(ReferralState.SENT)
        move(place.town.session, taken, ReferralEvent.ACCEPT, place.actors[ActorKind.PHONE])
        place.town.commit()
        token = token_of(place.town, taken)
        traveller.shift(timedelta(days=121))

        shown = client.get(f"/answer/{token}")
        client.post("/answer/fresh", data={"token": token})
        newer = token_of(place.town, taken)

        assert "expired" in shown.text
        assert newer != token
        assert Desk(client).open(newer).status_code == 303


def test_the_words_are_the_same_whether_a_mail_goes_or_not(
    client: FlaskClient, place: Place, referral: Referral, token: str
) -> None:
    answers = [client.post("/answer/fresh", data={"token": token}, follow_redirects=True).text for _ in range(5)]
    queued = len(fresh_mails(place))
    cancel(place.town.session, referral, place.actors[ActorKind.MEMBERSHIP])
    place.town.commit()
    answers.append(client.post("/answer/fresh", data={"token": token}, follow_redirects=True).text)

    assert queued == 3, "three an hour, to one address"
    assert len(fresh_mails(place)) == 3, "nothing is left to answer"
    assert len({words_of(answer) for answer in answers}) == 1


def words_of(page: str) -> str:
    """Return the main part of a page: around it stand one-time values."""
    return page.split("<main", 1)[1].split("</main>", 1)[0]


def test_the_form_of_a_dead_link_sent_twice_mails_one(client: FlaskClient, place: Place, token: str) -> None:
    desk = Desk(client)
    desk.open(token)
    desk.press("accept")
    form_id = re.search(r'name="form_id" value="([^"]+)"', client.get(f"/answer/{token}").text)
    assert form_id is not None

    for _press in range(2):
        client.post("/answer/fresh", data={"token": token, "form_id": form_id[1]})

    assert len(fresh_mails(place)) == 1


def test_a_browser_whose_link_died_asks_for_a_fresh_one_without_a_token(
    client: FlaskClient, place: Place, referral: Referral, token: str
) -> None:
    desk, colleague = Desk(client), Desk(client.application.test_client())
    desk.open(token)
    colleague.open(token)
    colleague.press("accept")

    shown = desk.look()
    client.post("/answer/fresh", data={"token": ""})

    assert (shown.status_code, "Mail us a fresh link" in shown.text) == (410, True)
    assert len(fresh_mails(place)) == 1


def test_nobody_asks_for_a_fresh_link_without_an_old_one(client: FlaskClient, place: Place) -> None:
    assert client.post("/answer/fresh").status_code == 410
    assert fresh_mails(place) == []
