"""The clinic's pages of referrals: the list, one referral as a story, its own steps, and what others said by phone."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.referrals import actions, words
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.asked_back import check_after_appointment
from referral.referrals.collisions import Collision, collision_of
from referral.referrals.disclosing import record_told, told_by_phone
from referral.referrals.forms import PhoneAnswerForm, RecallForm, StepForm, TestimonyForm
from referral.referrals.late_answers import GivenLate, late_events, record_late_answer
from referral.referrals.models import Referral
from referral.referrals.pages import filters, referral_page, referral_rows
from referral.referrals.phone_answers import beside_by_phone, check_beside, is_beside, say_beside
from referral.referrals.policies import ReferralPermission
from referral.referrals.queries import count_by_state, referral_by_id, referrals_of_clinic
from referral.referrals.rerouting import look_for_staff
from referral.referrals.sent_again import made_before, sending_of
from referral.referrals.shown_fields import shown_field
from referral.referrals.states import (
    DeclineReason,
    Outcome,
    RecallReason,
    ReferralEvent,
    ReferralState,
    Side,
    TestimonyChannel,
)
from referral.referrals.steps import answers_by_phone
from referral.referrals.testimonies import GivenTestimony, testify

blueprint = Blueprint("referrals", __name__, template_folder="templates")

P = ReferralPermission


@blueprint.get("/referrals")
@requires(P.LIST)
def index() -> ResponseReturnValue:
    """List the clinic's referrals, newest first; the filter stands in the address."""
    session, clinic_id = request_session(), current_person().member_id
    wanted = request.args.get("state")
    state = ReferralState(wanted) if wanted in set(ReferralState) else None
    page = referrals_of_clinic(session, clinic_id, state=state, number=request.args.get("page", 1, type=int))
    return render_template(
        "referrals/list.html",
        page=page,
        rows=referral_rows(session, page.rows),
        filters=filters(count_by_state(session, clinic_id), state),
    )


@blueprint.get("/referrals/<uuid:referral_id>")
@requires(P.VIEW, load=referral_by_id)
def show(referral: Referral) -> ResponseReturnValue:
    """Show one referral: its facts, its story, both sides' words, and what can be done."""
    return referral_page(request_session(), referral, current_person())


@blueprint.post("/referrals/<uuid:referral_id>/undo")
@requires(P.SIGN, load=referral_by_id)
def undo(referral: Referral) -> ResponseReturnValue:
    """Take the signature back before anything leaves."""
    return _step(referral, actions.undo, _l("The signature was taken back. Nothing has left."))


@blueprint.post("/referrals/<uuid:referral_id>/sign")
@requires(P.SIGN, load=referral_by_id)
def sign_again(referral: Referral) -> ResponseReturnValue:
    """Sign a referral whose signature was taken back."""
    return _step(referral, _sign, _l("It was signed again."))


@blueprint.post("/referrals/<uuid:referral_id>/cancel")
@requires(P.SIGN, load=referral_by_id)
def cancel(referral: Referral) -> ResponseReturnValue:
    """Cancel it for the clinic."""
    return _step(referral, actions.cancel, _l("The referral was cancelled."))


@blueprint.post("/referrals/<uuid:referral_id>/withdraw")
@requires(P.PATIENT_SAYS, load=referral_by_id)
def withdraw(referral: Referral) -> ResponseReturnValue:
    """Withdraw it because the patient says so."""
    return _step(referral, actions.withdraw, _l("The referral was withdrawn for the patient."))


@blueprint.post("/referrals/<uuid:referral_id>/mark-error")
@requires(P.SIGN, load=referral_by_id)
def mark_error(referral: Referral) -> ResponseReturnValue:
    """Recall a referral that was sent in error."""
    form, session = RecallForm(), request_session()
    actor = _signed_in(sending_of(form, str(request.endpoint)))
    if made_before(session, referral, actor.sending) is None:
        collision = collision_of(session, referral, form)
        if collision is not None:
            return referral_page(session, referral, current_person(), recall=form, collision=collision), 409
        if not form.validate_on_submit():
            return referral_page(session, referral, current_person(), recall=form), 422
        reason = RecallReason(form.reason.data)
        actions.mark_error(session, referral, actor, reason=reason, note=form.note.data)
    flash(_l("The referral was recalled. The organization's link is dead."), "success")
    return _back(referral)


@blueprint.post("/referrals/<uuid:referral_id>/other-places")
@requires(P.SIGN, load=referral_by_id)
def find_other_places(referral: Referral) -> ResponseReturnValue:
    """Look for other places where none are looked for by themselves; what is found is for staff alone."""
    form = StepForm()
    refusal = _refusal(referral, form, wait=False)  # it moves nothing
    if refusal is not None:
        return refusal
    look_for_staff(request_session(), referral)
    return redirect(url_for("referrals.show", referral_id=referral.id, _anchor="other-places"), 303)


@blueprint.route("/referrals/<uuid:referral_id>/answer", methods=["GET", "POST"])
@requires(P.RECORD, load=referral_by_id)
def record_answer(referral: Referral) -> ResponseReturnValue:
    """Write down what the organization answered by phone or in person."""
    form = PhoneAnswerForm(version=str(referral.version))
    form.answer.choices = [*answers_by_phone(referral), *beside_by_phone(referral)]
    sending = _sending(form)
    if made_before(request_session(), referral, sending) is not None:
        return _written_down(referral, _l("The answer was written down."))
    collision = _collision(referral, form)
    if collision is None and form.validate_on_submit():
        try:
            _apply_phone_answer(request_session(), referral, form, sending)
        except InvalidInput as error:
            form.blame(error)
        else:
            return _written_down(referral, _l("The answer was written down."))
    permitted = told_by_phone(request_session(), referral)
    told = [shown_field(name, value) for name, value in permitted.values.items()] if permitted else []
    return _form_page("referrals/record_answer.html", referral, form, collision, told=told)


@blueprint.route("/referrals/<uuid:referral_id>/testimony", methods=["GET", "POST"])
@requires(P.RECORD, load=referral_by_id)
def record_testimony(referral: Referral) -> ResponseReturnValue:
    """Write down what the patient or the organization says happened."""
    form = TestimonyForm(version=str(referral.version))
    sending = _sending(form)
    if made_before(request_session(), referral, sending) is not None:
        return _written_down(referral, _l("What was said was written down."))
    collision = _collision(referral, form)
    if collision is None and form.validate_on_submit():
        try:
            check_after_appointment(request_session(), referral, form.outcome.data, keep=form.keep_outcome.data)
            testify(request_session(), referral, _given(form, sending))
        except InvalidInput as error:
            form.blame(error)
        else:
            return _written_down(referral, _l("What was said was written down."))
    return _form_page("referrals/record_testimony.html", referral, form, collision)


Verb = Callable[..., object]


def _step(referral: Referral, verb: Verb, done: LazyString) -> ResponseReturnValue:
    form, session = StepForm(), request_session()
    actor = _signed_in(sending_of(form, str(request.endpoint)))
    if made_before(session, referral, actor.sending) is None:
        refusal = _refusal(referral, form)
        if refusal is not None:
            return refusal
        try:
            with session.begin_nested():
                verb(session, referral, actor, note=form.note.data)
        except Conflict as error:  # what stands against it is said beside what was tried
            form.form_errors.append(error.message)
            return referral_page(session, referral, current_person(), step=form), 409
    flash(done, "success")
    return _back(referral)


def _refusal(referral: Referral, form: StepForm, *, wait: bool = True) -> ResponseReturnValue | None:
    """Return the page of a step that is not taken: somebody was faster, or something is typed wrongly."""
    session, person = request_session(), current_person()
    collision = collision_of(session, referral, form, wait=wait)
    if collision is not None:
        return referral_page(session, referral, person, step=form, collision=collision), 409
    return None if form.validate_on_submit() else (referral_page(session, referral, person, step=form), 422)


def _collision(referral: Referral, form: PhoneAnswerForm | TestimonyForm) -> Collision | None:
    """Return what collided with a form that was sent; a page that is only looked at collides with nothing."""
    return collision_of(request_session(), referral, form) if request.method == "POST" else None


def _sending(form: PhoneAnswerForm | TestimonyForm) -> str | None:
    """Return what names the form as it was sent; None for a page that is only looked at."""
    return sending_of(form, str(request.endpoint)) if request.method == "POST" else None


def _signed_in(sending: str) -> Actor:
    person = current_person()
    return Actor(ActorKind.MEMBERSHIP, person.person_id, person.name, sending)


def _sign(session: ScopedSession, referral: Referral, actor: Actor, *, note: str | None = None) -> object:
    return actions.move(session, referral, ReferralEvent.SIGN, actor, note=note)


def _apply_phone_answer(session: ScopedSession, referral: Referral, form: PhoneAnswerForm, sending: str | None) -> None:
    actor = Actor(ActorKind.PHONE, current_person().person_id, form.speaker.data, sending)
    check_beside(session, referral, form)
    if not is_beside(form.answer.data):
        was_asked = referral.state == ReferralState.SENT
        _move_by_phone(session, referral, form, actor)
        if was_asked:
            record_told(session, referral, recipient=form.speaker.data)
    say_beside(session, referral, form, actor)


def _move_by_phone(session: ScopedSession, referral: Referral, form: PhoneAnswerForm, actor: Actor) -> None:
    answer = ReferralEvent(form.answer.data)
    if answer in late_events(referral, by_organization=False):
        record_late_answer(session, referral, _late(form, answer), actor)
    elif answer is ReferralEvent.ACCEPT:
        actions.accept(session, referral, actor, note=form.note.data)
    elif answer is ReferralEvent.DECLINE:
        if not form.reason.data:
            raise InvalidInput(_l("Choose why they decline, so that the next place fits better."), "reason")
        actions.decline(session, referral, actor, reason=DeclineReason(form.reason.data), note=form.note.data)
    elif answer is ReferralEvent.WAITLIST:
        place = {"position": form.position.data, "estimate": form.estimate.data}
        actions.waitlist(session, referral, actor, **place, note=form.note.data)
    else:
        actions.start(session, referral, actor, note=form.note.data)


def _late(form: PhoneAnswerForm, event: ReferralEvent) -> GivenLate:
    reason = DeclineReason(form.reason.data) if event is ReferralEvent.DECLINE and form.reason.data else None
    return GivenLate(event, reason, form.position.data, form.estimate.data, form.note.data)


def _given(form: TestimonyForm, sending: str | None) -> GivenTestimony:
    outcome = Outcome(form.outcome.data)
    return GivenTestimony(
        side=Side(form.side.data),
        outcome=outcome,
        channel=TestimonyChannel(form.channel.data),
        reason=form.reason.data or None,
        units=form.units.data,
        speaker=form.speaker.data,
        taken_by=current_person().person_id,
        interpreter=form.interpreter.data,
        language=form.language.data or None,
        note=form.note.data,
        sending=sending,
    )


def _form_page(
    template: str,
    referral: Referral,
    form: PhoneAnswerForm | TestimonyForm,
    collision: Collision | None,
    **facts: object,
) -> ResponseReturnValue:
    page = render_template(template, referral=referral, form=form, collision=collision, words=words, **facts)
    if collision is not None:
        return page, 409
    return (page, 422) if form.errors else page


def _written_down(referral: Referral, text: LazyString) -> ResponseReturnValue:
    flash(text, "success")
    return _back(referral)


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("referrals.show", referral_id=referral.id), 303)
