"""What stands against asking: said before the words of consent are read out, with place and name or day."""

from flask_babel import format_datetime
from flask_babel import gettext as _

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.prescriptions.forms import PrescribeForm
from referral.prescriptions.running import Running, in_the_way
from referral.prescriptions.sheets import Sheet
from referral.referrals.room import full_words, helps_after_all
from referral.referrals.states import Mode
from referral.screening.words import PRIVATE_NEED


def asked_already(sheet: Sheet, form: PrescribeForm) -> bool:
    """Return True if a request that is under way stands against one of the form's; it is said beside the need.

    What was signed and what is chosen then stand on one page, and neither is lost.
    """
    found = False
    for number, line in zip(form.chosen(), sheet.order(form).lines, strict=True):
        running = in_the_way(line.service_id, line.mode, sheet.running.get(line.need_id, ()))
        if running is not None:
            service = form.lines[number].form.service
            place = str(PRIVATE_NEED) if sheet.is_closed(str(line.need_id)) else running.service
            same = running.service_id == line.service_id
            service.errors = [*service.errors, _words(running, place, zone=sheet.zone, same=same)]
            found = True
    return found


def said_full(session: ScopedSession, sheet: Sheet, form: PrescribeForm) -> bool:
    """Return True if a service that is to be asked has said that it is full; it is said beside it, with the day."""
    found = False
    for number, line in zip(form.chosen(), sheet.order(form).lines, strict=True):
        offer = sheet.by_need.get(str(line.need_id))
        chosen = offer.service(str(line.service_id)) if offer else None
        if line.mode != Mode.SENT or chosen is None:
            continue
        if helps_after_all(session, line.service_id, line.need_id, now=clock.now()):
            continue
        name = str(PRIVATE_NEED) if sheet.is_closed(str(line.need_id)) else chosen.hit.service_name
        zone = chosen.hit.timezone_name or sheet.zone
        words = full_words(session, line.service_id, name=name, zone=zone, now=clock.now())
        if words is not None:
            service = form.lines[number].form.service
            service.errors = [*service.errors, words]
            found = True
    return found


def _words(running: Running, place: str, *, zone: str, same: bool) -> str:
    moment = format_datetime(running.signed_at.astimezone(zone_of(zone)), "medium", rebase=False)
    facts = {"place": place, "who": running.by or _("somebody"), "moment": moment}
    if same:
        return str(
            _(
                "This service is being tried for this need already: %(place)s, signed by %(who)s on %(moment)s. Open "
                "that request to see how it stands, or choose another service.",
                **facts,
            )
        )
    return str(
        _(
            "Another place has been asked for this need already: %(place)s, signed by %(who)s on %(moment)s. Open that "
            "request and cancel it first, or choose that the patient goes or calls.",
            **facts,
        )
    )
