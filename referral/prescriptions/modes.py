"""Which way is chosen beforehand for each need of the page, and which ways its services leave."""

from collections.abc import Sequence

from flask_babel import gettext as _

from referral.prescriptions.forms import LineForm, PrescribeForm
from referral.prescriptions.offers import Offer
from referral.prescriptions.picking import Group
from referral.referrals.states import Mode
from referral.referrals.words import MODES


def usual_mode(offer: Offer, *, today: bool) -> Mode:
    """Return the way that fits most of what is offered: nobody should have to learn it from an error.

    Where any of it is confidential it is the call together, the one way that is open to all.
    Urgent today, it is a call while the patient is there, or the patient goes where nobody answers a phone.
    """
    best = offer.in_group(Group.BEST) or offer.services
    if any(each.hit.confidential for each in offer.services if each.group not in (Group.FOUND, Group.OTHER)):
        return Mode.PHONE_HAND_OVER
    if today and best:
        return Mode.PHONE_HAND_OVER if any(each.hit.phone for each in best) else Mode.SELF_DIRECTED
    asked = any(each.can_be_sent for each in best)
    return Mode.SENT if asked or not best else Mode.SELF_DIRECTED


def settle_modes(form: PrescribeForm, offers: Sequence[Offer], *, today: bool, reviewed: bool = False) -> None:
    """Let each line keep the way that somebody chose; one only chosen beforehand follows the page, and says so.

    What goes on to the review is what stood on the page: nothing is chosen anew there (`reviewed`). For a confidential
    service it is always the call together: nothing else is open to it.
    """
    by_need = {str(offer.need.id): offer for offer in offers}
    for entry in form.lines:
        line: LineForm = entry.form
        offer = by_need.get(line.need_id.data)
        if offer is not None:
            _settle(line, offer, today=today, reviewed=reviewed)


def _settle(line: LineForm, offer: Offer, *, today: bool, reviewed: bool) -> None:
    chosen = offer.service(line.service.data)
    together = chosen is not None and chosen.hit.confidential
    usual = Mode.PHONE_HAND_OVER if together else usual_mode(offer, today=today)
    follows = not reviewed and line.mode_before.data and line.mode.data == line.mode_before.data
    if follows and line.mode.data != usual:
        line.way_words = _(
            "Another way is chosen now, to fit what is shown: %(way)s. Choose again if it does not fit.",
            way=MODES[usual],
        )
    if together or follows:
        line.mode.data = usual
    line.mode_before.data = usual
