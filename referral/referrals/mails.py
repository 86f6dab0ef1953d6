"""The words of e-mails to organizations. No name of a patient and no need: an e-mail is read by many eyes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _

from referral.accounts.links import url_for_link
from referral.accounts.models import Member, SignedLink
from referral.kit.i18n import speaking
from referral.kit.phone import show_phone
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.referrals.models import Referral
from referral.referrals.notices import ACCEPTED, ANSWERED, FRESH, NEW, RECALLED, REMINDER, SECOND_CONTACT, live_link
from referral.referrals.numbering import short_number
from referral.referrals.proving import CODE_MINUTES, code_in
from referral.referrals.receivers import Address, addresses_of


@dataclass(frozen=True)
class Letter:
    """What the words of an e-mail need. `sent_on`, `until`: days in words. `number`: what to name on the phone."""

    clinic: str
    number: str
    sent_on: str
    url: str = ""
    until: str = ""


@dataclass(frozen=True)
class Words:
    """A subject line and the paragraphs below it."""

    subject: str
    paragraphs: tuple[str, ...]


def compose_organization_mail(session: ScopedSession, message: Message, now: datetime) -> Composed | Suppressed:
    """Return the e-mail in its reader's language, or why it is not sent.

    Suppressed when the referral has moved since, when its link is gone, or, telling a person, without any address.
    """
    referral = session.get(Referral, message.subject_id)
    if referral is None or referral.version != message.subject_version:
        return Suppressed("moved", needs_person=False)
    link = live_link(session, referral.id)
    if link is None and message.template != RECALLED:
        return Suppressed("link_ended", needs_person=False)
    address = _address(session, referral, contact=int(message.facts.get("contact", 1)))
    if address is None:
        return Suppressed("no_address")
    clinic = session.get_one(Member, referral.clinic_id)
    with speaking(address.language):
        words = _TEMPLATES[message.template](_letter(session, referral, clinic, link))
        body = "\n\n".join((*words.paragraphs, _closing_line(clinic)))
    return Composed(to=address.email, subject=words.subject, body=body, language=address.language)


def compose_code_mail(session: ScopedSession, message: Message, now: datetime) -> Composed | Suppressed:
    """Return the e-mail with a code, in its reader's language; none once the code or the request's link is over."""
    referral = session.get(Referral, message.subject_id)
    digits = code_in(session, message)
    if referral is None or digits is None or live_link(session, referral.id) is None:
        return Suppressed("code_over", needs_person=False)
    if message.to_address is None:
        return Suppressed("no_address", needs_person=False)
    language = str(message.facts.get("language") or "en")
    clinic = session.get_one(Member, referral.clinic_id)
    facts = {"clinic": clinic.name, "number": short_number(referral.id)}
    with speaking(language):
        subject = _("Your code for request %(number)s of %(clinic)s", **facts)
        paragraphs = (
            _("Somebody opened the page of request %(number)s and asked for a code. It is:", **facts),
            f"{digits[:4]} {digits[4:]}",
            _("Type it into that page. It works once, for %(num)s minutes, in that browser only.", num=CODE_MINUTES),
            _("Was it nobody of your organization? Then give the code to nobody, and tell the clinic."),
            _closing_line(clinic),
        )
    return Composed(to=message.to_address, subject=subject, body="\n\n".join(paragraphs), language=language)


def _address(session: ScopedSession, referral: Referral, *, contact: int) -> Address | None:
    """Return the first address, or for the second contact the second one, where there is one."""
    addresses = addresses_of(session, referral.organization_id, referral.service_id)
    return addresses[min(contact, len(addresses)) - 1] if addresses else None


def _letter(session: ScopedSession, referral: Referral, clinic: Member, link: SignedLink | None) -> Letter:
    return Letter(
        clinic=clinic.name,
        number=short_number(referral.id),
        sent_on=_day(referral.sent_at, clinic) if referral.sent_at else "",
        url=url_for_link(session, link) if link else "",
        until=_day(link.expires_at, clinic) if link else "",
    )


def _day(moment: datetime, clinic: Member) -> str:
    return str(format_date(moment.astimezone(zone_of(clinic.timezone_name)).date(), "long"))


def _ask(letter: Letter) -> tuple[str, ...]:
    return (
        letter.url,
        _("There you see what is asked. You can accept, offer a place on your waiting list, or decline and say why."),
        _("You need no account. The link is only for your organization and works until %(day)s.", day=letter.until),
    )


def _new(letter: Letter) -> Words:
    return Words(
        _("A request from %(clinic)s waits for your answer (%(number)s)", clinic=letter.clinic, number=letter.number),
        (
            _("%(clinic)s asks whether you can help somebody. Please open this page to see it:", clinic=letter.clinic),
            *_ask(letter),
        ),
    )


def _reminder(letter: Letter) -> Words:
    return Words(
        _("Still waiting: a request from %(clinic)s (%(number)s)", clinic=letter.clinic, number=letter.number),
        (
            _("On %(day)s %(clinic)s asked whether you can help somebody.", day=letter.sent_on, clinic=letter.clinic),
            _("There is no answer yet. A “no” helps too: the person can then be offered another place."),
            *_ask(letter),
        ),
    )


def _second_contact(letter: Letter) -> Words:
    return Words(
        _("Could you help with a request from %(clinic)s? (%(number)s)", clinic=letter.clinic, number=letter.number),
        (
            _("You get this because a colleague of yours has not answered a request of %(day)s.", day=letter.sent_on),
            _("%(clinic)s asks whether your organization can help somebody:", clinic=letter.clinic),
            *_ask(letter),
        ),
    )


def _accepted(letter: Letter) -> Words:
    return Words(
        _("Thank you. Your page for request %(number)s of %(clinic)s", number=letter.number, clinic=letter.clinic),
        (
            _("Your answer was recorded. From now on please use this link; the one before no longer works:"),
            letter.url,
            _("There you see whom to contact, and there you say what happened, so that nobody waits in vain."),
            _("The link is only for your organization and works until %(day)s.", day=letter.until),
        ),
    )


def _fresh(letter: Letter) -> Words:
    return Words(
        _("A fresh link to request %(number)s of %(clinic)s", number=letter.number, clinic=letter.clinic),
        (
            _("Somebody opened an old link of ours and asked for one that works. Here it is:"),
            letter.url,
            _("The link is only for your organization and works until %(day)s.", day=letter.until),
        ),
    )


def _answered(letter: Letter) -> Words:
    return Words(
        _("%(clinic)s has written to you about request %(number)s", clinic=letter.clinic, number=letter.number),
        (
            _("Please read it, and answer, on this page:"),
            letter.url,
            _("The link is only for your organization and works until %(day)s.", day=letter.until),
        ),
    )


def _recalled(letter: Letter) -> Words:
    return Words(
        _("Please stop: request %(number)s of %(clinic)s was taken back", number=letter.number, clinic=letter.clinic),
        (
            _("%(clinic)s has taken back its request of %(day)s.", clinic=letter.clinic, day=letter.sent_on),
            _("Please contact nobody because of it, and delete or shred what you noted or printed."),
            _("The links in our e-mails about it no longer work. There is nothing else to do."),
        ),
    )


def _closing_line(clinic: Member) -> str:
    if clinic.phone:
        return str(_("Questions? Call %(clinic)s: %(phone)s.", clinic=clinic.name, phone=show_phone(clinic.phone)))
    return str(_("Questions? Ask %(clinic)s.", clinic=clinic.name))


_TEMPLATES: dict[str, Callable[[Letter], Words]] = {
    NEW: _new,
    REMINDER: _reminder,
    SECOND_CONTACT: _second_contact,
    ACCEPTED: _accepted,
    RECALLED: _recalled,
    FRESH: _fresh,
    ANSWERED: _answered,
}
