"""What staff phones are told, and when: the organization's hours, the clocks of a referral, confidential services."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from referral.accounts.closed_days import ClosedDay
from referral.kit import clock
from referral.kit.zones import zone_of
from referral.outbox.models import Message
from referral.referrals.calendars import Calendar
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.states import Urgency
from referral.staff_phones.models import StaffNotice
from referral.staff_phones.office_hours import next_office_moment
from resources_directory.models.service import Service
from tests.staff_phones.conftest import StaffDesk

ZONE = "America/Los_Angeles"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(ZONE))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-06-02T10:00", "2026-06-02T10:00"),
        ("2026-06-02T07:59", "2026-06-02T08:00"),
        ("2026-06-02T17:58", "2026-06-03T08:00"),  # it may still wait at the carrier
        ("2026-06-05T18:30", "2026-06-08T08:00"),  # Friday evening
        ("2026-06-06T12:00", "2026-06-08T08:00"),
        ("2026-06-09T12:00", "2026-06-10T08:00"),  # closed, by the organization's own list
        ("2026-07-03T12:00", "2026-07-06T08:00"),  # the holiday of 4 July is observed
        ("2026-10-30T18:30", "2026-11-02T08:00"),  # the clocks are put back in between
    ],
)
def test_texts_go_from_8_to_6_on_business_days_of_the_organization(now: str, then: str) -> None:
    calendar = Calendar(ZONE, frozenset({date(2026, 6, 9)}))

    assert next_office_moment(at(now), calendar) == at(then)


def test_a_referral_of_the_evening_is_told_in_the_morning_and_not_on_a_closed_day(desk: StaffDesk) -> None:
    desk.agree()
    with desk.database.job("tests") as session:
        closed = ClosedDay(member_id=desk.organization_id, day=date(2026, 6, 3), created_at=clock.now())
        session.add(closed)
    clock.set_offset(at("2026-06-02T20:00") - clock.wall())
    desk.refer()
    before = desk.texts()
    desk.pass_time(hours=14)  # 10 o'clock on the closed day
    on_closed_day = desk.texts()

    desk.pass_time(hours=24)

    assert (on_closed_day, len(desk.texts())) == (before, len(before) + 1)


def test_what_gathered_over_night_is_one_text(desk: StaffDesk) -> None:
    desk.agree()
    clock.set_offset(at("2026-06-02T20:00") - clock.wall())
    before = len(desk.texts())
    for _ in range(3):
        desk.refer()
        desk.pass_time(minutes=20)

    desk.pass_time(hours=12)

    assert len(desk.texts()) == before + 1
    assert desk.texts()[-1].startswith("NeedsRx: 3 referrals wait")


def test_the_reminder_and_the_second_contact_of_the_clock_go_by_text_too_once_each(desk: StaffDesk) -> None:
    desk.agree()
    referral_id = desk.refer()
    desk.pass_time(minutes=4)
    number = short_number(referral_id)

    for _ in range(3):  # Wednesday, Thursday, Friday
        desk.pass_time(hours=24)

    told = [text for text in desk.texts() if number in text]
    assert len(told) == 3
    assert told[1].startswith(f"NeedsRx: referral {number} of Jun 2 still waits.")
    assert told[2].startswith(f"NeedsRx: nobody has answered {number} of Jun 2.")


def test_a_second_colleague_is_told_too_and_the_faster_one_counts(desk: StaffDesk) -> None:
    desk.agree()
    desk.agree(desk.colleague("Bea Bright"), "+15595550189")
    referral_id = desk.refer()
    desk.pass_time(minutes=4)

    effects = [desk.say("1", "+15595550189"), desk.say("2")]

    assert effects == ["answered", "answered_before"]
    assert desk.last_move(referral_id)[:3] == ("accept", "staff_text", "Bea Bright")


def test_what_is_needed_today_waits_for_nobody_else(desk: StaffDesk) -> None:
    desk.agree()
    desk.refer(urgency=Urgency.TODAY)

    desk.work()

    assert "1 new referral waits" in desk.texts()[-1]


def test_a_confidential_service_gets_no_text_whatever_was_sent(desk: StaffDesk) -> None:
    desk.agree()
    with desk.database.job("tests") as session:
        session.get_one(Service, desk.service_id).is_confidential = True
    before = desk.texts()
    desk.refer()

    desk.pass_time(minutes=4)

    with desk.database.job("tests") as session:
        assert session.scalar(select(func.count()).select_from(StaffNotice)) == 0
    assert desk.texts() == before


def test_a_service_that_became_confidential_meanwhile_gets_no_text(desk: StaffDesk) -> None:
    desk.agree()
    desk.refer()
    with desk.database.job("tests") as session:
        session.get_one(Service, desk.service_id).is_confidential = True
    before = desk.texts()

    desk.pass_time(minutes=4)

    assert desk.texts() == before


def test_no_text_names_a_patient_a_need_or_the_organization_or_leads_deeper_than_the_inbox(desk: StaffDesk) -> None:
    desk.agree()
    referrals = [desk.refer(), desk.refer()]
    desk.pass_time(minutes=4)
    desk.say(f"1 {short_number(referrals[0])}")
    desk.say(f"2 {short_number(referrals[1])}")
    desk.say("What now?")

    said = " ".join(desk.texts())
    assert len(desk.texts()) == 5
    for word in ("Green Table", "Hazel Grove", "food", "Food", "Rosa"):
        assert word not in said
    assert {word for word in said.split() if word.startswith("http")} == {"http://localhost/inbox"}


def test_a_phone_is_told_nothing_of_another_organizations_referrals(desk: StaffDesk) -> None:
    desk.agree()
    referral_id = desk.refer()
    with desk.database.job("tests") as session:
        session.get_one(Referral, referral_id).receiver_id = desk.clinic_id
    before = desk.texts()

    desk.pass_time(minutes=4)

    assert desk.texts() == before


def test_each_text_is_about_the_phone_and_carries_no_patients_id(desk: StaffDesk) -> None:
    phone_id = desk.agree()
    desk.refer()
    desk.pass_time(minutes=4)

    with desk.database.job("tests") as session:
        rows = session.scalars(select(Message).where(Message.channel == "staff_sms")).all()
        assert {(row.subject_kind, row.subject_id, row.patient_id) for row in rows} == {("staff_phone", phone_id, None)}
        senders = {(row.provider, row.sender) for row in rows if row.sent_at is not None}
        assert senders == {("simulated", "simulator-staff")}
