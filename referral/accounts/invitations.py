"""Inviting people: one e-mail address, one role, one link that works once; the first administrator too."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from referral.accounts.actions import NewMember, add_membership, add_person, check_role, create_member, lock_member
from referral.accounts.identities import has_usable_identity
from referral.accounts.links import end_links, issue_link, open_link, use_link
from referral.accounts.models import Invitation, LinkPurpose, Member, Membership, Person, SignedLink
from referral.accounts.names import read_email, role_name
from referral.accounts.queries import has_administrator, local_words, person_by_email
from referral.accounts.roles import MemberKind, Role
from referral.accounts.standing import check_invitation, is_overtaken
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Conflict, Gone, InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel
from resources_directory.db import new_id

LIVES_FOR = timedelta(days=7)

SUBJECT_KIND = "invitation"
COMPOSER = "invitation"

_TAKEN_BACK = _l("This invitation was taken back or has been taken up. If you have a password, sign in with it.")
_BY_PROVIDER = _l(
    "You sign in with your organization's account, so no password can be chosen here. Sign in with your organization's "
    "account, and ask whoever invited you how you get in here."
)


class AdministratorExists(Exception):
    """There is a platform administrator already; a second one is invited by the first, on the page of people."""


@dataclass(frozen=True)
class NewInvitation:
    """Whom to invite to what."""

    member_id: UUID
    role: Role
    email: str
    name: str


@dataclass(frozen=True)
class ShownInvitation:
    """What the page of an invitation tells. `known`: the address has an account with a password already."""

    invitation_id: UUID
    member_name: str
    role: Role
    email: str
    name: str
    known: bool

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return role_name(self.role)


def invite(
    session: ScopedSession, new: NewInvitation, *, by: UUID | None, invitation_id: UUID | None = None
) -> Invitation:
    """Return the new invitation; its e-mail is queued in the inviter's language. An open one for the same is replaced.

    `invitation_id` is the form's id: sent twice, it is one invitation. Raises InvalidInput, also when `by` may not
    let anybody into this member in that role. Flushes.
    """
    known = session.get(Invitation, invitation_id) if invitation_id else None
    if known is not None:
        return known
    invitation, link = _write(session, new, by, invitation_id or new_id())
    inviter = session.get(Person, by) if by else None
    mail = NewMessage(
        channel=Channel.EMAIL,
        composer=COMPOSER,
        template="invitation",
        clinic_id=invitation.member_id,
        subject_kind=SUBJECT_KIND,
        subject_id=invitation.id,
        dedupe_key=f"invitation:{invitation.id}",
        to_address=invitation.email,
        facts={"language": inviter.language if inviter else "en"},
        expires_at=link.expires_at,
    )
    with session.widened("invitation"):  # a platform administrator invites on behalf of any member
        queue_message(session, mail)
    return invitation


def withdraw(session: ScopedSession, invitation: Invitation) -> None:
    """Take an invitation back: its link is dead, its e-mail stays unsent; it is written down.

    Raises Conflict once taken up. Flushes.
    """
    if invitation.accepted_at is not None:
        raise Conflict(_l("This invitation has been taken up already. End the membership instead."))
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = clock.now()
        _write_down(session, AuditKind.INVITATION_WITHDRAWN, invitation.member_id, invitation.id)
    end_links(session, LinkPurpose.INVITATION, invitation.id)
    cancel_for_subject(session, SUBJECT_KIND, invitation.id, reason="withdrawn")
    session.flush()


def shown_invitation(session: ScopedSession, token: str) -> ShownInvitation:
    """Return what the page of an invitation tells; changes nothing. Raises Gone."""
    link = open_link(session, token, LinkPurpose.INVITATION)
    invitation = _open_invitation(session, link)
    person = person_by_email(session, invitation.email)
    return ShownInvitation(
        invitation_id=invitation.id,
        member_name=session.get_one(Member, invitation.member_id).name,
        role=Role(invitation.role),
        email=invitation.email,
        name=invitation.name,
        known=person is not None and person.password_hash is not None,
    )


def take_up_invitation(
    session: ScopedSession,
    token: str,
    *,
    name: str,
    password_hash: str | None,
    language: str,
    by_provider: bool = False,
) -> Membership:
    """Return the membership that an invitation gives. Of several posts at once exactly one succeeds.

    `password_hash` is that of a new account; None when the person has one already, whose password the caller checked,
    or `by_provider`, when the member's provider vouches for somebody without a password.
    Raises Gone. Flushes; the caller commits.
    """
    link = open_link(session, token, LinkPurpose.INVITATION)
    use_link(session, link)
    invitation = _open_invitation(session, link)
    person = person_by_email(session, invitation.email)
    if person is None:
        person = add_person(session, invitation.email, name=name, password_hash=password_hash, language=language)
    else:
        _check_account(session, person, password_hash=password_hash, by_provider=by_provider)
        if person.password_hash is None and not by_provider:
            person.name, person.password_hash = name, password_hash
    if person.password_hash is None and not by_provider:
        raise InvalidInput(_l("Choose a password."), "password")
    member = lock_member(session, invitation.member_id)
    if is_overtaken(session, invitation, person_id=person.id):
        raise Gone(_TAKEN_BACK)
    invitation.accepted_at = clock.now()
    return add_membership(session, member, person, Role(invitation.role), taken_up=True)


def personal_words(session: ScopedSession, invitation_id: UUID) -> list[str]:
    """Return what the password of an invited person may not lean on."""
    invitation = session.get_one(Invitation, invitation_id)
    member = session.get_one(Member, invitation.member_id)
    return [invitation.email, invitation.name, *local_words(member)]


def first_administrator(session: ScopedSession, email: str, *, name: str, again: bool = False) -> SignedLink:
    """Return the invitation link of the platform's first administrator, for the command line to print; no e-mail goes.

    A network is made when there is none. Raises AdministratorExists unless `again`; InvalidInput. Flushes.
    """
    if has_administrator(session) and not again:
        raise AdministratorExists
    network = session.scalar(
        select(Member).where(Member.kind == MemberKind.NETWORK).order_by(Member.created_at, Member.id).limit(1)
    )
    if network is None:
        network = create_member(session, NewMember(MemberKind.NETWORK, "NeedsRx"))
    new = NewInvitation(network.id, Role.PLATFORM_ADMINISTRATOR, email, name)
    return _write(session, new, None, new_id())[1]


def _check_account(session: ScopedSession, person: Person, *, password_hash: str | None, by_provider: bool) -> None:
    """Raise Gone when an account that is there already must not be opened, or given a password, by an invitation."""
    if person.suspended_at is not None:
        raise Gone(_TAKEN_BACK)
    if person.password_hash is not None:
        if password_hash is not None or by_provider:
            raise Gone(_TAKEN_BACK)  # the account came into being meanwhile: its password is never overwritten
    elif not by_provider and has_usable_identity(session, person.id):
        raise Gone(_BY_PROVIDER)  # or whoever reads the link would act for the member whose provider vouches


def _write(
    session: ScopedSession, new: NewInvitation, by: UUID | None, invitation_id: UUID
) -> tuple[Invitation, SignedLink]:
    email = read_email(new.email)
    member = session.get_one(Member, new.member_id)
    check_role(member, new.role)
    if by is not None:
        check_invitation(session, member, new.role, email=email, by=by)
    _refuse_member(session, new, email)
    _replace_older(session, new, email)
    invitation = Invitation(
        id=invitation_id,
        member_id=new.member_id,
        role=new.role,
        email=email,
        name=new.name,
        invited_by=by,
        created_at=clock.now(),
    )
    session.add(invitation)
    session.flush()
    _write_down(session, AuditKind.INVITED, invitation.member_id, invitation.id)
    link = issue_link(session, LinkPurpose.INVITATION, invitation.id, expires_at=clock.now() + LIVES_FOR)
    return invitation, link


def _refuse_member(session: ScopedSession, new: NewInvitation, email: str) -> None:
    live = (
        select(func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.email == email,
            Membership.member_id == new.member_id,
            Membership.role == new.role,
            Membership.ended_at.is_(None),
        )
    )
    if session.scalar(live):
        raise InvalidInput(_l("This person has that role here already."), "email")


def _replace_older(session: ScopedSession, new: NewInvitation, email: str) -> None:
    older = session.scalars(
        update(Invitation)
        .where(
            Invitation.member_id == new.member_id,
            Invitation.email == email,
            Invitation.role == new.role,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now())
        .returning(Invitation.id)
    ).all()
    for invitation_id in older:
        _write_down(session, AuditKind.INVITATION_WITHDRAWN, new.member_id, invitation_id)
        end_links(session, LinkPurpose.INVITATION, invitation_id)
        cancel_for_subject(session, SUBJECT_KIND, invitation_id, reason="replaced")


def _open_invitation(session: ScopedSession, link: SignedLink) -> Invitation:
    invitation = session.get(Invitation, link.subject_id)
    if invitation is None or invitation.withdrawn_at is not None or invitation.accepted_at is not None:
        raise Gone(_TAKEN_BACK)
    return invitation


def _write_down(session: ScopedSession, kind: AuditKind, member_id: UUID, invitation_id: UUID) -> None:
    record(session, kind, clinic_id=member_id, subject_kind=Invitation.__tablename__, subject_id=invitation_id)
