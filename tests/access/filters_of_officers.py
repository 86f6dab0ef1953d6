"""What belongs to one clinic's privacy officer: the audit, emergency access and its review, legal demands."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import url_for

from referral.accounts.glass_models import BreakGlass, Finding, GlassEnd
from referral.accounts.principal import EMERGENCY_LABEL
from referral.accounts.roles import Role
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.audit.queries import chain_state, events_with_seals
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.privacy import emergency_views, frame
from referral.privacy.demand_models import LegalDemand
from referral.privacy.demand_states import Demander, DemandKind, DemandScope
from referral.privacy.emergencies import read_during, review
from referral.privacy.forms import FindingForm
from referral.privacy.queries import SIGN_IN_KINDS, Wanted, done_under, failed_sign_ins, looks_at, people_to_choose
from tests.access.growing import count_faults
from tests.access.signed import enter_request, somebody
from tests.access.tenants import Tenant
from tests.access.world import World

Faults = Iterator[str]

MINUTE = timedelta(minutes=1)


def _chains(world: World, session: ScopedSession) -> Faults:
    own = world.own.clinic_id
    yield from count_faults(
        world,
        "chain_state",
        lambda: chain_state(session, own).waiting,
        lambda tenant: record(session, AuditKind.READ, clinic_id=tenant.clinic_id),
    )
    if {event.clinic_id for event, _number, _sealed in events_with_seals(session, own)} != {own}:
        yield "events_with_seals gives events of another clinic"


def _sign_ins(world: World, session: ScopedSession) -> Faults:
    mine, theirs = world.own.people["colleague"], world.foreign.people["colleague"]
    for person_id in (mine, theirs, None):
        record(session, AuditKind.SIGN_IN_FAILED, person_id=person_id)
    found = {look.who_id for look in failed_sign_ins(session, world.own.clinic_id, Wanted(SIGN_IN_KINDS)).rows}
    if found & {theirs, None}:
        yield "failed_sign_ins gives sign-ins of people of another clinic"
    if mine not in found:
        yield "failed_sign_ins does not give those of the clinic's people"


def _looks(world: World, session: ScopedSession) -> Faults:
    own, me, other = world.own.clinic_id, world.own.people["emergency"], world.own.people["colleague"]
    for tenant in (world.own, world.foreign):
        _emergency_read(session, tenant, me)
    _emergency_read(session, world.own, other)
    wanted = Wanted((AuditKind.READ,), person_id=me)
    if {look.patient_id for look in done_under(session, own, wanted).rows} != {world.own.rows["patient", ""]}:
        yield "done_under gives what was done at another clinic"
    if {look.who_id for look in looks_at(session, own, wanted).rows} != {me}:
        yield "looks_at gives what another person did"


def _names(world: World, session: ScopedSession) -> Faults:
    """One stranger did something at the own clinic, one at another."""
    here, there = world.foreign.people["colleague"], world.foreign.people["deputy"]
    own, foreign = world.own.clinic_id, world.foreign.clinic_id
    record(session, AuditKind.READ, person_id=here, clinic_id=own)
    record(session, AuditKind.READ, person_id=there, clinic_id=foreign)
    if there in dict(people_to_choose(session, own, there)):
        yield "people_to_choose names somebody who did something at another clinic only"
    if here in dict(people_to_choose(session, own, None)):
        yield "people_to_choose names a stranger whom nobody chose"
    if here not in dict(people_to_choose(session, own, here)):
        yield "people_to_choose does not name the stranger who was chosen"


def _during(world: World, session: ScopedSession) -> Faults:
    """An emergency access reaches to the same person's next one at the same clinic, whatever else is opened."""
    me, other = world.own.people["emergency"], world.own.people["colleague"]
    start = clock.now() + timedelta(days=1)  # after all that others opened
    glass = _glass(session, world.own, me, opened_at=start)
    _glass(session, world.foreign, me, opened_at=start + MINUTE)
    _glass(session, world.own, other, opened_at=start + MINUTE)
    _glass(session, world.own, me, opened_at=start + 3 * MINUTE)
    for minutes in (2, 4):
        _emergency_read(session, world.own, me, at=start + minutes * MINUTE)
    found = [look.at for look in read_during(session, glass).rows]
    if found != [start + 2 * MINUTE]:
        yield "read_during ends elsewhere than at the same person's next one at the same clinic"


def _reviews(world: World, session: ScopedSession) -> Faults:
    officer, other = somebody(world, Role.PRIVACY_OFFICER), world.own.people["colleague"]
    for person_id, own in ((other, False), (officer.person_id, True)):
        glass = _glass(session, world.own, person_id)
        enter_request(session, officer)
        html = emergency_views._page(glass, FindingForm(formdata=None))
        if own == (url_for("privacy_emergency.judge", break_glass_id=glass.id) in html):
            yield f"the page takes an emergency access for the officer's own, or theirs for another's (own: {own})"
        try:
            review(session, glass, Finding.APPROPRIATE, words="It was called for.", by=officer.person_id)
        except Conflict:
            refused = True
        else:
            refused = False
        if refused != own:
            yield f"review takes an emergency access for the officer's own, or theirs for another's (own: {own})"


def _waiting(world: World, session: ScopedSession) -> Faults:
    own = world.own.clinic_id
    yield from count_faults(
        world,
        "unreviewed",
        lambda: frame.unreviewed(session, own),
        lambda tenant: _glass(session, tenant, tenant.people["colleague"]),
    )
    yield from count_faults(
        world,
        "the count of open demands",
        lambda: frame._open_demands(session, own),
        lambda tenant: _demand(session, tenant),
    )


def _emergency_read(session: ScopedSession, tenant: Tenant, person_id: UUID, **facts: Any) -> None:
    """A patient of the tenant is read in an emergency."""
    facts |= {"clinic_id": tenant.clinic_id, "patient_id": tenant.rows["patient", ""]}
    record(session, AuditKind.READ, person_id=person_id, actor=EMERGENCY_LABEL, **facts)


def _glass(session: ScopedSession, tenant: Tenant, person_id: UUID, **facts: Any) -> BreakGlass:
    """An emergency access to the tenant's clinic that has ended and that nobody has reviewed."""
    now = clock.wall()
    facts = {"opened_at": clock.now(), "ended_at": now, "until": now, "ended_how": GlassEnd.BY_PERSON} | facts
    membership_id = tenant.memberships["colleague"]
    glass = BreakGlass(clinic_id=tenant.clinic_id, person_id=person_id, membership_id=membership_id, **facts)
    session.add(glass)
    session.flush()
    return glass


def _demand(session: ScopedSession, tenant: Tenant) -> None:
    now = clock.now()
    session.add(
        LegalDemand(
            clinic_id=tenant.clinic_id, demander=Demander.COURT, kind=DemandKind.SUBPOENA, about=DemandScope.MANY,
            received_on=now.date(), recorded_by=tenant.people["privacy_officer"], recorded_at=now,
        )
    )  # fmt: skip
    session.flush()


#: Each is asked with rows of its own, of which nothing stays written.
CHECKS = (_chains, _sign_ins, _looks, _names, _during, _reviews, _waiting)
