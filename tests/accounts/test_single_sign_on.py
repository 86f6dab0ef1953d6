"""Single sign-on: identity is issuer and subject, proven by the provider's signature, and good for one member only."""

import html
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from referral.accounts import single_sign_on_views
from referral.accounts.identities import ProvenIdentity, link_identity
from referral.accounts.identity_models import Identity, IdentityProvider, SignOnStep
from referral.accounts.invitations import NewInvitation, invite
from referral.accounts.links import token_for
from referral.accounts.models import LoginSession, Member, Membership, Person, SignedLink
from referral.accounts.providers import NewProvider, remove_provider_of, set_provider
from referral.accounts.roles import Role
from referral.accounts.single_sign_on import STEP_LIVES_FOR
from referral.audit.models import AuditEvent
from referral.kit import clock, outbound
from referral.kit.crypto import vault_of
from referral.kit.limits import SIGN_ONS
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from tests.accounts.conftest import Staff
from tests.factories import Town
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, Claims, rsa_key, unsigned
from tests.fakes.identity_provider import IdentityProvider as FakeProvider
from tests.sign_in import sign_in

NAME = "hazel-grove"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, outbound_loopback="yes")


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    made = FakeProvider()
    yield made
    made.close()


@pytest.fixture
def second() -> Iterator[FakeProvider]:
    """Another provider, which asserts whatever its owner likes."""
    made = FakeProvider(key_number=1)
    yield made
    made.close()


def connect(
    session: ScopedSession, member: Member, provider: FakeProvider, name: str = NAME, factors: str = ""
) -> IdentityProvider:
    new = NewProvider(name, provider.issuer, CLIENT_ID, CLIENT_SECRET, frozenset(factors.split()))
    made = set_provider(session, member.id, new)
    session.commit()
    return made


def linked(session: ScopedSession, row: IdentityProvider, person: Person, provider: FakeProvider) -> None:
    link_identity(session, row, ProvenIdentity(provider.issuer, provider.subject, False), person.id)
    session.commit()


@pytest.fixture
def nadia(staff: Staff, session: ScopedSession, provider: FakeProvider) -> Person:
    """Nadia, whose identity at the clinic's provider is linked."""
    linked(session, connect(session, staff.clinic, provider), staff.navigator, provider)
    return staff.navigator


def away(client: FlaskClient, path: str = f"/sso/{NAME}", **form: str) -> str:
    """Begin a sign-on; return the address that the browser is sent to."""
    page = client.post(path, data=form).get_data(as_text=True)
    return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)[1])  # type: ignore[index]


def sign_on(client: FlaskClient, provider: FakeProvider, path: str = f"/sso/{NAME}", **form: str) -> TestResponse:
    """Go to the provider, sign in there, and come back."""
    return client.get(provider.authorize(away(client, path, **form)))


def is_known(client: FlaskClient) -> bool:
    """Return True if the browser is signed in, be it with one factor only."""
    return not client.get("/account").headers.get("Location", "").startswith("/sign-in")


def kinds(session: ScopedSession) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.at, AuditEvent.id)))


def logins(session: ScopedSession) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(LoginSession)) or 0


def test_a_linked_identity_signs_in(client: FlaskClient, nadia: Person, provider: FakeProvider) -> None:
    response = sign_on(client, provider, next="/account?x=1")

    assert (response.status_code, response.headers["Location"]) == (303, "/account?x=1")
    assert is_known(client)


def test_the_clients_secret_goes_to_the_provider_only(
    client: FlaskClient, nadia: Person, provider: FakeProvider, session: ScopedSession
) -> None:
    address = away(client)
    client.get(provider.authorize(address))
    provider.secret_in_form = False
    response = sign_on(client, provider)

    row = session.scalars(select(IdentityProvider)).one()
    assert response.status_code == 303
    assert CLIENT_SECRET not in address
    assert [form.get("client_secret") for form in provider.forms] == [CLIENT_SECRET, None]
    assert CLIENT_SECRET.encode() not in (row.client_secret_sealed or b"")


def test_our_second_factor_is_asked_for_unless_the_providers_counts(
    client: FlaskClient, nadia: Person, provider: FakeProvider, session: ScopedSession, staff: Staff
) -> None:
    complete = []
    for factors, told in (("", {"amr": ["mfa"]}), ("mfa", {"amr": ["pwd"]}), ("mfa", {}), ("mfa", {"amr": "mfa"}),
                          ("mfa hwk", {"amr": ["pwd", "hwk"]}), ("urn:two", {"acr": "urn:two"})):  # fmt: skip
        connect(session, staff.clinic, provider, factors=factors)
        provider.twist = lambda claims, told=told: claims | told  # type: ignore[misc]  # mypy does not see the default
        answer = sign_on(client, provider)
        session.rollback()
        login = session.scalars(select(LoginSession).order_by(LoginSession.created_at.desc()).limit(1)).one()
        complete.append(answer.status_code == 303 and login.second_factor_at is not None)

    assert complete == [False, False, False, False, True, True]


FORGED: dict[str, tuple[Callable[[Claims], Claims], Callable[[FakeProvider, Claims], str] | None]] = {
    "no signature": (dict, lambda _provider, claims: unsigned(claims)),
    "no signature, another spelling": (dict, lambda _provider, claims: unsigned(claims, "None")),
    "no signature under the name of a good one": (dict, lambda _provider, claims: unsigned(claims, "RS256")),
    "another key under the same name": (
        dict,
        lambda provider, claims: provider.sign(claims, key=rsa_key(2)),
    ),
    "another key that the token brings along": (
        dict,
        lambda provider, claims: _with_own_key(provider, claims),
    ),
    "an unknown key": (dict, lambda provider, claims: provider.sign(claims, kid="other")),
    "the public key as a shared secret": (
        dict,
        lambda provider, claims: provider.sign_with_public_key(claims),
    ),
    "a good key with an algorithm that is not allowed": (
        dict,
        lambda provider, claims: provider.sign(claims, algorithm="PS256"),
    ),
    "changed after signing": (dict, lambda provider, claims: _changed(provider.sign(claims))),
    "a header that is not readable": (dict, lambda provider, claims: "eyK" + provider.sign(claims)[3:]),
    "not three parts": (dict, lambda _provider, _claims: "a.b"),
    "another issuer": (lambda claims: claims | {"iss": "https://evil.example"}, None),
    "no issuer": (lambda claims: _without(claims, "iss"), None),
    "another audience": (lambda claims: claims | {"aud": "another"}, None),
    "no audience": (lambda claims: _without(claims, "aud"), None),
    "several audiences and no authorized party": (lambda claims: claims | {"aud": [CLIENT_ID, "another"]}, None),
    "another authorized party": (lambda claims: claims | {"azp": "another"}, None),
    "another nonce": (lambda claims: claims | {"nonce": "another"}, None),
    "no nonce": (lambda claims: _without(claims, "nonce"), None),
    "expired": (lambda claims: claims | {"exp": claims["iat"] - 120}, None),
    "no end": (lambda claims: _without(claims, "exp"), None),
    "not valid yet": (lambda claims: claims | {"nbf": claims["iat"] + 600}, None),
    "issued long ago": (lambda claims: claims | {"iat": claims["iat"] - 3600}, None),
    "issued in the future": (lambda claims: claims | {"iat": claims["iat"] + 3600, "exp": claims["exp"] + 7200}, None),
    "no time of issue": (lambda claims: _without(claims, "iat"), None),
    "no subject": (lambda claims: _without(claims, "sub"), None),
    "an empty subject": (lambda claims: claims | {"sub": ""}, None),
    "a subject that is no text": (lambda claims: claims | {"sub": 1}, None),
    "the hash of another access token": (lambda claims: claims | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, None),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_token_lets_nobody_in(
    client: FlaskClient, nadia: Person, provider: FakeProvider, session: ScopedSession, forgery: str
) -> None:
    provider.twist, provider.mint = FORGED[forgery]

    response = sign_on(client, provider)

    assert response.status_code == 403
    assert "could not be trusted" in response.get_data(as_text=True)  # it was read, and refused
    assert not is_known(client)
    assert (logins(session), kinds(session)[-1]) == (0, "sign_in_failed")


def test_tokens_of_both_allowed_algorithms_are_taken(
    client: FlaskClient, nadia: Person, provider: FakeProvider
) -> None:
    provider.mint = lambda made, claims: made.sign(claims, algorithm="ES256")

    assert sign_on(client, provider).status_code == 303


@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""),
        (200, {}, b"x" * 10 * 1024 * 1024),
        (200, {}, b"[" * 100_000),
        (200, {}, b"null"),
        (200, {}, b"\xff"),
        (500, {}, b"{}"),
        (200, {}, b'{"keys": 1, "id_token": 2}'),
        (200, {}, b'{"keys": [1, {"kty": "RSA"}], "id_token": "a.b.c"}'),
    ],
)
def test_a_provider_that_answers_badly_lets_nobody_in(
    client: FlaskClient, nadia: Person, provider: FakeProvider, place: str, answer: tuple[int, dict[str, str], bytes]
) -> None:
    back = provider.authorize(away(client))
    provider.answers[place] = answer

    assert client.get(back).status_code == 403
    assert not is_known(client)


def test_a_slow_provider_is_not_waited_for(
    client: FlaskClient, nadia: Person, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = provider.authorize(away(client))
    monkeypatch.setattr(outbound, "LONGEST_S", 0.4)
    provider.mint = lambda made, claims: outbound.Timer(1.0, lambda: None).run() or made.sign(claims)  # type: ignore[func-returns-value]  # it waits

    response = client.get(back)

    assert response.status_code == 403
    assert "did not answer" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": None},
        {"jwks_uri": "http://10.0.0.1/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_leads_elsewhere_is_not_followed(
    client: FlaskClient, nadia: Person, provider: FakeProvider, told: Claims
) -> None:
    back = provider.authorize(away(client))
    provider.discovery = told

    assert client.get(back).status_code == 403


def test_a_second_provider_that_asserts_a_victims_address_gets_nothing(
    client: FlaskClient, nadia: Person, town: Town, session: ScopedSession, second: FakeProvider
) -> None:
    """Neither the e-mail address nor the same subject means anything elsewhere."""
    connect(session, town.clinic(), second, name="evil-clinic")
    second.twist = lambda claims: claims | {"email": "nadia@clinic.example", "email_verified": True, "name": "Nadia"}

    response = sign_on(client, second, "/sso/evil-clinic")

    assert response.status_code == 403
    assert "not linked to anybody here" in response.get_data(as_text=True)
    assert logins(session) == 0


def test_a_token_of_one_provider_opens_nothing_at_another(
    client: FlaskClient, nadia: Person, provider: FakeProvider, town: Town, session: ScopedSession, second: FakeProvider
) -> None:
    connect(session, town.clinic(), second, name="evil-clinic")
    second.mint = lambda _made, claims: provider.sign(claims | {"iss": provider.issuer})

    assert sign_on(client, second, "/sso/evil-clinic").status_code == 403
    assert logins(session) == 0


def test_an_identity_signs_in_to_the_members_memberships_only(
    client: FlaskClient, nadia: Person, provider: FakeProvider, town: Town, staff: Staff, session: ScopedSession
) -> None:
    other = town.clinic()
    foreign = Membership(member_id=other.id, person_id=nadia.id, role=Role.CLINICIAN, created_at=clock.now())
    session.add(foreign)
    session.commit()
    foreign_id = foreign.id
    session.rollback()

    connect(session, staff.clinic, provider, factors="mfa")
    provider.twist = lambda claims: claims | {"amr": ["mfa"]}
    sign_on(client, provider)
    switched = client.post("/memberships", data={"membership_id": str(foreign_id)})

    assert switched.status_code == 404
    page = client.get("/memberships").get_data(as_text=True)
    assert other.name not in page


def test_whoever_works_for_the_member_no_more_does_not_get_in(
    client: FlaskClient, nadia: Person, provider: FakeProvider, town: Town, session: ScopedSession
) -> None:
    membership = session.scalars(select(Membership).where(Membership.person_id == nadia.id)).one()
    membership.ended_at = clock.now()
    other = Membership(member_id=town.clinic().id, person_id=nadia.id, role=Role.CLINICIAN, created_at=clock.now())
    session.add(other)
    session.commit()

    assert sign_on(client, provider).status_code == 403
    assert logins(session) == 0


def test_a_suspended_person_does_not_get_in(
    client: FlaskClient, nadia: Person, provider: FakeProvider, session: ScopedSession
) -> None:
    session.get_one(Person, nadia.id).suspended_at = clock.now()
    session.commit()

    assert sign_on(client, provider).status_code == 403


def test_who_has_a_password_proves_it_before_dangerous_steps(
    client: FlaskClient, nadia: Person, provider: FakeProvider, session: ScopedSession, staff: Staff
) -> None:
    connect(session, staff.clinic, provider, factors="mfa")
    provider.twist = lambda claims: claims | {"amr": ["mfa"]}

    sign_on(client, provider)

    assert client.post("/account/sso/link").status_code == 403


def test_a_removed_provider_ends_identities_and_sign_ins_at_once(
    client: FlaskClient, nadia: Person, provider: FakeProvider, session: ScopedSession, staff: Staff
) -> None:
    back = provider.authorize(away(client))
    sign_on(client, provider)
    assert is_known(client)

    remove_provider_of(session, staff.clinic.id)
    session.commit()

    assert not is_known(client)
    assert (client.get(back).status_code, client.get(f"/sso/{NAME}").status_code) == (403, 404)
    assert session.scalars(select(Identity)).all() == []


def test_another_issuer_kills_the_old_identities(
    client: FlaskClient, nadia: Person, session: ScopedSession, staff: Staff, second: FakeProvider
) -> None:
    connect(session, staff.clinic, second)

    assert sign_on(client, second).status_code == 403
    assert session.scalars(select(IdentityProvider.removed_at).where(IdentityProvider.removed_at.is_not(None))).one()


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    app: Flask, client: FlaskClient, nadia: Person, provider: FakeProvider
) -> None:
    back = provider.authorize(away(client))
    other = app.test_client()
    provider.authorize(away(other))

    assert app.test_client().get(back).status_code == 403
    assert other.get(back).status_code == 403
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 403


def test_of_many_answers_at_once_exactly_one_counts(
    app: Flask, client: FlaskClient, nadia: Person, provider: FakeProvider
) -> None:
    back = provider.authorize(away(client))
    secret = client.get_cookie("needsrx_sso")
    assert secret is not None

    def come_back(_n: int) -> int:
        browser = app.test_client()
        browser.set_cookie("needsrx_sso", secret.value)
        return browser.get(back).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(come_back, range(8)))

    assert sorted(statuses) == [303, *[403] * 7]


def test_an_answer_that_comes_late_or_for_another_member_counts_for_nothing(
    client: FlaskClient, nadia: Person, provider: FakeProvider, town: Town, session: ScopedSession
) -> None:
    other_id = town.clinic().id
    session.commit()
    foreign = re.sub(r"/sso-back/[^?]+", f"/sso-back/{other_id}", provider.authorize(away(client)))
    late = provider.authorize(away(client))

    assert client.get(foreign).status_code == 403
    with time_machine.travel(clock.wall() + STEP_LIVES_FOR + timedelta(seconds=1)):
        assert client.get(late).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        lambda back: back.replace("state=", "state=x"),
        lambda back: re.sub(r"&state=[^&]+", "", back),
        lambda back: re.sub(r"code=[^&]+", "code=guessed", back),
        lambda back: re.sub(r"code=[^&]+", "error=access_denied", back),
        lambda back: back + "&iss=https://evil.example",
    ],
)
def test_a_changed_answer_counts_for_nothing(
    client: FlaskClient, nadia: Person, provider: FakeProvider, change: Callable[[str], str]
) -> None:
    assert client.get(change(provider.authorize(away(client)))).status_code == 403
    assert not is_known(client)


def test_a_signed_in_person_links_their_own_identity(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    connect(session, staff.clinic, provider)
    sign_in(client, staff.navigator)

    response = sign_on(client, provider, "/account/sso/link")

    identity = session.scalars(select(Identity)).one()
    assert response.headers["Location"] == "/account/sso"
    assert (identity.person_id, identity.issuer, identity.subject) == (staff.navigator.id, provider.issuer, "subject-1")
    assert "identity_linked" in kinds(session)
    assert provider.issuer in client.get("/account/sso").get_data(as_text=True)


def test_an_identity_belongs_to_one_person(
    client: FlaskClient, nadia: Person, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    session.rollback()
    sign_in(client, staff.administrator)

    response = sign_on(client, provider, "/account/sso/link")

    assert response.status_code == 409
    assert session.scalars(select(Identity.person_id)).all() == [nadia.id]


def test_whoever_signed_out_on_the_way_links_nothing(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    connect(session, staff.clinic, provider)
    sign_in(client, staff.navigator)
    back = provider.authorize(away(client, "/account/sso/link"))
    sign_in(client, staff.administrator)

    assert client.get(back).status_code == 403
    assert session.scalars(select(Identity)).all() == []


def test_linking_asks_for_a_fresh_proof(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    connect(session, staff.clinic, provider)
    sign_in(client, staff.navigator)

    with time_machine.travel(clock.wall() + timedelta(minutes=11)):
        statuses = [client.post(path).status_code for path in ("/account/sso/link", "/people/sso/remove")]

    assert statuses == [403, 404]
    assert session.scalars(select(SignOnStep)).all() == []


def test_an_unlinked_identity_signs_nobody_in_and_its_browsers_out(
    app: Flask, client: FlaskClient, nadia: Person, provider: FakeProvider, session: ScopedSession
) -> None:
    sign_on(client, provider)
    identity_id = session.scalars(select(Identity.id)).one()
    session.rollback()
    own, colleague = app.test_client(), app.test_client()
    sign_in(own, nadia)

    response = own.post(f"/account/sso/{identity_id}/unlink")

    assert response.status_code == 303
    assert (is_known(client), is_known(own)) == (False, True)
    assert sign_on(colleague, provider).status_code == 403


def test_nobody_unlinks_somebody_elses_identity(
    client: FlaskClient, nadia: Person, staff: Staff, session: ScopedSession
) -> None:
    identity_id = session.scalars(select(Identity.id)).one()
    session.rollback()
    sign_in(client, staff.administrator)

    assert client.post(f"/account/sso/{identity_id}/unlink").status_code == 404


def invitation_token(session: ScopedSession, staff: Staff, email: str) -> str:
    invitation = invite(
        session, NewInvitation(staff.clinic.id, Role.NAVIGATOR, email, "Noor"), by=staff.administrator.id
    )
    link = session.scalars(select(SignedLink).where(SignedLink.subject_id == invitation.id)).one()
    token = token_for(vault_of(session), link)
    session.commit()
    return token


def test_an_invited_person_takes_up_the_invitation_through_the_provider(
    app: Flask, client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    connect(session, staff.clinic, provider)
    token = invitation_token(session, staff, "noor@clinic.example")

    first = sign_on(client, provider, "/sso-invitation", token=token)
    again = app.test_client()

    noor = session.scalars(select(Person).where(Person.email == "noor@clinic.example")).one()
    assert (first.status_code, is_known(client)) == (303, True)
    assert noor.password_hash is None
    session.rollback()
    assert sign_on(again, provider).status_code == 303
    assert client.post("/sso-invitation", data={"token": token}).status_code == 410


def test_somebody_with_a_password_takes_an_invitation_up_with_it(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    """Else a member's provider could be linked to an account of others by whoever opens a link in their mail."""
    connect(session, staff.clinic, provider)
    token = invitation_token(session, staff, "pia@clinic.example")

    assert client.post("/sso-invitation", data={"token": token}).status_code == 404


def test_an_invitation_taken_back_on_the_way_lets_nobody_in(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    connect(session, staff.clinic, provider)
    token = invitation_token(session, staff, "noor@clinic.example")
    back = provider.authorize(away(client, "/sso-invitation", token=token))
    session.scalars(select(SignedLink)).one().ended_at = clock.now()
    session.commit()

    assert client.get(back).status_code == 403
    assert logins(session) == 0


def test_the_invitation_page_offers_the_provider(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    token = invitation_token(session, staff, "noor@clinic.example")
    before = client.get(f"/invitation/{token}").get_data(as_text=True)
    connect(session, staff.clinic, provider)

    after = client.get(f"/invitation/{token}").get_data(as_text=True)

    assert ("/sso-invitation" in before, "/sso-invitation" in after) == (False, True)


@pytest.mark.parametrize(("name", "status"), [(NAME, 200), ("Hazel-Grove", 200), ("nobody", 404), ("a'--", 404)])
def test_no_list_of_members_is_shown(client: FlaskClient, nadia: Person, staff: Staff, name: str, status: int) -> None:
    asked = client.get("/sso").get_data(as_text=True)
    found = client.post("/sso", data={"name": name})

    assert staff.clinic.name not in asked
    assert found.status_code == 303
    assert client.get(found.headers["Location"]).status_code == status


def test_a_provider_is_not_asked_for_ever(
    client: FlaskClient, nadia: Person, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_sign_on_views, "SIGN_ONS", replace(SIGN_ONS, most=2))

    with time_machine.travel(clock.wall(), tick=False):
        statuses = [client.post(f"/sso/{NAME}").status_code for _time in range(3)]

    assert statuses == [200, 200, 429]
    assert len(provider.asked) == 2


PROVIDER_FORM = {"name": NAME, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "factor_values": "mfa"}


def test_an_administrator_connects_the_members_provider(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    session.rollback()
    sign_in(client, staff.administrator)

    response = client.post("/people/sso", data=PROVIDER_FORM | {"issuer": provider.issuer})
    page = client.get("/people/sso").get_data(as_text=True)

    row = session.scalars(select(IdentityProvider)).one()
    assert response.status_code == 303
    assert (row.member_id, row.client_secret, row.factor_values) == (staff.clinic.id, CLIENT_SECRET, "mfa")
    assert (f"/sso-back/{staff.clinic.id}" in page, CLIENT_SECRET in page) == (True, False)
    assert "provider_set" in kinds(session)


def test_a_provider_connected_twice_is_one(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession
) -> None:
    session.rollback()
    sign_in(client, staff.administrator)

    for _press in range(2):
        assert client.post("/people/sso", data=PROVIDER_FORM | {"issuer": provider.issuer}).status_code == 303

    assert len(session.scalars(select(IdentityProvider)).all()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://169.254.169.254"},
        {"issuer": "http://10.0.0.1"},
        {"issuer": "https://localhost:1"},
        {"issuer": "file:///etc/passwd"},
        {"issuer": ""},
        {"name": "x"},
        {"name": "../people"},
        {"client_secret": ""},
        {"client_id": ""},
    ],
)
def test_a_provider_that_cannot_be_is_not_stored(
    client: FlaskClient, staff: Staff, provider: FakeProvider, session: ScopedSession, wrong: dict[str, str]
) -> None:
    session.rollback()
    sign_in(client, staff.administrator)

    response = client.post("/people/sso", data=PROVIDER_FORM | {"issuer": provider.issuer} | wrong)

    assert response.status_code == 422
    assert session.scalars(select(IdentityProvider)).all() == []


def test_a_name_is_used_once(
    client: FlaskClient, staff: Staff, provider: FakeProvider, town: Town, session: ScopedSession
) -> None:
    connect(session, town.clinic(), provider)
    session.rollback()
    sign_in(client, staff.administrator)

    assert client.post("/people/sso", data=PROVIDER_FORM | {"issuer": provider.issuer}).status_code == 422


@pytest.mark.parametrize(("who", "status"), [("navigator", 404), ("administrator", 200), ("platform", 200)])
def test_only_the_members_own_administrator_reaches_the_page(
    client: FlaskClient, staff: Staff, session: ScopedSession, who: str, status: int
) -> None:
    session.rollback()
    sign_in(client, getattr(staff, who))

    assert client.get("/people/sso").status_code == status


def _without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


def _changed(token: str) -> str:
    header, body, signature = token.split(".")
    return f"{header}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}"


def _with_own_key(provider: FakeProvider, claims: Claims) -> str:
    own = rsa_key(2)
    return provider.sign(claims, key=own, jwk=own.as_dict(private=False))
