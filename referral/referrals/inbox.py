"""Pages of an organization with an account: its inbox, and the same answers as by link."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict, InvalidInput, Throttled
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.state_machine import IllegalMove
from referral.kit.transaction import request_session
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.answers import BESIDE, Verb, apply_answer, form_of, forms_for, is_late, sent_form
from referral.referrals.asked_back import check_after_appointment
from referral.referrals.assigning import assign as assign_to
from referral.referrals.collisions import last_move, typed_in
from referral.referrals.desk_forms import FindForm, TapForm
from referral.referrals.forms import ORGANIZATION_OUTCOMES, NamedForm
from referral.referrals.inbox_filters import read_filters
from referral.referrals.inbox_pages import Forms, ItemParts, assign_form, item_page, kept_args, list_page
from referral.referrals.inbox_queries import assignments_of, ids_by_number
from referral.referrals.late_models import LateAnswer
from referral.referrals.looking import disclose
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.queries import referral_by_id
from referral.referrals.sent_again import made_before, sending_of
from referral.referrals.states import REFERRAL_MACHINE, Outcome, ReferralEvent, ReferralState, Side, TestimonyChannel
from referral.referrals.steps import expect_version
from referral.referrals.testimonies import GivenTestimony, testify
from referral.referrals.words import LATE_KEPT

blueprint = Blueprint("inbox", __name__, template_folder="templates")

P = ReferralPermission


def _received(session: ScopedSession, referral_id: UUID) -> Referral | None:
    """Return the referral if it was sent to the organization of whoever is signed in."""
    referral = referral_by_id(session, referral_id)
    return referral if referral is not None and referral.receiver_id == current_person().member_id else None


@blueprint.get("/inbox")
@requires(P.INBOX)
def inbox() -> ResponseReturnValue:
    """Show what was sent to the organization, what waits first; view, filters and page stand in the address."""
    return list_page()


@blueprint.post("/inbox/find")
@requires(P.INBOX)
def find() -> ResponseReturnValue:
    """Lead to the request with a number. What was typed never stands in an address: somebody may type a name."""
    form = FindForm()
    if form.validate_on_submit():
        wanted = "".join(letter for letter in form.number.data.upper() if letter.isalnum())
        found = ids_by_number(request_session(), current_person().member_id).get(wanted[-8:], [])
        if len(found) == 1:
            return redirect(url_for("inbox.show", referral_id=found[0]), 303)
        form.blame(
            InvalidInput(_l("You have no request with this number. It stands in the e-mail about it."), "number")
        )
    return list_page(find=form), 422


@blueprint.get("/inbox/<uuid:referral_id>")
@requires(P.INBOX, load=_received)
def show(referral: Referral) -> ResponseReturnValue:
    """Show one request with the answers its state allows."""
    return item_page(referral, forms_for(referral))


@blueprint.post("/inbox/<uuid:referral_id>/details")
@requires(P.INBOX, load=_received)
def details(referral: Referral) -> ResponseReturnValue:
    """Show what the patient agreed to share, after writing down who looked."""
    forms = forms_for(referral)
    _check_possible(referral, forms, Verb.DETAILS)
    person = current_person()
    shown = disclose(
        request_session(), referral, channel="account", recipient=person.name, receiver_id=person.member_id
    )
    return item_page(referral, forms, ItemParts(details=shown))


@blueprint.post("/inbox/<uuid:referral_id>/accept")
@requires(P.ANSWER, load=_received)
def accept(referral: Referral) -> ResponseReturnValue:
    """Accept it."""
    return _answer(referral, Verb.ACCEPT)


@blueprint.post("/inbox/<uuid:referral_id>/decline")
@requires(P.ANSWER, load=_received)
def decline(referral: Referral) -> ResponseReturnValue:
    """Decline it with a reason."""
    return _answer(referral, Verb.DECLINE)


@blueprint.post("/inbox/<uuid:referral_id>/waitlist")
@requires(P.ANSWER, load=_received)
def waitlist(referral: Referral) -> ResponseReturnValue:
    """Put it on the waiting list."""
    return _answer(referral, Verb.WAITLIST)


@blueprint.post("/inbox/<uuid:referral_id>/start")
@requires(P.ANSWER, load=_received)
def start(referral: Referral) -> ResponseReturnValue:
    """Say that the organization has begun."""
    return _answer(referral, Verb.START)


@blueprint.post("/inbox/<uuid:referral_id>/outcome")
@requires(P.TESTIFY, load=_received)
def outcome(referral: Referral) -> ResponseReturnValue:
    """Say what happened."""
    return _answer(referral, Verb.OUTCOME)


@blueprint.post("/inbox/<uuid:referral_id>/appointment")
@requires(P.ANSWER, load=_received)
def appointment(referral: Referral) -> ResponseReturnValue:
    """Give or change the appointment."""
    return _answer(referral, Verb.APPOINTMENT)


@blueprint.post("/inbox/<uuid:referral_id>/ask")
@requires(P.ANSWER, load=_received)
def ask(referral: Referral) -> ResponseReturnValue:
    """Ask the clinic."""
    return _answer(referral, Verb.ASK)


@blueprint.post("/inbox/<uuid:referral_id>/room")
@requires(P.ANSWER, load=_received)
def room(referral: Referral) -> ResponseReturnValue:
    """Say whether the service has room."""
    return _answer(referral, Verb.ROOM)


@blueprint.post("/inbox/<uuid:referral_id>/tap")
@requires(P.TESTIFY, load=_received)
def tap(referral: Referral) -> ResponseReturnValue:
    """Say from the list what happened: received, or why not. Leads back to the list as it was."""
    form, session = TapForm(), request_session()
    sending = sending_of(form, "tap")
    if made_before(session, referral, sending) is None:
        try:
            _testify(session, referral, form, sending)
        except InvalidInput as error:  # two taps leave no room to say that it is right all the same
            flash(error.message, "warning")
            return redirect(url_for("inbox.show", referral_id=referral.id), 303)
    flash(_("What happened was recorded."), "success")
    return redirect(url_for("inbox.inbox", **kept_args(read_filters(request.args))), 303)


@blueprint.post("/inbox/<uuid:referral_id>/assign")
@requires(P.ANSWER, load=_received)
def assign(referral: Referral) -> ResponseReturnValue:
    """Say which colleague looks after it."""
    session = request_session()
    known = assignments_of(session, [referral.id]).get(referral.id)
    form = assign_form(session, known.person_id if known else None, known, typed=True)
    if not form.validate_on_submit():
        return item_page(referral, forms_for(referral), ItemParts(assign=form)), 422
    person_id = UUID(form.person.data) if form.person.data else None
    expected = int(form.assigned_version.data) if (form.assigned_version.data or "").isdecimal() else -1
    try:
        assign_to(session, referral, person_id, by=current_person().person_id, expected_version=expected)
    except Conflict as error:
        form.form_errors.append(error.message)
        return item_page(referral, forms_for(referral), ItemParts(assign=form)), 409
    flash(_("It was recorded who looks after it."), "success")
    return redirect(url_for("inbox.show", referral_id=referral.id), 303)


def _answer(referral: Referral, verb: Verb) -> ResponseReturnValue:
    person = current_person()
    actor = Actor(ActorKind.MEMBERSHIP, person.person_id, person.name, sending_of(sent_form(verb), str(verb)))
    before = made_before(request_session(), referral, actor.sending)
    if before is not None:
        return _recorded(referral, late=isinstance(before, LateAnswer))
    forms, late = forms_for(referral), is_late(referral, verb)
    form = forms.get(verb) or form_of(referral, verb)
    if verb not in forms or (verb not in BESIDE and form.version.data != str(referral.version)):
        return _collided(referral, forms, form), 409
    if not form.validate_on_submit():
        return item_page(referral, forms), 422
    try:
        apply_answer(request_session(), referral, verb, form, actor)
    except (InvalidInput, Throttled) as error:
        form.blame(error if isinstance(error, InvalidInput) else InvalidInput(error.message))
        return item_page(referral, forms), error.status
    return _recorded(referral, late=late)


def _recorded(referral: Referral, *, late: bool) -> ResponseReturnValue:
    flash(LATE_KEPT if late else _("Your answer was recorded."), "success")
    return redirect(url_for("inbox.show", referral_id=referral.id), 303)


def _collided(referral: Referral, forms: Forms, form: NamedForm) -> str:
    """Return the page as the request stands now, with what was typed about how it stood before."""
    form.version.data = str(referral.version)  # what is sent from this page is about what it shows
    moved = last_move(request_session(), referral)
    return item_page(referral, forms, ItemParts(collided=True, typed=typed_in(form), moved=moved))


def _check_possible(referral: Referral, forms: Forms, verb: Verb) -> None:
    if verb not in forms:
        raise IllegalMove(REFERRAL_MACHINE.name, ReferralState(referral.state), ReferralEvent.ACCEPT)


def _testify(session: ScopedSession, referral: Referral, form: TapForm, sending: str) -> None:
    said = form.outcome.data if form.outcome.data in set(ORGANIZATION_OUTCOMES) else Outcome.NOT_RECEIVED
    expect_version(referral, form.version.data)
    if Verb.OUTCOME not in forms_for(referral):
        raise IllegalMove(REFERRAL_MACHINE.name, ReferralState(referral.state), ReferralEvent.COMPLETE)
    check_after_appointment(session, referral, said, keep=False)
    person = current_person()
    given = GivenTestimony(
        side=Side.ORGANIZATION,
        outcome=Outcome(said),
        channel=TestimonyChannel.ACCOUNT,
        reason=form.reason.data or None,
        speaker=person.name,
        taken_by=person.person_id,
        sending=sending,
    )
    testify(session, referral, given)
