"""What belongs to one member or person: memberships, invitations, providers, and the pages about people."""

from collections.abc import Iterator
from dataclasses import replace

from flask import url_for

from referral.accounts import glass, people_views, providers, queries
from referral.accounts.identity_models import IdentityProvider
from referral.accounts.models import Member, Membership
from referral.accounts.roles import Role
from referral.kit import clock
from referral.kit.scope import ScopedSession
from tests.access.signed import enter_request, somebody
from tests.access.world import World

Finding = Iterator[str]


def _enrolled(world: World, session: ScopedSession) -> Finding:
    """Everybody at the own clinic has a factor, nobody at the other one."""
    if any(each.enrolled for each in queries.people_of(session, world.foreign.clinic_id)):
        yield "enrolled counts factors of other people"
    if not all(each.enrolled for each in queries.people_of(session, world.own.clinic_id)):
        yield "enrolled does not find one's own"


def _people(world: World, session: ScopedSession) -> Finding:
    me, mine = world.own.people["colleague"], world.own.memberships["colleague"]
    if [each.membership_id for each in queries.own_memberships(session, me)] != [mine]:
        yield "own_memberships gives other memberships than the person's own"
    if queries.usual_membership(session, me) != mine:
        yield "usual_membership gives another person's membership"


def _owners(world: World, session: ScopedSession) -> Finding:
    found, tenants = queries.may_own_to_dos(session, world.own.clinic_id), (world.own, world.foreign)
    mine, theirs = (tenant.people[Role.NAVIGATOR] for tenant in tenants)
    if mine not in found or theirs in found:
        yield "may_own_to_dos gives people of another member"


def _members(world: World, session: ScopedSession) -> Finding:
    """Somebody who works at both clinics."""
    me, mine = world.own.people["colleague"], world.own.memberships["colleague"]
    elsewhere = world.foreign.clinic_id
    other = Membership(member_id=elsewhere, person_id=me, role=Role.NAVIGATOR, created_at=clock.now())
    session.add(other)
    session.flush()
    for member_id, wanted in ((world.own.clinic_id, mine), (elsewhere, other.id)):
        found = queries.own_memberships(session, me, member_id=member_id)
        if [each.membership_id for each in found] != [wanted]:
            yield "own_memberships gives a membership of another member"
        if queries.usual_membership(session, me, member_id=member_id) != wanted:
            yield "usual_membership gives a membership of another member"


def _invitations(world: World, session: ScopedSession) -> Finding:
    found = [each.id for each in queries.open_invitations(session, world.own.clinic_id)]
    if found != [world.own.rows["invitation", "open"]]:
        yield "open_invitations gives invitations of another member"


def _providers(world: World, session: ScopedSession) -> Finding:
    """Only the other clinic has a provider."""
    own, foreign = world.own.clinic_id, world.foreign.clinic_id
    session.add(
        IdentityProvider(
            member_id=foreign, name="theirs", issuer="https://theirs.example", client_id="needsrx",
            created_at=clock.now(),
        )
    )  # fmt: skip
    session.flush()
    if providers.provider_of_member(session, own) is not None:
        yield "provider_of_member gives another member's provider"
    providers.remove_provider_of(session, own)
    if providers.provider_of_member(session, foreign) is None:
        yield "remove_provider_of takes another member's provider away"


def _emergencies(world: World, session: ScopedSession) -> Finding:
    """An analyst may open the own clinic only, a clinician any but the own."""
    own = world.own.clinic_id
    everything = session.scope
    session.take_scope(replace(everything, barred=frozenset({world.own.rows["patient", ""]})))
    if {each.id for each in glass.clinics_to_open(session, somebody(world, Role.ANALYST))} != {own}:
        yield "clinics_to_open offers other clinics to whoever is barred at their own"
    session.take_scope(everything)
    for role, wanted in ((Role.ANALYST, {own}), (Role.CLINICIAN, {world.foreign.clinic_id})):
        found = {each.id for each in glass.clinics_to_open(session, somebody(world, role))}
        if found != wanted:
            yield f"clinics_to_open takes another clinic for the own one of the {role}"


def _pages(world: World, session: ScopedSession) -> Finding:
    """Whoever looks after another clinic's people stays with them, and is offered nothing of their own clinic there."""
    own, foreign = world.own.clinic_id, world.foreign.clinic_id
    enter_request(session, somebody(world, Role.CLINIC_ADMINISTRATOR))
    if people_views._to_people(foreign).location != f"/members/{foreign}":
        yield "the way back to another member's people leads to one's own"
    if people_views._to_people(own).location != "/people":
        yield "the way back to one's own people leads elsewhere"
    ours = url_for("providers.show")
    if ours in people_views._people_page(session.get_one(Member, foreign)):
        yield "the page of another member's people offers one's own sign-in service"
    if ours not in people_views._people_page(session.get_one(Member, own)):
        yield "the page of one's own people does not offer the sign-in service"


#: Each is asked with rows of its own, of which nothing stays written.
CHECKS = (_enrolled, _people, _owners, _members, _invitations, _providers, _emergencies, _pages)
