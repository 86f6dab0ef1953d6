"""The arithmetic of the chain."""

import hashlib

import pytest

from referral.audit.chain import FIRST, FORMS, NEWEST_FORM, Walk, Wrong, link, written_json
from referral.audit.models import AuditEvent

CHAIN = b"0" * 32
PLACE = (1, CHAIN, 1)


def test_every_column_of_an_event_is_hashed() -> None:
    columns = {column.name for column in AuditEvent.__table__.columns}

    assert set(FORMS[NEWEST_FORM]) == columns


def test_a_link_is_the_hash_of_what_stands_before_it_its_place_and_the_event() -> None:
    row = b"1/" + CHAIN + b"/1/" + b"4:read-" + b"2:{}"

    assert link(FIRST, PLACE, b"4:read-", b"{}") == hashlib.sha256(FIRST + row).digest()


@pytest.mark.parametrize("other", [(2, CHAIN, 1), (1, b"1" * 32, 1), (1, CHAIN, 2), (b"1", CHAIN, 1)])
def test_another_place_is_another_link(other: tuple[int, bytes, int]) -> None:
    assert link(FIRST, PLACE, b"-", b"{}") != link(FIRST, other, b"-", b"{}")


def test_another_link_before_is_another_link() -> None:
    assert link(FIRST, PLACE, b"-", b"{}") != link(b"x" * 32, PLACE, b"-", b"{}")


def test_the_same_facts_in_another_spelling_of_json_are_the_same_row() -> None:
    assert written_json(b'{"tables": ["patient"], "a": 1}') == written_json(b'{"a":1,"tables":["patient"]}')


@pytest.mark.parametrize("stored", [b'{"a":1,"a":2}', b'{"a":2', None, 5, b"", b"\xff"])
def test_what_is_no_plain_json_is_another_row(stored: object) -> None:
    assert written_json(stored) != written_json(b'{"a":2}')


def test_a_chain_without_rows_is_whole() -> None:
    walk = Walk(CHAIN.decode())

    assert walk.go([]) is None
    assert walk.end() is None


def test_a_noted_head_that_an_empty_chain_does_not_reach_is_named() -> None:
    bad = Walk(CHAIN.decode(), {7: FIRST}).end()

    assert bad is not None
    assert (bad.number, bad.wrong) == (1, Wrong.HEAD_NOT_REACHED)
