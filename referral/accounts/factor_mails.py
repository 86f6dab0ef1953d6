"""The e-mail that tells a person that their second proof was taken away, so that nobody does it behind their back."""

from datetime import datetime
from uuid import UUID

from flask_babel import format_datetime
from flask_babel import gettext as _

from referral.accounts.models import Member, Person
from referral.kit.i18n import speaking
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.outbox.hooks import Composed, Suppressed
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from resources_directory.db import new_id

COMPOSER = "factors_reset"


def tell_of_lost_factors(session: ScopedSession, person: Person, *, clinic_id: UUID) -> None:
    """Queue the notice on behalf of the member that the person works for. Flushes; the caller commits."""
    mail = NewMessage(
        channel=Channel.EMAIL,
        composer=COMPOSER,
        template=COMPOSER,
        clinic_id=clinic_id,
        subject_kind=COMPOSER,
        subject_id=person.id,
        dedupe_key=f"{COMPOSER}:{new_id()}",
        to_address=person.email,
        facts={"language": person.language},
    )
    with session.widened("account e-mail"):  # a platform administrator acts for any member
        queue_message(session, mail)


def compose_factor_notice(session: ScopedSession, message: Message, _now: datetime) -> Composed | Suppressed:
    """Return the notice in the person's language."""
    person = session.get_one(Person, message.subject_id)
    if message.to_address is None:
        return Suppressed("no_address")
    zone = zone_of(session.get_one(Member, message.clinic_id).timezone_name)
    with speaking(person.language):
        moment = format_datetime(message.created_at.astimezone(zone), "medium", rebase=False)
        paragraphs = (
            _("Dear %(name)s,", name=person.name),
            _(
                "The second proof of your NeedsRx account (authenticator app, security keys, recovery codes) was taken "
                "away on %(moment)s, because it was said to be lost. You were signed out everywhere.",
                moment=moment,
            ),
            _("If you asked for it: sign in with your password, and set up a new one. It takes about a minute."),
            _(
                "If you did not ask for it, call the administrator of your clinic or organization now: they can keep "
                "everybody out of your account. Then change your password."
            ),
        )
        subject = _("The second proof of your NeedsRx account was taken away")
    body = "\n\n".join(paragraphs) + "\n"
    return Composed(to=message.to_address, subject=subject, body=body, language=person.language)
