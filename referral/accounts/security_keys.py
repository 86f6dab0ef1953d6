"""Security keys, and phones and computers that act as one: WebAuthn (level 3), each challenge signed once.

Origin and relying party come from PUBLIC_BASE_URL, never from the request.
"""

import json
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticatorSelectionCriteria, PublicKeyCredentialDescriptor

from referral.accounts.factor_models import ChallengePurpose, FactorKind, KeyChallenge, SecondFactor
from referral.accounts.principal import Signed
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from referral.kit.transaction import Database
from resources_directory.db import new_id

CHALLENGE_LIVES = timedelta(minutes=5)
PRODUCT = "NeedsRx"
#: A real answer has a few kilobytes.
LONGEST_ANSWER = 20_000

_REFUSED = _l("The security key did not prove it. Try again, or use another way.")


def options_to_add(session: ScopedSession, signed: Signed, email: str) -> str:
    """Return what the browser needs to make a new key known, as JSON. Flushes; the caller commits."""
    options = webauthn.generate_registration_options(
        rp_id=_host(session),
        rp_name=PRODUCT,
        user_name=email,
        user_id=signed.person_id.bytes,
        user_display_name=signed.name,
        exclude_credentials=_descriptors(session, signed.person_id),
        authenticator_selection=AuthenticatorSelectionCriteria(),
    )
    _store(session, signed, ChallengePurpose.ADD, options.challenge)
    return str(options_to_json(options))


def add_key(session: ScopedSession, signed: Signed, answer: str, *, label: str, challenge: bytes) -> SecondFactor:
    """Return the new factor of a key that signed `challenge`. Raises InvalidInput. Flushes; the caller commits."""
    try:
        proven = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_host(session),
            expected_origin=_origin(session),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(_REFUSED) from error
    if session.scalar(select(SecondFactor.id).where(SecondFactor.credential_id == proven.credential_id)) is not None:
        raise InvalidInput(_l("This key is known already. Use another one."))
    now = clock.wall()
    factor = SecondFactor(
        id=new_id(),
        person_id=signed.person_id,
        kind=FactorKind.KEY,
        label=label,
        last_step=0,
        credential_id=proven.credential_id,
        public_key=proven.credential_public_key,
        sign_count=proven.sign_count,
        created_at=now,
        confirmed_at=now,
    )
    session.add(factor)
    session.flush()
    return factor


def options_to_prove(session: ScopedSession, signed: Signed) -> str:
    """Return what the browser needs to ask one of the person's keys, as JSON. Flushes; the caller commits."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(session), allow_credentials=_descriptors(session, signed.person_id)
    )
    _store(session, signed, ChallengePurpose.PROVE, options.challenge)
    return str(options_to_json(options))


def prove_key(session: ScopedSession, signed: Signed, answer: str, *, challenge: bytes) -> SecondFactor:
    """Return the person's factor whose key signed `challenge`. Raises InvalidInput. Flushes; the caller commits."""
    read = _read(answer)
    factor = _own_key(session, signed.person_id, read)
    try:
        proven = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=_host(session),
            expected_origin=_origin(session),
            credential_public_key=factor.public_key or b"",
            credential_current_sign_count=factor.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(_REFUSED) from error
    factor.sign_count, factor.used_at = proven.new_sign_count, clock.wall()
    session.flush()
    return factor


def _own_key(session: ScopedSession, person_id: UUID, answer: dict[str, object]) -> SecondFactor:
    try:
        credential_id = base64url_to_bytes(str(answer.get("rawId", "")))
    except ValueError as error:
        raise InvalidInput(_REFUSED) from error
    factor = session.scalar(
        select(SecondFactor).where(
            SecondFactor.credential_id == credential_id,
            SecondFactor.person_id == person_id,
            SecondFactor.ended_at.is_(None),
        )
    )
    if factor is None:
        raise InvalidInput(_l("This key is not one of yours. Try another one."))
    return factor


def _descriptors(session: ScopedSession, person_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    keys = session.scalars(
        select(SecondFactor.credential_id)
        .where(
            SecondFactor.person_id == person_id, SecondFactor.kind == FactorKind.KEY, SecondFactor.ended_at.is_(None)
        )
        .order_by(SecondFactor.id)
    )
    return [PublicKeyCredentialDescriptor(id=key) for key in keys if key is not None]


def _store(session: ScopedSession, signed: Signed, purpose: ChallengePurpose, challenge: bytes) -> None:
    session.add(
        KeyChallenge(
            id=new_id(),
            login_session_id=signed.login_session_id,
            purpose=purpose,
            challenge=challenge,
            created_at=clock.wall(),
        )
    )
    session.flush()


def take_challenge(database: Database, signed: Signed, purpose: ChallengePurpose) -> bytes:
    """Return this browser's newest challenge and use it up, whatever the answer is worth; of several one gets it.

    A short transaction of its own, so call it before the request's has begun. Raises InvalidInput.
    """
    with database.writing(signed.scope()) as session:
        return _take(session, signed, purpose)


def _take(session: ScopedSession, signed: Signed, purpose: ChallengePurpose) -> bytes:
    now = clock.wall()
    newest = (
        select(KeyChallenge.id)
        .where(KeyChallenge.login_session_id == signed.login_session_id, KeyChallenge.purpose == purpose)
        .order_by(KeyChallenge.created_at.desc(), KeyChallenge.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    taken = session.scalar(
        update(KeyChallenge)
        .where(
            KeyChallenge.id == newest, KeyChallenge.used_at.is_(None), KeyChallenge.created_at > now - CHALLENGE_LIVES
        )
        .values(used_at=now)
        .returning(KeyChallenge.challenge)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        raise InvalidInput(_l("That took too long. Press the button again."))
    return taken


def _read(answer: str) -> dict[str, object]:
    if len(answer) > LONGEST_ANSWER:
        raise InvalidInput(_REFUSED)
    try:
        read = json.loads(answer)
    except ValueError as error:
        raise InvalidInput(_REFUSED) from error
    if not isinstance(read, dict):
        raise InvalidInput(_REFUSED)
    return read


def _origin(session: ScopedSession) -> str:
    parts = urlsplit(settings_of(session).public_base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(session: ScopedSession) -> str:
    return urlsplit(settings_of(session).public_base_url).hostname or "localhost"
