"""Browsers that opened a link: opaque, idle and absolute ends, ended with the link, one purpose, ten at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from referral.accounts.link_models import LinkSession
from referral.accounts.link_sessions import (
    MOST_AT_ONCE,
    LinkClosed,
    end_link_session,
    find_link_session,
    go_on_with,
    open_link_session,
    touch_link_session,
)
from referral.accounts.links import DeadLink, end_links, issue_link, use_link
from referral.accounts.models import LinkPurpose, SignedLink
from referral.kit import clock
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

ANSWER = LinkPurpose.REFERRAL_ANSWER


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved."""
    with time_machine.travel(clock.wall(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def link(session: ScopedSession, frozen: time_machine.Traveller) -> SignedLink:
    return issue_link(session, ANSWER, new_id(), expires_at=clock.now() + timedelta(days=9))


def test_the_secrets_are_long_and_all_different(session: ScopedSession, link: SignedLink) -> None:
    secrets = {open_link_session(session, link) for _ in range(100)}

    assert len(secrets) == 100
    assert min(map(len, secrets)) >= 43, "256 bits"


def test_a_secret_finds_its_link_and_says_that_nothing_is_proven(session: ScopedSession, link: SignedLink) -> None:
    opened = find_link_session(session, open_link_session(session, link), ANSWER)

    assert (opened.link_id, opened.subject_id) == (link.id, link.subject_id)
    assert (opened.proven, opened.touch_is_due) == (False, False)


@pytest.mark.parametrize("secret", [None, "", "x", "ü", "\udcff", "x" * 10_000])
def test_another_secret_finds_nothing(session: ScopedSession, link: SignedLink, secret: str | None) -> None:
    open_link_session(session, link)

    with pytest.raises(LinkClosed):
        find_link_session(session, secret, ANSWER)


def test_a_session_serves_no_other_purpose(session: ScopedSession, link: SignedLink) -> None:
    with pytest.raises(LinkClosed):
        find_link_session(session, open_link_session(session, link), LinkPurpose.INVITATION)


def test_idle_ends_it_and_being_seen_keeps_it_until_twelve_hours(
    session: ScopedSession, link: SignedLink, frozen: time_machine.Traveller
) -> None:
    secret = open_link_session(session, link)
    for _ in range(25):
        frozen.shift(timedelta(minutes=28))
        opened = find_link_session(session, secret, ANSWER)
        assert opened.touch_is_due
        touch_link_session(session, opened.session_id)

    frozen.shift(timedelta(minutes=20))
    with pytest.raises(LinkClosed):
        find_link_session(session, secret, ANSWER)


@pytest.mark.parametrize(
    ("die", "words"),
    [
        (lambda session, link: end_links(session, ANSWER, link.subject_id), "replaced or taken back"),
        (use_link, "used already"),
        (lambda _session, link: setattr(link, "generation", 2), "replaced"),
        (lambda _session, link: setattr(link, "expires_at", clock.now()), "expired"),
    ],
)
def test_it_dies_with_its_link(session: ScopedSession, link: SignedLink, die, words: str) -> None:
    secret = open_link_session(session, link)
    die(session, link)
    session.flush()
    session.expire_all()

    with pytest.raises(DeadLink, match=words):
        find_link_session(session, secret, ANSWER)


def test_it_goes_on_with_the_link_that_follows(session: ScopedSession, link: SignedLink) -> None:
    secret = open_link_session(session, link)
    opened = find_link_session(session, secret, ANSWER)
    use_link(session, link)
    following = issue_link(session, ANSWER, link.subject_id, expires_at=clock.now() + timedelta(days=9))

    go_on_with(session, opened.session_id, following)
    session.expire_all()

    assert find_link_session(session, secret, ANSWER).link_id == following.id


def test_the_one_opened_in_its_place_ends_it(session: ScopedSession, link: SignedLink) -> None:
    older = open_link_session(session, link)
    newer = open_link_session(session, link, instead_of=older)
    session.expire_all()

    with pytest.raises(LinkClosed):
        find_link_session(session, older, ANSWER)
    assert find_link_session(session, newer, ANSWER).link_id == link.id


def test_an_ended_one_stays_ended(session: ScopedSession, link: SignedLink) -> None:
    secret = open_link_session(session, link)
    end_link_session(session, secret)
    session.expire_all()

    with pytest.raises(LinkClosed):
        find_link_session(session, secret, ANSWER)


def test_more_browsers_than_ten_on_one_request_end_the_oldest(
    session: ScopedSession, link: SignedLink, frozen: time_machine.Traveller
) -> None:
    for _ in range(MOST_AT_ONCE + 1):
        open_link_session(session, link)
        frozen.shift(timedelta(seconds=1))

    rows = session.scalars(select(LinkSession).order_by(LinkSession.created_at)).all()
    assert [row.ended_at is None for row in rows] == [False] + [True] * MOST_AT_ONCE
