"""One answer to several requests from the inbox; the page that follows says what became of each."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.kit.errors import InvalidInput
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.referrals import actions
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.declining import check_rule
from referral.referrals.desk_forms import BulkForm
from referral.referrals.inbox_filters import read_filters
from referral.referrals.inbox_pages import kept_args, list_page
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.sent_again import sending_of
from referral.referrals.several import Chosen, do_each, read_chosen
from referral.referrals.states import DeclineReason

blueprint = Blueprint("several", __name__, template_folder="templates")


@blueprint.post("/inbox/several")
@requires(ReferralPermission.INBOX)
def answer() -> ResponseReturnValue:
    """Accept or decline the ticked requests. Sent twice, the second time changes nothing and says the same."""
    form = BulkForm()
    chosen = read_chosen(form.row.data or [])
    if not _complete(form, chosen):
        return list_page(bulk=form, ticked=form.row.data or []), 422
    person = current_person()
    sending = sending_of(form, "several")
    actor = Actor(ActorKind.MEMBERSHIP, person.person_id, person.name, sending)

    def step(session: ScopedSession, referral: Referral) -> object:
        if form.answer.data == "accept":
            return actions.accept(session, referral, actor, note=form.note.data)
        return actions.decline(session, referral, actor, reason=DeclineReason(form.reason.data), note=form.note.data)

    results = do_each(request_session(), person.member_id, chosen, step, sending=sending)
    return render_template("referrals/several.html", results=results, kept=kept_args(read_filters(request.args)))


def _complete(form: BulkForm, chosen: list[Chosen]) -> bool:
    complete: bool = form.validate_on_submit()
    if not chosen:
        form.blame(InvalidInput(_l("Tick at least one request first.")))
    elif form.answer.data not in ("accept", "decline"):
        form.blame(InvalidInput(_l("Press one of the two buttons: accept, or decline.")))
    elif form.answer.data == "decline" and not form.reason.data:
        form.blame(InvalidInput(_l("Choose why you decline, so that the clinics can find a better place."), "reason"))
    elif form.answer.data == "decline":
        try:
            check_rule(form.reason.data, form.note.data)
        except InvalidInput as error:
            form.blame(error)
    return complete and not form.errors
