"""Recovery codes: ten, long, each good once, stored as keyed hashes."""

from sqlalchemy import select

from referral.accounts.factor_models import RecoveryCode
from referral.accounts.recovery import HOW_MANY, LENGTH, LETTERS, codes_left, new_codes, use_code
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import Staff


def test_there_are_ten_of_80_bits_and_none_is_stored(session: ScopedSession, staff: Staff) -> None:
    codes = new_codes(session, staff.navigator.id)

    hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(set(codes)) == len(set(hashes)) == HOW_MANY == 10
    assert len(set(LETTERS)) ** LENGTH >= 2**80
    assert not any(code.replace("-", "").encode() in stored for code in codes for stored in hashes)
    assert {len(stored) for stored in hashes} == {16}


def test_each_is_good_once_however_it_is_typed(session: ScopedSession, staff: Staff) -> None:
    code = new_codes(session, staff.navigator.id)[3]

    used = [use_code(session, staff.navigator.id, typed) for typed in (code.replace("-", " ").upper(), code)]

    assert used == [True, False]
    assert codes_left(session, staff.navigator.id) == 9


def test_a_new_set_makes_the_old_one_dead(session: ScopedSession, staff: Staff) -> None:
    old = new_codes(session, staff.navigator.id)
    new = new_codes(session, staff.navigator.id)

    assert [use_code(session, staff.navigator.id, codes[0]) for codes in (old, new)] == [False, True]
    assert codes_left(session, staff.navigator.id) == 9


def test_the_same_code_has_another_hash_for_another_person(session: ScopedSession, staff: Staff) -> None:
    code = new_codes(session, staff.navigator.id)[0]

    assert not use_code(session, staff.administrator.id, code)
