"""Pages of an organization with an account: its inbox, and the same answers as by link."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.kit.errors import InvalidInput
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.kit.transaction import request_session
from referral.patients.states import SharedField
from referral.referrals import words
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.answers import Verb, apply_answer, asked_of, disclose, forms_for
from referral.referrals.disclosing import permitted_of
from referral.referrals.forms import NamedForm
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.queries import (
    WAITING,
    organization_testimonies,
    referral_by_id,
    referrals_for_organization,
)
from referral.referrals.states import REFERRAL_MACHINE, TAKEN_STATES, ReferralEvent, ReferralState
from referral.screening.words import need_label

blueprint = Blueprint("inbox", __name__, template_folder="templates")

Forms = dict[Verb, NamedForm]

_VIEWS = {"waiting": WAITING, "taken": TAKEN_STATES, "all": ()}


def _received(session: ScopedSession, referral_id: UUID) -> Referral | None:
    """Return the referral if it was sent to the organization of whoever is signed in."""
    referral = referral_by_id(session, referral_id)
    return referral if referral is not None and referral.receiver_id == current_person().member_id else None


@blueprint.get("/inbox")
@requires(ReferralPermission.INBOX)
def inbox() -> ResponseReturnValue:
    """Show what was sent to the organization, what waits first."""
    chosen = request.args.get("show", "waiting")
    chosen = chosen if chosen in _VIEWS else "waiting"
    session, member_id = request_session(), current_person().member_id
    page = referrals_for_organization(
        session, member_id, states=_VIEWS[chosen], number=request.args.get("page", 1, type=int)
    )
    permitted = permitted_of(session, page.rows)
    need_shown = {referral_id for referral_id, shown in permitted.items() if SharedField.NEED in shown.values}
    return render_template(
        "referrals/inbox.html",
        page=page,
        chosen=chosen,
        need_shown=need_shown,
        need_label=need_label,
        words=words,
    )


@blueprint.get("/inbox/<uuid:referral_id>")
@requires(ReferralPermission.INBOX, load=_received)
def show(referral: Referral) -> ResponseReturnValue:
    """Show one request with the answers its state allows."""
    return _page(referral, forms_for(referral, named=False))


@blueprint.post("/inbox/<uuid:referral_id>/details")
@requires(ReferralPermission.INBOX, load=_received)
def details(referral: Referral) -> ResponseReturnValue:
    """Show what the patient agreed to share, after writing down who looked."""
    forms = forms_for(referral, named=False)
    _form_of(referral, forms, Verb.DETAILS)
    person = current_person()
    shown = disclose(
        request_session(), referral, channel="account", recipient=person.name, receiver_id=person.member_id
    )
    return _page(referral, forms, shown)


@blueprint.post("/inbox/<uuid:referral_id>/accept")
@requires(ReferralPermission.ANSWER, load=_received)
def accept(referral: Referral) -> ResponseReturnValue:
    """Accept it."""
    return _answer(referral, Verb.ACCEPT)


@blueprint.post("/inbox/<uuid:referral_id>/decline")
@requires(ReferralPermission.ANSWER, load=_received)
def decline(referral: Referral) -> ResponseReturnValue:
    """Decline it with a reason."""
    return _answer(referral, Verb.DECLINE)


@blueprint.post("/inbox/<uuid:referral_id>/waitlist")
@requires(ReferralPermission.ANSWER, load=_received)
def waitlist(referral: Referral) -> ResponseReturnValue:
    """Put it on the waiting list."""
    return _answer(referral, Verb.WAITLIST)


@blueprint.post("/inbox/<uuid:referral_id>/start")
@requires(ReferralPermission.ANSWER, load=_received)
def start(referral: Referral) -> ResponseReturnValue:
    """Say that the organization has begun."""
    return _answer(referral, Verb.START)


@blueprint.post("/inbox/<uuid:referral_id>/outcome")
@requires(ReferralPermission.TESTIFY, load=_received)
def outcome(referral: Referral) -> ResponseReturnValue:
    """Say what happened."""
    return _answer(referral, Verb.OUTCOME)


def _answer(referral: Referral, verb: Verb) -> ResponseReturnValue:
    forms = forms_for(referral, named=False)
    form = _form_of(referral, forms, verb)
    if not form.validate_on_submit():
        return _page(referral, forms), 422
    person = current_person()
    actor = Actor(ActorKind.MEMBERSHIP, person.person_id, person.name)
    try:
        apply_answer(request_session(), referral, verb, form, actor)
    except InvalidInput as error:
        form.blame(error)
        return _page(referral, forms), 422
    flash(_("Your answer was recorded."), "success")
    return redirect(url_for("inbox.show", referral_id=referral.id), 303)


def _form_of(referral: Referral, forms: Forms, verb: Verb) -> NamedForm:
    if verb not in forms:
        raise IllegalMove(REFERRAL_MACHINE.name, ReferralState(referral.state), ReferralEvent.ACCEPT)
    return forms[verb]


def _page(referral: Referral, forms: Forms, details: list[tuple[str, str]] | None = None) -> str:
    session = request_session()
    return render_template(
        "referrals/inbox_item.html",
        referral=referral,
        asked=asked_of(session, referral),
        forms={str(verb): form for verb, form in forms.items()},
        urls={str(verb): url_for(f"inbox.{verb}", referral_id=referral.id) for verb in forms},
        details=details,
        said=organization_testimonies(session, referral.id),
        words=words,
    )
