"""What staff do about a patient's own page: its address on paper, the word, a new address, private needs."""

from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from referral.accounts.plan_codes import plan_address, plan_owner
from referral.plan.keys import Opener, choose_word, opener_of
from referral.plan.models import PlanNeed
from referral.plan.page import chosen_needs
from referral.plan.sections import OPENER_WORDS
from tests.plan.conftest import Home
from tests.sign_in import sign_in


@pytest.fixture
def desk(home: Home) -> str:
    """The address of the staff's page about it, signed in."""
    path = f"/patients/{home.patient.id}/plan-page"
    home.town.commit()
    sign_in(home.client, home.clinician)
    return path


def test_staff_see_the_address_and_what_opens_it(home: Home, desk: str) -> None:
    page = unescape(home.client.get(desk).text)

    assert home.address in page
    assert str(OPENER_WORDS[Opener.YEAR]) in page


def test_the_address_is_printed_with_its_picture_and_no_name(home: Home, desk: str) -> None:
    address = home.address
    home.session.rollback()
    page = home.client.get(f"{desk}/printed").text
    sheet = page[page.index('<article class="slip"') :]
    sheet = sheet[: sheet.index("</article>")]

    assert address in sheet
    assert "<svg" in sheet
    for told in ("Rosa", "Molina", "Hill Clinic", "Food"):
        assert told not in sheet


def test_staff_set_the_word_and_take_it_away(home: Home, desk: str) -> None:
    assert home.client.post(f"{desk}/word", data={"word": "heron"}).status_code == 303
    assert opener_of(home.session, home.patient) is Opener.WORD
    home.session.rollback()

    assert home.client.post(f"{desk}/no-word").status_code == 303
    assert opener_of(home.session, home.patient) is Opener.YEAR


def test_a_word_too_short_comes_back_with_what_to_do(home: Home, desk: str) -> None:
    answer = home.client.post(f"{desk}/word", data={"word": "abc"})

    assert answer.status_code == 422
    assert "Choose a word of 4 to 60 letters." in answer.text


def test_a_new_address_is_given(home: Home, desk: str) -> None:
    before = home.address
    home.session.rollback()

    assert home.client.post(f"{desk}/renew").status_code == 303

    home.session.rollback()
    after = plan_address(home.session, home.patient.id, clinic_id=home.clinic.id)
    home.session.rollback()
    assert after != before
    assert after in home.client.get(desk).text


def test_staff_choose_a_private_need_for_the_page_and_take_it_back(home: Home, desk: str) -> None:
    need_id = home.town.need(home.patient, "legal_immigration").id
    home.town.commit()

    for shown, expected in (("yes", {need_id}), ("no", set())):
        sent = {"need": str(need_id), "shown": shown}
        assert home.client.post(f"{desk}/need", data=sent).status_code == 303
        home.session.rollback()
        assert chosen_needs(home.session, home.patient.id) == expected
        home.session.rollback()


def test_a_choice_made_twice_is_one(home: Home, desk: str) -> None:
    need_id = home.town.need(home.patient, "legal_immigration").id
    home.town.commit()

    for _press in range(2):
        assert home.client.post(f"{desk}/need", data={"need": str(need_id), "shown": "yes"}).status_code == 303

    home.session.rollback()
    assert home.session.scalar(select(func.count(PlanNeed.id))) == 1


def test_the_same_form_gives_one_new_address(home: Home, desk: str) -> None:
    form, codes = {"form_id": str(uuid4())}, []
    home.session.rollback()
    for _press in range(2):
        assert home.client.post(f"{desk}/renew", data=form).status_code == 303
        codes.append(plan_address(home.session, home.patient.id, clinic_id=home.clinic.id))
        home.session.rollback()

    assert codes[0] == codes[1]
    assert home.client.post(f"{desk}/renew", data={"form_id": str(uuid4())}).status_code == 303
    assert plan_address(home.session, home.patient.id, clinic_id=home.clinic.id) != codes[0]


def test_no_form_takes_another_patients_address_away(home: Home, desk: str) -> None:
    """The id of the form is anybody's to choose: it never becomes the id behind an address."""
    twin = home.town.patient(home.clinic, birth_date_text="1984-05-06")
    address = plan_address(home.session, twin.id, clinic_id=home.clinic.id)
    home.town.commit()

    home.client.post(f"{desk}/renew", data={"form_id": str(twin.id)})

    owner = plan_owner(home.session, address.rsplit("/", 1)[1])
    assert owner is not None
    assert owner.patient_id == twin.id


def test_a_need_for_safety_cannot_be_chosen(home: Home, desk: str) -> None:
    need_id = home.town.need(home.patient, "interpersonal_safety", status="met").id
    home.town.commit()

    assert home.client.post(f"{desk}/need", data={"need": str(need_id), "shown": "yes"}).status_code == 422


def test_a_phone_that_others_read_is_told_to_staff(home: Home, desk: str) -> None:
    home.town.phone(home.patient, "+15595550177", is_shared=True)
    home.town.commit()

    assert str(OPENER_WORDS[Opener.NOTHING_OTHERS_KNOW]) in unescape(home.client.get(desk).text)


def test_nobody_of_another_clinic_comes_near_it(home: Home, desk: str) -> None:
    stranger = home.town.person(home.town.clinic(), "clinician")
    home.town.commit()
    sign_in(home.client, stranger)

    assert home.client.get(desk).status_code == 404


def test_a_word_of_one_patient_opens_no_other_page(home: Home) -> None:
    choose_word(home.session, home.patient, "heron", by=None)
    twin = home.town.patient(home.clinic, birth_date_text="1984-05-06")
    code = plan_address(home.session, twin.id, clinic_id=home.clinic.id).rsplit("/", 1)[1]

    assert home.try_to_open("heron", code=code).status_code == 422
