"""The clinic's side of the thread: what it writes to the organization about a referral."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.desk_forms import MessageForm
from referral.referrals.models import Referral
from referral.referrals.pages import referral_page
from referral.referrals.policies import ReferralPermission
from referral.referrals.queries import referral_by_id
from referral.referrals.receivers import is_called
from referral.referrals.thread import Written, answer_organization

blueprint = Blueprint("threads", __name__, template_folder="templates")


@blueprint.post("/referrals/<uuid:referral_id>/message")
@requires(ReferralPermission.RECORD, load=referral_by_id)
def write(referral: Referral) -> ResponseReturnValue:
    """Write to the organization; a link to it is mailed, and no word of it stands in the mail."""
    session, person, form = request_session(), current_person(), MessageForm(prefix="message")
    if not form.validate_on_submit():
        return referral_page(session, referral, person, message=form), 422
    actor = Actor(ActorKind.MEMBERSHIP, person.person_id, person.name)
    try:
        answer_organization(session, referral, Written(actor, form.filling_id(), form.words.data))
    except InvalidInput as error:
        form.blame(error)
        return referral_page(session, referral, person, message=form), 422
    except Conflict as error:
        form.form_errors.append(error.message)
        return referral_page(session, referral, person, message=form), 409
    if is_called(session, referral):
        flash(_("Your words are kept here, but no e-mail address of the organization is known: call them."), "warning")
    else:
        text = _("Your words stand on the organization's page, and an e-mail with a link to it is on its way.")
        flash(text, "success")
    return redirect(url_for("referrals.show", referral_id=referral.id, _anchor="thread"), 303)
