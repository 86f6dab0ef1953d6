"""The words of e-mails about accounts."""

from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.links import url_for_link
from referral.accounts.models import Invitation, LinkPurpose, Member, Person, SignedLink
from referral.accounts.names import role_name
from referral.kit.i18n import speaking
from referral.kit.scope import ScopedSession
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message


def compose_invitation(session: ScopedSession, message: Message, now: datetime) -> Composed | Suppressed:
    """Return the e-mail of an invitation in the inviter's language; none once it was taken up, replaced or expired."""
    invitation = session.get(Invitation, message.subject_id)
    link = _live_link(session, message, now)
    if invitation is None or link is None or invitation.withdrawn_at or invitation.accepted_at:
        return Suppressed("invitation_closed", needs_person=False)
    if message.to_address is None:
        return Suppressed("no_address")
    language = str(message.facts.get("language") or "en")
    member = session.get_one(Member, invitation.member_id)
    inviter = session.get(Person, invitation.invited_by) if invitation.invited_by else None
    with speaking(language):
        facts = {
            "name": invitation.name,
            "member": member.name,
            "role": role_name(invitation.role),
            "inviter": inviter.name if inviter else member.name,
        }
        paragraphs = (
            _("Dear %(name)s,", name=facts["name"]),
            _("%(inviter)s invites you to NeedsRx, to work for %(member)s as: %(role)s.", **facts),
            _("Open this address to choose your password and begin:"),
            url_for_link(session, link),
            _("The address works once, until %(day)s.", day=format_date(link.expires_at, "long")),
            _("If you did not expect this, you need not do anything."),
        )
        subject = _("Your invitation to NeedsRx from %(member)s", member=member.name)
    return Composed(to=message.to_address, subject=subject, body="\n\n".join(paragraphs) + "\n", language=language)


def _live_link(session: ScopedSession, message: Message, now: datetime) -> SignedLink | None:
    return session.scalar(
        select(SignedLink)
        .where(
            SignedLink.purpose == LinkPurpose.INVITATION,
            SignedLink.subject_id == message.subject_id,
            SignedLink.used_at.is_(None),
            SignedLink.ended_at.is_(None),
            SignedLink.expires_at > now,
        )
        .order_by(SignedLink.created_at.desc(), SignedLink.id.desc())
        .limit(1)
    )
