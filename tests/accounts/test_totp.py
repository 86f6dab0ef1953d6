"""Codes of authenticator apps: RFC 6238, half a minute in either direction, each half minute taken once."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select, text

from referral.accounts.factor_models import SecondFactor
from referral.accounts.totp import app_address, picture, start_app, take_code
from referral.kit.scope import ScopedSession
from tests.accounts.conftest import Staff
from tests.accounts.proofs import digits, has_app

#: The start of a half minute.
STEP_START = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def factor(session: ScopedSession, staff: Staff) -> SecondFactor:
    return has_app(session, staff.navigator)


@pytest.mark.parametrize(("unix", "shown"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_it_shows_what_the_standard_shows(session: ScopedSession, factor: SecondFactor, unix: int, shown: str) -> None:
    factor.secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, the last six digits

    with time_machine.travel(unix, tick=False):
        assert take_code(session, factor.person_id, shown) is factor


@pytest.mark.parametrize(
    ("seconds", "taken"), [(-30.001, False), (-30, True), (0, True), (29.999, True), (59.999, True), (60, False)]
)
def test_half_a_minute_in_either_direction_and_no_more(
    session: ScopedSession, factor: SecondFactor, seconds: float, taken: bool
) -> None:
    code = digits(factor, STEP_START)

    with time_machine.travel(STEP_START + timedelta(seconds=seconds), tick=False):
        assert (take_code(session, factor.person_id, code) is factor) == taken


def test_a_half_minute_is_taken_once_and_none_before_it_after(session: ScopedSession, factor: SecondFactor) -> None:
    with time_machine.travel(STEP_START, tick=False):
        now, before = digits(factor), digits(factor, STEP_START - timedelta(seconds=30))

        taken = [take_code(session, factor.person_id, code) for code in (f"{now[:3]} {now[3:]}", now, before)]

    assert taken == [factor, None, None]


def test_an_app_counts_only_once_it_was_proven(session: ScopedSession, staff: Staff) -> None:
    begun = start_app(session, staff.navigator.id, "Phone")

    assert take_code(session, staff.navigator.id, digits(begun)) is None
    assert take_code(session, staff.navigator.id, digits(begun), factor_id=begun.id) is begun


def test_an_app_begun_twice_is_one(session: ScopedSession, staff: Staff) -> None:
    start_app(session, staff.navigator.id, "Phone")
    second = start_app(session, staff.navigator.id, "Phone")

    assert session.scalars(select(SecondFactor.id)).all() == [second.id]


def test_the_secret_has_160_bits_and_is_stored_sealed(session: ScopedSession, factor: SecondFactor) -> None:
    stored = session.execute(text("SELECT * FROM second_factor")).one()

    assert len(pyotp.TOTP(factor.secret or "").byte_secret()) == 20
    assert str(factor.secret) not in str(tuple(stored))
    assert str(factor.secret).encode() not in (factor.secret_sealed or b"")


def test_the_picture_says_what_the_app_needs_and_holds_no_readable_secret(factor: SecondFactor) -> None:
    address = app_address(factor, "nadia@clinic.example")

    assert pyotp.parse_uri(address).secret == factor.secret  # type: ignore[attr-defined]  # the kind with a secret
    assert "issuer=NeedsRx" in address
    assert str(factor.secret) not in picture(address)
