"""What proves who a person is belongs to that person: asked directly, below the views, with a colleague's beside it.

No scope guards these rows, as they belong to people and not to clinics: the comparison in each query is the one wall.
"""

from collections.abc import Iterator
from uuid import UUID

import pyotp
from sqlalchemy import select, update

from referral.accounts import factors, identities, recovery, security_keys, totp
from referral.accounts.factor_models import FactorKind, RecoveryCode, SecondFactor
from referral.accounts.identity_models import Identity, IdentityProvider
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from tests.access.world import World

Finding = Iterator[str]


def two_people(world: World) -> tuple[UUID, UUID]:
    """Return the ids of somebody and of a colleague at the same clinic."""
    return world.own.people["navigator"], world.own.people["colleague"]


def _factors(world: World, session: ScopedSession) -> Finding:
    me, _other = two_people(world)
    mine, theirs = (world.own.rows["second_factor", name] for name in ("navigator", "colleague"))
    if [each.id for each in factors.live_factors(session, me)] != [mine]:
        yield "live_factors gives other factors than the person's own"
    if factors.own_factor(session, me, theirs) is not None:
        yield "own_factor gives a colleague's factor"
    if factors.own_factor(session, me, mine) is None:
        yield "own_factor does not give one's own"


def _apps(world: World, session: ScopedSession) -> Finding:
    me, other = two_people(world)
    theirs = totp.start_app(session, other, "Theirs")
    totp.start_app(session, me, "Mine")
    if session.scalar(select(SecondFactor.id).where(SecondFactor.id == theirs.id)) is None:
        yield "start_app drops the app that a colleague has just begun"
    confirmed = factors.live_factors(session, other)[0]
    while True:  # digits that no app of one's own shows, in any half minute that counts
        confirmed.secret = pyotp.random_base32(totp.SECRET_LETTERS)
        digits = pyotp.TOTP(confirmed.secret).at(clock.wall())
        if not any(_shows(each, digits) for each in factors.live_factors(session, me)):
            break
    session.flush()
    if totp.take_code(session, me, digits) is not None:
        yield "take_code takes the digits of a colleague's app"


def _shows(factor: SecondFactor, digits: str) -> bool:
    now = int(clock.wall().timestamp()) // totp.STEP_S
    shown = pyotp.TOTP(factor.secret or "")
    return any(shown.generate_otp(now + step) == digits for step in range(-3, 4))


def _codes(world: World, session: ScopedSession) -> Finding:
    me, other = two_people(world)
    recovery.new_codes(session, me)
    theirs = recovery.new_codes(session, other)
    if recovery.codes_left(session, me) != recovery.HOW_MANY:
        yield "codes_left counts a colleague's codes"
    if recovery.use_code(session, me, theirs[0]):
        yield "use_code takes a colleague's code"
    recovery.end_codes(session, me)
    if recovery.codes_left(session, other) != recovery.HOW_MANY:
        yield "end_codes ends a colleague's codes"
    mine = recovery.new_codes(session, me)
    moved = update(RecoveryCode).where(RecoveryCode.person_id == me, RecoveryCode.used_at.is_(None))
    session.execute(moved.values(person_id=other))  # as nobody but whoever writes past the product can
    if recovery.use_code(session, me, mine[0]):
        yield "use_code takes a code that hangs on a colleague's row"


def _keys(world: World, session: ScopedSession) -> Finding:
    me, other = two_people(world)
    for person_id, name in ((me, b"mine"), (other, b"theirs")):
        now = clock.wall()
        session.add(
            SecondFactor(
                person_id=person_id, kind=FactorKind.KEY, label="Key", credential_id=name, created_at=now,
                confirmed_at=now,
            )
        )  # fmt: skip
    session.flush()
    if [each.id for each in security_keys._descriptors(session, me)] != [b"mine"]:
        yield "a browser is asked for keys of other people"
    try:
        security_keys._own_key(session, me, {"rawId": "dGhlaXJz"})
    except InvalidInput:
        return
    yield "a colleague's key is looked at as one's own"


def _names(world: World, session: ScopedSession) -> Finding:
    me, other = two_people(world)
    living = IdentityProvider(
        member_id=world.own.clinic_id, name="living", issuer="https://living.example", client_id="needsrx",
        created_at=clock.now(),
    )  # fmt: skip
    session.add(living)
    session.flush()
    session.add(
        Identity(provider_id=living.id, person_id=other, issuer=living.issuer, subject="theirs", linked_at=clock.now())
    )
    session.flush()
    if identities.identities_of(session, me):
        yield "identities_of gives a colleague's identity"
    if identities.has_usable_identity(session, me):
        yield "has_usable_identity counts a colleague's identity"
    if not identities.has_usable_identity(session, other):
        yield "has_usable_identity does not find one's own"


#: Each is asked with rows of its own, of which nothing stays written.
CHECKS = (_factors, _apps, _codes, _keys, _names)
