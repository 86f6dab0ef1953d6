"""The words of e-mails about a person's password: a link for a new one, and the notice that it was changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import format_datetime, format_time
from flask_babel import gettext as _

from referral.accounts.links import url_for_link
from referral.accounts.models import LinkPurpose, Member, Person, SignedLink
from referral.accounts.reset import may_reset
from referral.kit.i18n import speaking
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message


def compose_reset_link(session: ScopedSession, message: Message, now: datetime) -> Composed | Suppressed:
    """Return the e-mail with the link in the person's language; none once it was used or expired, or they are out."""
    link = session.get(SignedLink, message.subject_id)
    if link is None or link.purpose != LinkPurpose.PASSWORD_RESET or link.used_at or link.ended_at:
        return Suppressed("link_closed", needs_person=False)
    person = session.get_one(Person, link.subject_id)
    if link.expires_at <= now or not may_reset(session, person):
        return Suppressed("link_closed", needs_person=False)
    if message.to_address is None:
        return Suppressed("no_address")
    ends = link.expires_at.astimezone(_zone(session, message))
    with speaking(person.language):
        paragraphs = (
            _("Dear %(name)s,", name=person.name),
            _("Somebody asked for a new password for your NeedsRx account. Open this address to choose one:"),
            url_for_link(session, link),
            _("The address works once, until %(time)s.", time=format_time(ends, "short", rebase=False)),
            _("If it was not you, you need not do anything. Your password stays as it is."),
        )
        subject = _("Choose a new NeedsRx password")
    return _mail(message, person, subject, paragraphs)


def compose_password_notice(session: ScopedSession, message: Message, _now: datetime) -> Composed | Suppressed:
    """Return the e-mail that tells a person that their password was changed."""
    person = session.get_one(Person, message.subject_id)
    if message.to_address is None:
        return Suppressed("no_address")
    changed = message.created_at.astimezone(_zone(session, message))
    with speaking(person.language):
        moment = format_datetime(changed, "medium", rebase=False)
        paragraphs = (
            _("Dear %(name)s,", name=person.name),
            _("The password of your NeedsRx account was changed on %(moment)s.", moment=moment),
            _("If it was you, you need not do anything."),
            _(
                "If it was not you, call the administrator of your clinic or organization now: they can keep everybody "
                "out of your account. Then ask for a new password on the sign-in page."
            ),
        )
        subject = _("Your NeedsRx password was changed")
    return _mail(message, person, subject, paragraphs)


def _zone(session: ScopedSession, message: Message) -> ZoneInfo:
    return zone_of(session.get_one(Member, message.clinic_id).timezone_name)


def _mail(message: Message, person: Person, subject: str, paragraphs: tuple[str, ...]) -> Composed:
    body = "\n\n".join(paragraphs) + "\n"
    return Composed(to=message.to_address or "", subject=subject, body=body, language=person.language)
