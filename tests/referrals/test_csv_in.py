"""Answers from a file: looked at first, then done row by row; sent twice, it changes nothing the second time."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from referral.accounts.roles import MemberKind, Role
from referral.kit import clock
from referral.referrals import testimonies
from referral.referrals.actors import ActorKind
from referral.referrals.appointments import GivenAppointment, give_appointment
from referral.referrals.models import Referral, Testimony
from referral.referrals.numbering import short_number
from referral.referrals.states import Outcome, ReferralState, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from tests.referrals.conftest import Place, moves_of
from tests.referrals.test_inbox_list import another
from tests.sign_in import sign_in

S = ReferralState
HEAD = "request,version,answer,reason,place_on_list,estimate,units,note"


#: A letter of three bytes.
YOU = "\u4f60"


@pytest.fixture
def desk(client: FlaskClient, place: Place) -> FlaskClient:
    place.town.commit()
    sign_in(client, place.staff)
    return client


def file_of(*lines: str, head: str = HEAD) -> str:
    return "\n".join((head, *lines))


def at(referral: Referral) -> str:
    """The cells that name a request and how it stood when the file was made."""
    return f"{short_number(referral.id)},{referral.version}"


def look(client: FlaskClient, content: str | bytes) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    return client.post("/inbox/files/look", data={"file": (BytesIO(data), "answers.csv")})


def confirm(client: FlaskClient, preview: TestResponse) -> TestResponse:
    """Press the button of the preview: send what its form holds."""
    text = re.search(r'name="text"[^>]*value="([^"]*)"', preview.text)
    ticks = re.findall(r'name="row" value="([^"]*)"', preview.text)
    assert text is not None, "the preview offers nothing to confirm"
    return client.post("/inbox/files/apply", data={"text": unescape(text[1]), "row": ticks})


def state(place: Place, referral: Referral) -> str:
    place.town.session.refresh(referral)
    place.town.commit()
    return referral.state


def appoint(place: Place, referral: Referral) -> None:
    """Its organization expects the person in two weeks."""
    when = clock.now().replace(tzinfo=None) + timedelta(days=14)
    given = GivenAppointment(when, interpreter_booked=None, given_id=uuid4(), actor=place.actors[ActorKind.LINK])
    give_appointment(place.town.session, referral, given)
    place.town.commit()


def test_nothing_is_done_before_the_confirmation(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    page = look(desk, file_of(f"{at(referral)},accept"))

    assert (page.status_code, state(place, referral)) == (200, "sent")
    assert "It will be accepted" in page.text


def test_what_was_looked_at_is_done_in_the_persons_name(desk: FlaskClient, place: Place) -> None:
    accepted, declined, waits = another(place), another(place), another(place)
    received, not_received = another(place, S.ACCEPTED), another(place, S.IN_PROGRESS)

    page = look(
        desk,
        file_of(
            f"{at(accepted)},accept",
            f"{at(declined)},Decline,out_of_area,,,,Too far",
            f"{at(waits)},waitlist,,3,two weeks",
            f"{at(received)},received,,,,2 boxes",
            f"{at(not_received)},not_received,documents_missing",
        ),
    )
    done = confirm(desk, page)

    assert "5 of 5 were changed." in done.text
    assert [state(place, each) for each in (accepted, declined, waits, received, not_received)] == [
        "accepted",
        "declined",
        "waitlisted",
        "completed",
        "not_completed",
    ]
    assert (declined.reason, waits.waitlist_position, waits.waitlist_estimate) == ("out_of_area", 3, "two weeks")
    said = place.town.session.scalars(select(Testimony).order_by(Testimony.at)).all()
    assert [(row.units, row.reason, row.taken_by) for row in said] == [
        ("2 boxes", None, place.staff.id),
        (None, "documents_missing", place.staff.id),
    ]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("00000000,1,accept", "request"),
        ("{number},hooray", "answer"),
        ("{number},received", "answer"),
        ("{number},start", "answer"),
        ("{number},decline", "reason"),
        ("{number},decline,did_not_meet", "reason"),
        ("{unversioned},accept", "version"),
        ("{number},waitlist,,many", "place_on_list"),
        ("{number},waitlist,,0", "place_on_list"),
        ("{number},waitlist,,10000", "place_on_list"),
        ("{number},waitlist,,{digits}", "place_on_list"),
        ("{number},waitlist,,,{long}", "estimate"),
    ],
)
def test_a_row_that_cannot_be_done_is_named_by_row_and_column(
    desk: FlaskClient, place: Place, line: str, column: str
) -> None:
    referral = another(place)

    cells = {"number": at(referral), "unversioned": f"{short_number(referral.id)},"}
    page = look(desk, file_of(line.format(**cells, long="x" * 201, digits="1" * 5000)))

    assert f"Row 2, column “{column}”" in page.text
    assert 'name="row"' not in page.text


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("received,,,,-4", "units"),
        ("received,,,,0 boxes", "units"),
        ("received,,,,some boxes", "units"),
        ("received,did_not_meet,,,2", "reason"),
        ("partly_received,documents_missing", "reason"),
        ("not_received,did_not_meet,,,2", "units"),
    ],
)
def test_amount_and_reason_fit_the_outcome_of_a_row(desk: FlaskClient, place: Place, line: str, column: str) -> None:
    referral = another(place, S.ACCEPTED)

    page = look(desk, file_of(f"{at(referral)},{line}"))

    assert f"Row 2, column “{column}”" in page.text
    assert 'name="row"' not in page.text


def test_a_file_without_versions_is_refused_because_nothing_would_tell_what_moved_since(
    desk: FlaskClient, place: Place
) -> None:
    referral = another(place)

    page = look(desk, file_of(f"{short_number(referral.id)},accept", head="request,answer"))

    assert (page.status_code, "must name the column “version”" in page.text) == (422, True)


def test_the_look_shows_amount_note_and_an_appointment_that_is_still_to_come(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.ACCEPTED)
    appoint(place, referral)

    page = look(desk, file_of(f"{at(referral)},received,,,,2 boxes,Came early"))

    assert all(words in page.text for words in ("2 boxes", "Came early", "The appointment is still to come"))
    assert 'name="row"' in page.text


def test_an_empty_file_is_called_empty(desk: FlaskClient) -> None:
    page = look(desk, b"")

    assert (page.status_code, "This file is empty" in page.text) == (422, True)


def test_a_bad_row_loses_none_of_the_good_ones(desk: FlaskClient, place: Place) -> None:
    good, bad = another(place), another(place)

    done = confirm(desk, look(desk, file_of(f"{at(bad)},decline", f"{at(good)},accept")))

    assert [state(place, good), state(place, bad)] == ["accepted", "sent"]
    assert "1 of 2 were changed." in done.text


def test_the_same_file_again_changes_nothing(desk: FlaskClient, place: Place) -> None:
    referral = another(place)
    content = file_of(f"{at(referral)},accept")
    preview = look(desk, content)

    confirm(desk, preview)
    again, looked = confirm(desk, preview), look(desk, content)

    assert "0 of 1 were changed." in again.text
    assert "it was answered so already" in looked.text
    assert len(moves_of(place.town.session, referral)) == 1


def test_a_row_that_moved_after_the_look_is_left_alone(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.ACCEPTED)
    preview = look(desk, file_of(f"{at(referral)},received"))
    desk.post(f"/inbox/{referral.id}/start", data={})

    done = confirm(desk, preview)

    assert (state(place, referral), "0 of 1 were changed." in done.text) == ("in_progress", True)


def test_a_file_made_before_a_move_says_so(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.ACCEPTED)
    line = f"{short_number(referral.id)},{referral.version + 1},received"

    page = look(desk, file_of(line, head="request,version,answer"))

    assert "Row 2, column “version”" in page.text


def test_only_what_was_looked_at_is_done(desk: FlaskClient, place: Place) -> None:
    referral = another(place)

    desk.post("/inbox/files/apply", data={"text": file_of(f"{at(referral)},accept")})

    assert state(place, referral) == "sent"


def test_one_request_in_two_rows_is_answered_once(desk: FlaskClient, place: Place) -> None:
    referral = another(place)
    number = at(referral)

    page = look(desk, file_of(f"{number},accept", f"{number},decline,other"))

    assert "Row 3, column “request”" in page.text


def test_another_organizations_requests_are_not_there(client: FlaskClient, place: Place) -> None:
    referral = another(place)
    stranger = place.town.person(place.town.member(MemberKind.ORGANIZATION), Role.ORGANIZATION_STAFF)
    place.town.commit()
    sign_in(client, stranger)

    page = look(client, file_of(f"{at(referral)},accept"))

    assert "You have no request with this number." in page.text


def test_the_file_that_was_taken_away_can_be_filled_in_and_sent_back(desk: FlaskClient, place: Place) -> None:
    referral = another(place)
    taken = desk.post("/inbox/files/requests.csv?show=all").text
    head, row, *_rest = taken.removeprefix("\ufeff").splitlines()
    cells = row.split(",")
    cells[head.split(",").index("answer")] = "accept"

    confirm(desk, look(desk, "\r\n".join((head, ",".join(cells)))))

    assert state(place, referral) == "accepted"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"name,phone\nRosa,1",
        b"request,version,answer\n",
        b"request,version,answer\n12345678,1,",
        b"request,version,answer\n" + b"12345678,1,accept\n" * 501,
        b"request,version,answer\n" + b" " * 2**20,
        b"request,version,answer,note\n" + f"12345678,1,accept,{YOU * 900}\n".encode() * 160,
    ],
    ids=["nothing", "no text", "other columns", "no rows", "no answers", "too many", "too large", "too much to carry"],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(desk: FlaskClient, content: bytes) -> None:
    assert look(desk, content).status_code == 422


@pytest.mark.parametrize(("part", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-8"), (",", "cp1252"), ("\t", "utf-16")])
def test_files_of_other_spreadsheets_are_read(desk: FlaskClient, place: Place, part: str, encoding: str) -> None:
    referral = another(place, S.ACCEPTED)
    content = f"request,version,answer,note\n{at(referral)},received,Bueno año".replace(",", part)

    confirm(desk, look(desk, content.encode(encoding)))

    assert place.town.session.scalars(select(Testimony)).one().note == "Bueno año"


@pytest.mark.parametrize("letter", ["a", "\u0627", YOU, "\U0001f34e"], ids=["latin", "arabic", "chinese", "sign"])
def test_a_day_of_answers_is_read_in_every_script(desk: FlaskClient, place: Place, letter: str) -> None:
    referral = another(place, S.ACCEPTED)
    others = [f"{number:08X},1,decline,other,{letter * 200}" for number in range(400)]
    own = f"{at(referral)},received,,{letter * 200}"

    page = look(desk, file_of(own, *others, head="request,version,answer,reason,note"))
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    text, tick = (
        re.search(r'name="text"[^>]*value="([^"]*)"', page.text),
        re.search(r'name="row" value="([^"]*)"', page.text),
    )
    assert text is not None
    assert tick is not None
    sent = {"text": unescape(text[1]), "row": tick[1]}
    answer = desk.post("/inbox/files/apply", data=sent, content_type="multipart/form-data")

    assert answer.status_code == 200
    assert place.town.session.scalars(select(Testimony)).one().note == letter * 200


def test_what_the_patient_closed_takes_the_organizations_word_too(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.IN_PROGRESS)
    yes = GivenTestimony(Side.PATIENT, Outcome.RECEIVED, TestimonyChannel.TEXT)
    testimonies.testify(place.town.session, referral, yes)
    place.town.commit()
    content = file_of(f"{at(referral)},received,,,,2 boxes")

    confirm(desk, look(desk, content))
    again = look(desk, content)

    said = place.town.session.scalars(select(Testimony).order_by(Testimony.at)).all()
    assert [(row.side, row.units) for row in said] == [("patient", None), ("organization", "2 boxes")]
    assert "it was answered so already" in again.text


def test_what_happened_is_told_once_by_a_file(desk: FlaskClient, place: Place) -> None:
    referral = another(place, S.IN_PROGRESS)
    confirm(desk, look(desk, file_of(f"{at(referral)},received")))
    place.town.session.refresh(referral)
    place.town.commit()

    page = look(desk, file_of(f"{at(referral)},not_received,did_not_meet"))

    assert "Row 2, column “answer”" in page.text
