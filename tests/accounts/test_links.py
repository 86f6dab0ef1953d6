"""Signed links: one purpose, one use, an end, and nothing secret in the database."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from referral.accounts.links import ExpiredLink, end_links, issue_link, open_link, token_for, url_for_link, use_link
from referral.accounts.models import LinkPurpose, SignedLink
from referral.kit import clock
from referral.kit.crypto import Vault, vault_of
from referral.kit.errors import Gone
from referral.kit.scope import ScopedSession
from resources_directory.db import new_id

ANSWER = LinkPurpose.REFERRAL_ANSWER


@pytest.fixture
def link(session: ScopedSession) -> SignedLink:
    return issue_link(session, ANSWER, new_id(), expires_at=clock.now() + timedelta(days=1))


def test_a_token_opens_its_link_again_and_again(session: ScopedSession, link: SignedLink) -> None:
    token = token_for(vault_of(session), link)

    assert {open_link(session, token, ANSWER).id for _ in range(3)} == {link.id}
    assert link.used_at is None


def test_the_address_is_built_from_the_settings(session: ScopedSession, link: SignedLink) -> None:
    assert url_for_link(session, link) == f"http://localhost/answer/{token_for(vault_of(session), link)}"


def test_a_link_is_used_once(session: ScopedSession, link: SignedLink) -> None:
    use_link(session, link)

    with pytest.raises(Gone, match="used already"):
        use_link(session, link)
    with pytest.raises(Gone, match="used already"):
        open_link(session, token_for(vault_of(session), link), ANSWER)


def test_an_expired_link_opens_nothing_and_cannot_be_used(session: ScopedSession, link: SignedLink) -> None:
    link.expires_at = clock.now()
    session.flush()

    with pytest.raises(Gone, match="expired"):
        open_link(session, token_for(vault_of(session), link), ANSWER)
    with pytest.raises(Gone):
        use_link(session, link)


def test_ended_links_are_dead(session: ScopedSession, link: SignedLink) -> None:
    end_links(session, ANSWER, link.subject_id)

    with pytest.raises(Gone, match="replaced or taken back"):
        open_link(session, token_for(vault_of(session), link), ANSWER)


def test_a_link_that_ended_when_its_time_was_over_says_so(session: ScopedSession, link: SignedLink) -> None:
    link.expires_at = link.created_at
    end_links(session, ANSWER, link.subject_id)
    session.refresh(link)

    with pytest.raises(ExpiredLink, match="expired"):
        open_link(session, token_for(vault_of(session), link), ANSWER)


def test_a_raised_generation_kills_older_tokens(session: ScopedSession, link: SignedLink) -> None:
    older = token_for(vault_of(session), link)
    link.generation = 2
    session.flush()

    with pytest.raises(Gone, match="replaced"):
        open_link(session, older, ANSWER)
    assert open_link(session, token_for(vault_of(session), link), ANSWER).id == link.id


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),  # the signature
        lambda token: ("0" if token[0] != "0" else "1") + token[1:],  # the id
        lambda token: token.replace(".1.", ".2."),  # the generation
        lambda token: token.replace(".1.", ".01."),  # another spelling of it
        lambda token: token.upper(),
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.rsplit(".", 1)[0],
        lambda token: f"{token}.{token}",
        lambda _token: "",
        lambda _token: "..",
        lambda _token: "ü.1.ü",
        lambda _token: "0" * 10_000,
        lambda _token: f"{new_id().hex}.1.{'0' * 32}",
    ],
)
def test_a_changed_token_is_told_the_same_as_an_absent_one(
    session: ScopedSession, link: SignedLink, change: Callable[[str], str]
) -> None:
    with pytest.raises(Gone, match="not complete or was changed"):
        open_link(session, change(token_for(vault_of(session), link)), ANSWER)


def test_a_token_serves_no_other_purpose(session: ScopedSession, link: SignedLink) -> None:
    with pytest.raises(Gone, match="not complete or was changed"):
        open_link(session, token_for(vault_of(session), link), LinkPurpose.INVITATION)


def test_another_installation_cannot_mint_our_tokens(session: ScopedSession, link: SignedLink) -> None:
    with pytest.raises(Gone, match="not complete or was changed"):
        open_link(session, token_for(Vault(b"x" * 32), link), ANSWER)
