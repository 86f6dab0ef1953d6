"""Every kind of bad input, through the pages and commands themselves: plain words, nothing lost, nothing half done.

Unsigned and repeated webhooks are in tests/messaging, a locked or lost database and two people at once in tests/faults.
"""

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select
from werkzeug.test import TestResponse

from referral.directory.commands import directory_commands
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.messaging.models import InboundMessage
from referral.referrals.models import Referral
from referral.referrals.states import ReferralState
from referral.todos.models import ToDo
from tests.directory.conftest import delivery as delivery
from tests.directory.conftest import runner as runner
from tests.journeys.conftest import Texting, link_of, token_in
from tests.journeys.picture import nothing_changes, picture_of
from tests.referrals.conftest import Place
from tests.referrals.desks import Desk
from tests.resources_directory_importing.deliveries import Delivery

MALFORMED = {
    "a quote that never ends": (b'id,name\ns1,"Food box\n' + b"x" * 200_000, "services.csv: is not CSV at line"),
    "the same column twice": (b"id,name,name\ns1,Food,box\n", "services.csv: names columns twice: name"),
    "nothing at all": (b"", "services.csv: is empty"),
    "zero bytes": (b"id,name\ns1,\x00\n", "services.csv: is not text: it holds zero bytes"),
    "an encoding nobody uses": (b"id,name\ns1,\x81\xff\n", "services.csv: is neither UTF-8 nor Windows-1252"),
}


@pytest.mark.parametrize(("content", "told"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_csv_is_named_and_the_directory_stays_as_it_was(
    content: bytes, told: str, delivery: Delivery, runner: FlaskCliRunner, database: Database
) -> None:
    delivery.basics()
    command = ["import", str(delivery.folder), "--source", "Elm"]
    assert runner.invoke(directory_commands, command).exit_code == 0
    (delivery.folder / "services.csv").write_bytes(content)

    with nothing_changes(database):
        result = runner.invoke(directory_commands, command)

    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert told in result.output
    assert result.output.strip().endswith("Nothing was changed.")


def no_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 this is a letter, renamed")


def zip_of_something_else(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.txt", "a photo album")


def zip_with_other_tables(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sales.csv", "month,sum\n1,2\n")


def zip_that_climbs_out(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../services.csv", "id,name\n")


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"a" * 20_000_000)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (no_zip, "data.zip: is not a zip file"),
        (zip_of_something_else, "data.zip: holds no .csv and no .json file"),
        (zip_with_other_tables, "none of these is a file of HSDS"),
        (zip_that_climbs_out, "points outside"),
        (zip_bomb, "unpacks to far more than its size"),
    ],
)
def test_a_wrong_zip_is_named_and_the_directory_stays_as_it_was(
    make: Callable[[Path], None], told: str, tmp_path: Path, runner: FlaskCliRunner, database: Database
) -> None:
    make(tmp_path / "data.zip")

    with nothing_changes(database):
        result = runner.invoke(directory_commands, ["import", str(tmp_path / "data.zip")])

    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert told in result.output
    assert result.output.strip().endswith("Nothing was changed.")


def error_beside(page: str, field: str) -> str:
    """Return the words of the error that a page shows beside a field."""
    found = re.search(rf'<p class="error" id="{field}-error">(.*?)</p>', page, re.DOTALL)
    assert found is not None, f"no error beside {field}"
    return found[1]


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("phone", "none", "This is not a phone number."),
        ("phone", "555-01", "This phone number has too few or too many digits."),
        ("birth_date", "2099-02-01", "The birth date is in the future."),
        ("birth_date", "2026-02-30", "Not a valid date value."),
    ],
)
def test_a_broken_fact_of_a_patient_is_told_beside_its_field_and_what_was_typed_stays(
    field: str, typed: str, told: str, nurse: FlaskClient, database: Database
) -> None:
    facts = {"given_name": "Aurelio", "privacy_level": "standard", "spoken_language": "es", "written_language": "es"}

    with nothing_changes(database):
        answer = nurse.post("/patients/new", data=facts | {field: typed})

    assert answer.status_code == 422
    assert told in error_beside(answer.text, field)
    assert 'value="Aurelio"' in answer.text
    assert f'value="{typed}"' in answer.text


def exchange(client: FlaskClient, link: str) -> TestResponse:
    """Press the button on the page of a link."""
    return client.post("/answer", data={"token": token_in(link)})


def test_a_link_used_twice_says_so(client: FlaskClient, link: str, database: Database) -> None:
    desk = Desk(client)
    desk.open(token_in(link))
    desk.press("accept")

    with nothing_changes(database):
        answers = client.get(link), exchange(client, link)

    assert {answer.status_code for answer in answers} == {410}
    assert all("This link has been used already." in answer.text for answer in answers)


def test_an_expired_link_says_so(client: FlaskClient, place: Place, asked: Referral, database: Database) -> None:
    link = link_of(place, asked, timedelta(days=365))

    with nothing_changes(database):
        answers = client.get(link), exchange(client, link)

    assert {answer.status_code for answer in answers} == {410}
    assert all("This link has expired." in answer.text for answer in answers)


def one_letter_changed(link: str) -> str:
    return link[:-1] + ("0" if link[-1] != "0" else "1")


def another_generation(link: str) -> str:
    return link.replace(".1.", ".2.")


@pytest.mark.parametrize("change", [one_letter_changed, another_generation, lambda link: link[:-5]])
def test_a_link_that_was_tampered_with_opens_nothing(
    change: Callable[[str], str], client: FlaskClient, link: str, database: Database
) -> None:
    with nothing_changes(database):
        answers = client.get(change(link)), exchange(client, change(link))

    assert {answer.status_code for answer in answers} == {410}
    assert all("was changed on the way" in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (ReferralState.SENT, "undo"),
        (ReferralState.SENT, "sign"),
        (ReferralState.COMPLETED, "cancel"),
        (ReferralState.DECLINED, "withdraw"),
        (ReferralState.CANCELLED, "mark-error"),
    ],
)
def test_a_move_that_the_state_forbids_is_refused_on_a_page(
    state: ReferralState, step: str, nurse: FlaskClient, place: Place, database: Database
) -> None:
    referral = place.referral(state)
    place.town.commit()

    with nothing_changes(database):
        told = {"version": referral.version, "reason": "wrong_details", "sure": "y"}
        answer = nurse.post(f"/referrals/{referral.id}/{step}", data=told)

    assert answer.status_code == 409
    assert "That step is not possible any more" in answer.text


@pytest.mark.parametrize("body", ["purple elephants", "7", "🙂", "¿?", " ", "x" * 1600])
def test_a_reply_that_means_nothing_is_kept_and_moves_nothing(
    body: str, texting: Texting, asked: Referral, session: ScopedSession, database: Database
) -> None:
    before = picture_of(database)

    assert texting(body).status_code == 204

    after = picture_of(database)
    changed = {table for table in after if after[table] != before[table]}
    assert [kept.body for kept in session.scalars(select(InboundMessage))] == [body]
    assert not changed & {"referral", "referral_move", "testimony", "need", "texting_consent", "phone_number"}
    assert session.scalars(select(ToDo)).one().done_at is None
