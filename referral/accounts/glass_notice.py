"""The e-mail that tells a clinic that somebody opened its records in an emergency; no patient, no reason."""

from uuid import UUID

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.glass_models import BreakGlass
from referral.accounts.models import Member, Membership, Person
from referral.accounts.names import role_name
from referral.accounts.roles import MemberKind, Role
from referral.kit.i18n import speaking
from referral.kit.scope import ScopedSession
from referral.kit.settings import settings_of
from referral.kit.zones import zone_of
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel

COMPOSER = "glass_notice"

#: Where the privacy officer reviews it.
REVIEW_PATH = "/privacy/emergency"

_AT_THE_CLINIC = (Role.PRIVACY_OFFICER, Role.CLINIC_ADMINISTRATOR)
_AT_THE_NETWORK = (Role.PRIVACY_OFFICER, Role.PLATFORM_ADMINISTRATOR)


def tell_clinic(session: ScopedSession, glass: BreakGlass) -> int:
    """Queue the notice for the clinic's privacy officers and administrators; where it has none, for the network's.

    Whoever opened it is not among them. Returns how many are told; at none it must not open. The session acts for the
    clinic opened. Flushes; the caller commits.
    """
    told = _people(session, glass, _AT_THE_CLINIC, member_id=glass.clinic_id)
    told = told or _people(session, glass, _AT_THE_NETWORK)
    for person in told:
        notice = NewMessage(
            channel=Channel.EMAIL,
            composer=COMPOSER,
            template=COMPOSER,
            clinic_id=glass.clinic_id,
            subject_kind=BreakGlass.__tablename__,
            subject_id=glass.id,
            dedupe_key=f"break_glass:{glass.id}:{person.id}",
            to_address=person.email,
            facts={"person_id": str(person.id)},
        )
        queue_message(session, notice)
    return len(told)


def compose_glass_notice(session: ScopedSession, message: Message, _now: object) -> Composed | Postponed | Suppressed:
    """Return the notice in its reader's language."""
    if message.to_address is None:
        return Suppressed("no_address")
    glass = session.get_one(BreakGlass, message.subject_id)
    reader = session.get_one(Person, UUID(str(message.facts["person_id"])))
    clinic, opener = session.get_one(Member, glass.clinic_id), session.get_one(Person, glass.person_id)
    membership = session.get_one(Membership, glass.membership_id)
    opened_at = glass.opened_at.astimezone(zone_of(clinic.timezone_name))
    with speaking(reader.language):
        facts = {
            "opener": opener.name,
            "role": role_name(membership.role),
            "member": session.get_one(Member, membership.member_id).name,
            "clinic": clinic.name,
            "moment": format_datetime(opened_at, "medium", rebase=False),
        }
        paragraphs = (
            _("Dear %(name)s,", name=reader.name),
            _(
                "%(opener)s (%(role)s at %(member)s) opened the records of %(clinic)s for an emergency on %(moment)s.",
                **facts,
            ),
            _("For at most 60 minutes they can read these records. They can change nothing and take no list away."),
            _("Why they did, and everything they read, stands on this page for your privacy officer, who reviews it:"),
            settings_of(session).public_base_url + REVIEW_PATH,
            _("If nobody at your clinic knows of an emergency, call them now. The privacy officer can end it there."),
        )
        subject = _("Emergency access to the records of %(clinic)s", clinic=clinic.name)
    body = "\n\n".join(paragraphs) + "\n"
    return Composed(to=message.to_address, subject=subject, body=body, language=reader.language)


def _people(
    session: ScopedSession, glass: BreakGlass, roles: tuple[Role, ...], *, member_id: UUID | None = None
) -> list[Person]:
    """Return others who hold one of `roles` and can sign in: of one member, or of the network."""
    found = (
        select(Person)
        .where(
            Person.suspended_at.is_(None),
            Person.id != glass.person_id,
            Person.id.in_(
                select(Membership.person_id)
                .join(Member, Member.id == Membership.member_id)
                .where(
                    Membership.ended_at.is_(None),
                    Membership.role.in_(roles),
                    Member.kind == MemberKind.NETWORK if member_id is None else Member.id == member_id,
                )
            ),
        )
        .order_by(Person.email)
    )
    return list(session.scalars(found))
