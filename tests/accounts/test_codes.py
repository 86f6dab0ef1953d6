"""Codes: eight digits for one link session, ten minutes, one use also in a race, five tries, three mails an hour."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from referral.accounts.codes import CodeFault, Proof, code_to_mail, digits_of, live_code, new_code, prove
from referral.accounts.link_models import LinkCode, LinkSession
from referral.accounts.link_sessions import LinkClosed, find_link_session, open_link_session
from referral.accounts.links import issue_link
from referral.accounts.mail_allowances import allowance_key, forget_old_allowances, take_allowance
from referral.accounts.models import LinkPurpose
from referral.kit import clock
from referral.kit.crypto import vault_of
from referral.kit.errors import Throttled
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import Database
from resources_directory.db import new_id

ANSWER = LinkPurpose.REFERRAL_ANSWER
DESK = "desk@greentable.example"


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved."""
    with time_machine.travel(clock.wall(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def browsers(session: ScopedSession) -> Callable[[], tuple[UUID, str]]:
    """Makes (id, secret) of a browser that opened a link of its own."""

    def browser() -> tuple[UUID, str]:
        link = issue_link(session, ANSWER, new_id(), expires_at=clock.now() + timedelta(days=1))
        secret = open_link_session(session, link)
        return find_link_session(session, secret, ANSWER).session_id, secret

    return browser


@pytest.fixture
def browser(browsers: Callable[[], tuple[UUID, str]]) -> UUID:
    return browsers()[0]


def code_for(session: ScopedSession, browser: UUID, address: str = DESK) -> str:
    return digits_of(vault_of(session), new_code(session, browser, address))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_a_code_has_eight_digits_that_nobody_foresees(session: ScopedSession, browser: UUID) -> None:
    codes = {code_for(session, browser, f"{n}@desk.example") for n in range(50)}

    assert len(codes) == 50
    assert all(len(code) == 8 and code.isdecimal() for code in codes)


def test_the_database_holds_no_digits_and_nothing_to_try_them_against(session: ScopedSession, browser: UUID) -> None:
    code = code_for(session, browser)

    row = session.scalars(select(LinkCode)).one()
    stored = " ".join(str(getattr(row, column.key)) for column in LinkCode.__table__.columns)
    assert code not in stored
    assert code not in row.seed.hex()


@pytest.mark.parametrize("spelled", ["{0}{1}", "{0} {1}", " {0}-{1} "])
def test_the_right_code_counts_once_however_it_is_spaced(session: ScopedSession, browser: UUID, spelled: str) -> None:
    code = code_for(session, browser)
    typed = spelled.format(code[:4], code[4:])

    assert prove(session, browser, typed).secret is not None
    assert prove(session, browser, typed) == Proof(fault=CodeFault.OVER)


def test_digits_of_another_script_are_digits(session: ScopedSession, browser: UUID) -> None:
    code = code_for(session, browser)

    assert prove(session, browser, code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))).secret is not None


def test_a_proof_brings_a_new_secret_and_lasts_half_an_hour(session, browsers, frozen) -> None:
    browser, before = browsers()
    secret = prove(session, browser, code_for(session, browser)).secret

    frozen.shift(timedelta(minutes=29, seconds=59))
    assert find_link_session(session, secret, ANSWER).proven
    with pytest.raises(LinkClosed):
        find_link_session(session, before, ANSWER)
    session.execute(LinkSession.__table__.update().values(seen_at=clock.wall()))
    frozen.shift(timedelta(seconds=1))
    assert not find_link_session(session, secret, ANSWER).proven


@pytest.mark.parametrize(("after", "taken"), [((9, 59), True), ((10, 0), False), ((10, 1), False)])
def test_a_code_lives_ten_minutes(session, browser, frozen, after: tuple[int, int], taken: bool) -> None:
    code = code_for(session, browser)
    frozen.shift(timedelta(minutes=after[0], seconds=after[1]))

    assert (live_code(session, browser) is not None) is taken
    assert (prove(session, browser, code).secret is not None) is taken


def test_a_code_of_one_browser_fails_in_another(session: ScopedSession, browsers) -> None:
    (mine, _), (theirs, _) = browsers(), browsers()
    my_code, their_code = code_for(session, mine), code_for(session, theirs, "other@desk.example")

    assert prove(session, mine, their_code) == Proof(fault=CodeFault.WRONG)
    assert prove(session, theirs, my_code) == Proof(fault=CodeFault.WRONG)
    assert prove(session, mine, my_code).secret is not None


def test_five_wrong_tries_kill_the_code(session: ScopedSession, browser: UUID) -> None:
    code = code_for(session, browser)

    faults = [prove(session, browser, wrong(code)).fault for _ in range(5)]

    assert faults == [CodeFault.WRONG] * 4 + [CodeFault.OVER]
    assert prove(session, browser, code) == Proof(fault=CodeFault.OVER)


def test_the_fifth_try_may_be_right(session: ScopedSession, browser: UUID) -> None:
    code = code_for(session, browser)
    for _ in range(4):
        prove(session, browser, wrong(code))

    assert prove(session, browser, code).secret is not None


@pytest.mark.parametrize("typed", ["", " ", "-", "0", "x" * 200, "𝟘" * 8, "\x00", "1e7", "²²²²²²²²"])
def test_what_is_no_code_is_wrong(session: ScopedSession, browser: UUID, typed: str) -> None:
    code_for(session, browser)

    assert prove(session, browser, typed).fault is CodeFault.WRONG


def test_a_newer_code_kills_the_one_before(session: ScopedSession, browser: UUID) -> None:
    older = code_for(session, browser)
    older_id = session.scalars(select(LinkCode.id)).one()
    newer = code_for(session, browser)

    assert code_to_mail(session, older_id) is None
    assert prove(session, browser, older).fault is CodeFault.WRONG
    assert prove(session, browser, newer).secret is not None


def test_three_codes_an_hour_go_to_one_address(session: ScopedSession, browsers, frozen) -> None:
    browser = browsers()[0]
    for _ in range(3):
        new_code(session, browser, DESK)
        frozen.shift(timedelta(minutes=10))

    with pytest.raises(Throttled, match="within an hour"):
        new_code(session, browser, f" {DESK.upper()} ")
    new_code(session, browser, "other@desk.example")
    frozen.shift(timedelta(minutes=29, seconds=59))
    with pytest.raises(Throttled):
        new_code(session, browser, DESK)
    frozen.shift(timedelta(seconds=1))
    new_code(session, browser, DESK)


def test_a_used_code_gives_the_address_its_three_back(session: ScopedSession, browser: UUID) -> None:
    for _ in range(5):
        assert prove(session, browser, code_for(session, browser)).secret is not None


def in_parallel(database: Database, deed: Callable[[ScopedSession], object], people: int = 20) -> list[object]:
    """Return what each of many at once got, each in a transaction of its own."""
    start, results = Barrier(people, timeout=30), []

    def do() -> None:
        start.wait()
        with database.writing(job_scope("tests")) as session:
            results.append(deed(session))

    threads = [Thread(target=do) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_of_twenty_who_type_the_code_at_once_exactly_one_succeeds(
    session: ScopedSession, browser: UUID, database: Database
) -> None:
    code = code_for(session, browser)
    session.commit()

    proofs = in_parallel(database, lambda own: prove(own, browser, code))

    assert len(proofs) == 20
    assert [proof.secret is not None for proof in proofs].count(True) == 1


def test_of_twenty_wrong_tries_at_once_only_five_are_looked_at(
    session: ScopedSession, browser: UUID, database: Database
) -> None:
    code = code_for(session, browser)
    session.commit()

    in_parallel(database, lambda own: prove(own, browser, wrong(code)))

    session.expire_all()
    assert session.scalars(select(LinkCode.tries)).one() == 5


def test_of_twenty_mails_asked_for_at_once_three_go(session: ScopedSession, database: Database) -> None:
    key = allowance_key(session, "tests", DESK)
    session.rollback()

    taken = in_parallel(database, lambda own: take_allowance(own, key))

    assert taken.count(True) == 3


def test_counts_that_limit_nothing_any_more_are_forgotten(session: ScopedSession, browser: UUID, frozen) -> None:
    code_for(session, browser)

    frozen.shift(timedelta(minutes=59))
    assert forget_old_allowances(session) == 0
    frozen.shift(timedelta(minutes=1))
    assert forget_old_allowances(session) == 1
