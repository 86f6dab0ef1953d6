"""Referrals answered from a staff phone: the digits, what cannot be told apart, and what comes too late."""

from referral.referrals.numbering import short_number
from tests.staff_phones.conftest import StaffDesk


def test_a_new_referral_is_told_in_one_text_and_accepted_by_a_digit(desk: StaffDesk) -> None:
    desk.agree()
    referral_id = desk.refer()
    desk.pass_time(minutes=4)
    number = short_number(referral_id)

    told = desk.texts()[-1]
    assert desk.say("1") == "answered"

    assert told == (
        f"NeedsRx: 1 new referral waits: {number}. Reply 1 accept, 2 full, 3 wrong service, 4 call me. STOP to end."
    )
    assert desk.last_move(referral_id) == ("accept", "staff_text", "Olga Ortiz", None)
    assert desk.texts()[-1].startswith(f"NeedsRx: {number} is accepted.")
