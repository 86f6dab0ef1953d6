"""The entry of a patient's own page: what opens it, what does not, and that nobody learns which."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from referral.accounts.link_models import LinkSession
from referral.accounts.models import LinkPurpose, SignedLink
from referral.accounts.plan_codes import plan_address, plan_owner, renew_plan_address
from referral.audit.models import AuditEvent, AuditKind
from referral.kit import clock
from referral.kit.limits import PLAN_CALLERS, UsageCount, use
from referral.plan.entering import DOES_NOT_OPEN
from referral.plan.keys import choose_word
from resources_directory.db import new_id
from tests.plan.conftest import Home

SCANNERS = ("Mimecast", "Barracuda Sentinel", "WhatsApp/2.23 A")
NOBODYS = "abcdefghijklmnopqrstuvwxy2"


def bare(page: str) -> str:
    """A page without what is new on each: the code, the number of the request."""
    return re.sub(r'(value="[^"]*"|/p/[a-z2-7-]+)', "", page)


def test_the_address_is_random_letters_and_tells_nothing(home: Home) -> None:
    assert re.fullmatch(r"http://localhost/p/[a-z2-7]{26}", home.address)
    assert home.patient.id.hex not in home.address


def test_the_address_stays_the_same(home: Home) -> None:
    assert home.address == home.address


def test_scanners_that_open_it_three_times_change_nothing(home: Home) -> None:
    home.town.commit()
    path = f"/p/{home.code}"

    for scanner in SCANNERS:
        answer = home.client.get(path, headers={"User-Agent": scanner})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers

    for table in (LinkSession, SignedLink, UsageCount, AuditEvent):
        made = home.session.scalar(select(func.count()).select_from(table))
        assert made == (0 if table is not AuditEvent else home.session.scalar(select(func.count(AuditEvent.id))))
    reads = select(func.count(AuditEvent.id)).where(AuditEvent.actor == "plan page")
    assert home.session.scalar(reads) == 0


def test_the_entry_names_neither_patient_nor_clinic(home: Home) -> None:
    home.town.commit()

    page = home.client.get(f"/p/{home.code}").text

    for told in ("Rosa", "Molina", "Hill Clinic", "NeedsRx", "Food", "<script"):
        assert told not in page


def test_the_entry_is_the_same_for_every_code(home: Home) -> None:
    home.town.commit()

    known, unknown = (home.client.get(f"/p/{code}").text for code in (home.code, NOBODYS))

    assert bare(known) == bare(unknown)


def test_the_year_of_birth_opens_it(home: Home) -> None:
    page = home.open("1984")

    assert "Open Table" in page
    assert "Waiting for their answer" in page


def test_digits_of_any_script_count(home: Home) -> None:
    assert home.try_to_open("١٩٨٤").status_code == 303


def test_a_wrong_year_an_unknown_code_and_no_code_get_the_same_answer(home: Home) -> None:
    wrong = home.try_to_open("1985")
    unknown = home.try_to_open("1984", code=NOBODYS)
    none = home.client.post("/p/open", data={"answer": "1984"})

    assert wrong.status_code == unknown.status_code == none.status_code == 422
    assert bare(wrong.text) == bare(unknown.text) == bare(none.text)
    assert str(DOES_NOT_OPEN) in wrong.text


def test_no_browser_without_opening_it_sees_anything(home: Home) -> None:
    home.town.commit()

    answer = home.client.get("/p/")

    assert answer.status_code == 410
    assert str(DOES_NOT_OPEN) in answer.text


def test_guessing_at_one_code_is_stopped_and_not_at_another(home: Home) -> None:
    for _each in range(6):
        assert home.try_to_open("1900").status_code == 422

    assert home.try_to_open("1984").status_code == 429
    assert home.try_to_open("1984", code=NOBODYS).status_code == 422


def test_opening_it_often_is_no_guessing(home: Home) -> None:
    for _each in range(8):
        assert home.try_to_open("1984").status_code == 303


def test_guessing_at_an_unknown_code_is_stopped_alike(home: Home) -> None:
    answers = [home.try_to_open("1984", code=NOBODYS).status_code for _each in range(7)]

    assert answers == [422] * 6 + [429]


def test_one_address_cannot_try_many_codes(home: Home) -> None:
    assert home.try_to_open("1985").status_code == 422
    for _each in range(PLAN_CALLERS.most - 1):
        use(home.session, PLAN_CALLERS, "address:127.0.0.1")

    assert home.try_to_open("1984").status_code == 429


def test_a_wrong_try_is_written_down(home: Home) -> None:
    home.try_to_open("1985")

    tried = select(AuditEvent).where(AuditEvent.kind == AuditKind.CODE_FAILED)
    assert [event.patient_id for event in home.session.scalars(tried)] == [home.patient.id]


def test_a_word_takes_the_place_of_the_year(home: Home) -> None:
    choose_word(home.session, home.patient, "Blue Heron", by=home.clinician.id)

    assert home.try_to_open("1984").status_code == 422
    assert home.try_to_open("blueherón").status_code == 303


@pytest.mark.parametrize(
    "unlike", [{"is_shared": True}, {"holder": "parent"}, {"sms_ok": "no"}], ids=["shared", "a parent's", "monitored"]
)
def test_a_phone_that_others_read_makes_the_year_worthless(home: Home, unlike: dict[str, object]) -> None:
    home.town.phone(home.patient, "+15595550177", **unlike)

    assert home.try_to_open("1984").status_code == 422


def test_a_phone_of_a_merged_record_that_others_read_makes_the_year_worthless(home: Home) -> None:
    other = home.town.patient(home.clinic, merged_into_id=home.patient.id)
    home.town.phone(other, "+15595550177", holder="parent")

    assert home.try_to_open("1984").status_code == 422


def test_on_a_shared_phone_the_word_opens_it(home: Home) -> None:
    home.town.phone(home.patient, "+15595550177", is_shared=True)
    choose_word(home.session, home.patient, "heron", by=home.clinician.id)

    assert home.try_to_open("heron").status_code == 303


def test_without_a_birth_date_only_a_word_opens_it(home: Home) -> None:
    home.patient.birth_date_text = None

    assert home.try_to_open("1984").status_code == 422
    choose_word(home.session, home.patient, "heron", by=None)
    assert home.try_to_open("heron").status_code == 303


def test_a_renewed_address_kills_the_old_one_and_what_it_opened(home: Home) -> None:
    old = home.code
    home.open()

    renew_plan_address(home.session, home.patient.id, clinic_id=home.clinic.id, by=home.clinician.id)
    home.town.commit()

    assert home.code != old
    assert home.client.get("/p/").status_code == 410
    assert home.try_to_open("1984", code=old).status_code == 422
    assert home.try_to_open("1984").status_code == 303


def test_an_id_of_anything_else_behind_the_permutation_opens_nothing(home: Home) -> None:
    home.town.commit()
    forged = plan_address(home.session, new_id(), clinic_id=home.clinic.id).rsplit("/", 1)[1]

    assert plan_owner(home.session, forged) is None
    assert plan_owner(home.session, home.referral.id.hex) is None


def test_capitals_in_the_code_do_not_matter(home: Home) -> None:
    assert home.try_to_open("1984", code=home.code.upper()).status_code == 303


def test_the_page_closes_after_half_an_hour_without_a_touch(home: Home) -> None:
    home.open()

    with time_machine.travel(clock.wall() + timedelta(minutes=31)):
        assert home.client.get("/p/").status_code == 410


def test_closing_it_ends_it_and_empties_the_browser(home: Home) -> None:
    home.open()
    cookies = {each.key: each.value for each in home.client._cookies.values()}

    answer = home.press("close")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    home.client.set_cookie("needsrx_link", cookies["needsrx_link"])
    assert home.client.get("/p/").status_code == 410


def test_another_sites_form_opens_nothing(home: Home) -> None:
    home.town.commit()
    from_elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    answer = home.client.post("/p/open", data={"code": home.code, "answer": "1984"}, headers=from_elsewhere)

    assert answer.status_code == 400


def test_the_link_row_is_of_the_purpose_plan_and_its_token_stands_nowhere(home: Home) -> None:
    home.open()

    row = home.session.scalars(select(SignedLink)).one()

    assert (row.purpose, row.subject_id) == (LinkPurpose.PLAN, home.patient.id)


def test_no_page_sends_its_address_on(home: Home) -> None:
    home.town.commit()

    for path in (f"/p/{home.code}", "/p/"):
        assert home.client.get(path).headers["Referrer-Policy"] == "no-referrer"
