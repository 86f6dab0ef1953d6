"""Pages of members and their people, for administrators."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from referral.accounts.actions import (
    HandOverFirst,
    NewMember,
    create_member,
    end_membership,
    name_owners,
)
from referral.accounts.forms import YES, InvitationForm, MemberForm, OwnersForm, SureForm
from referral.accounts.hooks import StoodIn
from referral.accounts.invitations import NewInvitation, invite, withdraw
from referral.accounts.lost_factors import take_factors_away
from referral.accounts.models import Invitation, Member, Membership, Person
from referral.accounts.names import kind_name, role_name
from referral.accounts.policies import ADMINISTRATOR_OF, AccountPermission
from referral.accounts.principal import current_person
from referral.accounts.queries import members, open_invitations, own_memberships, people_of
from referral.accounts.roles import NEEDS_SECOND_FACTOR, MemberKind, Role
from referral.accounts.standing import roles_to_give
from referral.accounts.suspending import end_sign_ins as sign_out_everywhere
from referral.accounts.suspending import restore_person, suspend_person
from referral.kit.errors import InvalidInput
from referral.kit.i18n import comma
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session

blueprint = Blueprint("people", __name__, template_folder="templates")


def member_looked_after(session: ScopedSession, member_id: UUID) -> Member | None:
    """Return the member if it is the administrator's own; a platform administrator reaches all."""
    signed = current_person()
    reached = member_id == signed.member_id or signed.allows(AccountPermission.LOOK_AFTER_MEMBERS)
    return session.get(Member, member_id) if reached else None


def membership_looked_after(session: ScopedSession, membership_id: UUID) -> Membership | None:
    """Return the membership if its member is looked after by the signed-in administrator."""
    membership = session.get(Membership, membership_id)
    return membership if membership and member_looked_after(session, membership.member_id) else None


def invitation_looked_after(session: ScopedSession, invitation_id: UUID) -> Invitation | None:
    """Return the invitation if its member is looked after by the signed-in administrator."""
    invitation = session.get(Invitation, invitation_id)
    return invitation if invitation and member_looked_after(session, invitation.member_id) else None


@blueprint.get("/people")
@requires(AccountPermission.LOOK_AFTER_PEOPLE)
def own_people() -> ResponseReturnValue:
    """Show the people of the administrator's own member."""
    return _people_page(request_session().get_one(Member, current_person().member_id))


@blueprint.get("/members/<uuid:member_id>")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=member_looked_after)
def member_people(member: Member) -> ResponseReturnValue:
    """Show the people of one member."""
    return _people_page(member)


@blueprint.post("/members/<uuid:member_id>/invitations")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=member_looked_after, fresh=True)
def invite_person(member: Member) -> ResponseReturnValue:
    """Invite somebody to a member."""
    form = InvitationForm()
    form.offer_roles(roles_to_give(request_session(), member, by=current_person().person_id))
    if not form.validate_on_submit():
        return _people_page(member, invitation_form=form), 422
    new = NewInvitation(member.id, Role(form.role.data), form.email.data, form.name.data)
    try:
        invite(request_session(), new, by=current_person().person_id, invitation_id=form.filling_id())
    except InvalidInput as error:
        form.blame(error)
        return _people_page(member, invitation_form=form), 422
    flash(_("The invitation to %(email)s is on its way.", email=new.email), "success")
    return _to_people(member.id)


@blueprint.post("/members/<uuid:member_id>/owners")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=member_looked_after)
def choose_owners(member: Member) -> ResponseReturnValue:
    """Say who owns the member's to-dos, and who stands in."""
    form = OwnersForm()
    form.offer_people(people_of(request_session(), member.id))
    if not form.validate_on_submit():
        return _people_page(member, owners_form=form), 422
    owner, deputy = form.chosen()
    try:
        name_owners(request_session(), member, owner=owner, deputy=deputy)
    except InvalidInput as error:
        form.blame(error)
        return _people_page(member, owners_form=form), 422
    flash(_("Owner and deputy are saved."), "success")
    return _to_people(member.id)


@blueprint.post("/invitations/<uuid:invitation_id>/withdraw")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=invitation_looked_after)
def withdraw_invitation(invitation: Invitation) -> ResponseReturnValue:
    """Take an invitation back."""
    withdraw(request_session(), invitation)
    flash(_("The invitation is taken back; its link is dead."), "success")
    return _to_people(invitation.member_id)


@blueprint.post("/memberships/<uuid:membership_id>/end")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=membership_looked_after, fresh=True)
def end(membership: Membership) -> ResponseReturnValue:
    """Ask once whether a membership shall end, then end it; whoever still has things to do hands them over first."""
    session, form = request_session(), SureForm()
    is_over = membership.ended_at is not None
    try:
        end_membership(session, membership)
    except HandOverFirst as error:
        session.rollback()
        return _people_page(session.get_one(Member, membership.member_id), refused=error), 409
    if form.sure.data != YES and not is_over:
        session.rollback()  # it was tried only, so that whatever stands in the way is said before the question
        return _ask_to_end(membership)
    flash(_("The membership has ended."), "success")
    return _to_people(membership.member_id)


@blueprint.post("/memberships/<uuid:membership_id>/suspend")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=membership_looked_after, fresh=True)
def suspend(membership: Membership) -> ResponseReturnValue:
    """Bar a person from signing in."""
    stood_in = suspend_person(request_session(), membership, by=current_person().person_id)
    flash(_("The person is suspended and signed out everywhere."), "success")
    if stood_in is not None:
        flash(_what_waits(stood_in), "info")
    return _to_people(membership.member_id)


@blueprint.post("/memberships/<uuid:membership_id>/restore")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=membership_looked_after, fresh=True)
def restore(membership: Membership) -> ResponseReturnValue:
    """Let a suspended person sign in again."""
    restore_person(request_session(), membership, by=current_person().person_id)
    flash(_("The person can sign in again."), "success")
    return _to_people(membership.member_id)


@blueprint.post("/memberships/<uuid:membership_id>/sign-ins/end")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=membership_looked_after, fresh=True)
def end_sign_ins(membership: Membership) -> ResponseReturnValue:
    """Sign a person out in every browser."""
    sign_out_everywhere(request_session(), membership, anywhere=_anywhere())
    flash(_("The person is signed out everywhere. They can sign in again."), "success")
    return _to_people(membership.member_id)


@blueprint.post("/memberships/<uuid:membership_id>/lost-factors")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, load=membership_looked_after, fresh=True)
def lost_factors(membership: Membership) -> ResponseReturnValue:
    """Take away the second factors that a person lost."""
    take_factors_away(request_session(), membership, by=current_person().person_id, anywhere=_anywhere())
    flash(_("Done. With their password they set up a new second proof now; an e-mail tells them."), "success")
    return _to_people(membership.member_id)


@blueprint.get("/members")
@requires(AccountPermission.LOOK_AFTER_MEMBERS, fresh=True)
def all_members() -> ResponseReturnValue:
    """List the members, and offer to make a new one."""
    return _members_page(MemberForm())


@blueprint.post("/members")
@requires(AccountPermission.LOOK_AFTER_MEMBERS, fresh=True)
def make_member() -> ResponseReturnValue:
    """Make a member and invite its first administrator."""
    form = MemberForm()
    if not form.validate_on_submit():
        return _members_page(form), 422
    try:
        member = _made(form)
    except InvalidInput as error:
        form.blame(error)
        return _members_page(form), 422
    flash(_("%(member)s takes part now; its administrator is invited.", member=member.name), "success")
    return _to_people(member.id)


def _ask_to_end(membership: Membership) -> str:
    session = request_session()
    person, member = session.get_one(Person, membership.person_id), session.get_one(Member, membership.member_id)
    others = own_memberships(session, person.id)
    return render_template(
        "accounts/end_membership.html",
        membership=membership,
        who=person.name,
        role=role_name(membership.role),
        member=member,
        own=member.id == current_person().member_id,
        has_others=len(others) > 1,
        form=SureForm(formdata=None, sure=YES),
    )


def _what_waits(stood_in: StoodIn) -> str:
    count, names = stood_in.count, comma().join(stood_in.names)
    if not names:
        waits: str = ngettext(
            "%(num)s thing to do waits for them, and nobody stands in. Hand it over.",
            "%(num)s things to do wait for them, and nobody stands in. Hand them over.",
            count,
        )
        return waits
    goes: str = ngettext(
        "%(num)s thing to do waited for them. Until they can sign in again it goes to: %(names)s.",
        "%(num)s things to do waited for them. Until they can sign in again they go to: %(names)s.",
        count,
        names=names,
    )
    return goes


def _anywhere() -> bool:
    """Return True if the signed-in administrator looks after every member."""
    return current_person().allows(AccountPermission.LOOK_AFTER_MEMBERS)


def _made(form: MemberForm) -> Member:
    session, kind = request_session(), MemberKind(form.kind.data)
    new = NewMember(
        kind=kind,
        name=form.name.data,
        texting_name=form.texting_name.data,
        phone=form.phone.data,
        email=form.email.data,
        timezone_name=form.timezone_name.data,
        zip_code=form.zip_code.data,
    )
    member = create_member(session, new, member_id=form.filling_id())
    invited = NewInvitation(
        member.id, ADMINISTRATOR_OF[kind], form.administrator_email.data, form.administrator_name.data
    )
    try:
        invite(session, invited, by=current_person().person_id, invitation_id=form.filling_id())
    except InvalidInput as error:
        raise InvalidInput(error.message, "administrator_email") from error
    return member


def _to_people(member_id: UUID) -> ResponseReturnValue:
    own = member_id == current_person().member_id
    return redirect(url_for("people.own_people") if own else url_for("people.member_people", member_id=member_id), 303)


def _people_page(
    member: Member,
    *,
    invitation_form: InvitationForm | None = None,
    owners_form: OwnersForm | None = None,
    refused: HandOverFirst | None = None,
) -> str:
    session, kind = request_session(), MemberKind(member.kind)
    owners = (member.owner_person_id, member.deputy_person_id)
    people = people_of(session, member.id)
    roles = roles_to_give(session, member, by=current_person().person_id)
    if invitation_form is None:
        invitation_form = InvitationForm(formdata=None)
        invitation_form.offer_roles(roles)
    if owners_form is None:
        owners_form = OwnersForm(
            formdata=None, owner=str(member.owner_person_id or ""), deputy=str(member.deputy_person_id or "")
        )
        owners_form.offer_people(people)
    return render_template(
        "accounts/people.html",
        member=member,
        own=member.id == current_person().member_id,
        asked_twice=NEEDS_SECOND_FACTOR,
        people=people,
        roles=roles,
        invitations=[(each, role_name(each.role)) for each in open_invitations(session, member.id)],
        form=invitation_form,
        refused=refused,
        barred_owners=[row.name for row in people if row.suspended and row.person_id in owners],
        owners_form=owners_form if kind is MemberKind.CLINIC and people else None,
    )


def _members_page(form: MemberForm) -> str:
    rows = [(row, kind_name(row.kind)) for row in members(request_session())]
    return render_template("accounts/members.html", rows=rows, form=form)
