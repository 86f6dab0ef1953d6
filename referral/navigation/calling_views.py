"""Pages of calling: the question and its answer, no answer, the next try, what is planned, somebody's own minutes."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.followups.models import Question
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.paging import page_of
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.kit.zones import zone_of
from referral.navigation import words
from referral.navigation.asking import answer_question, was_written_down
from referral.navigation.attempts import NewAttempt, record_attempt
from referral.navigation.clock_words import until
from referral.navigation.forms import AnswerForm, PlanForm, VersionForm
from referral.navigation.history import week_of
from referral.navigation.models import ContactPlan
from referral.navigation.other_calls import plan_other_calls
from referral.navigation.plans import NewPlan, next_try, plan_contact, take_back_plan, waiting_plans
from referral.navigation.policies import ToDoPermission
from referral.navigation.queries import patient_names, plan_by_id, referrals_of
from referral.navigation.questions import question_of
from referral.navigation.queue import need_words
from referral.navigation.script_words import ANSWERS
from referral.navigation.showing import one_to_do, show_to_do
from referral.navigation.states import ContactChannel, PlannedChannel
from referral.navigation.watching import is_unwatched, watch
from referral.referrals.models import Referral
from referral.referrals.queries import referral_by_id
from referral.todos.models import ToDo

blueprint = Blueprint("calling", __name__, url_prefix="/to-dos", template_folder="templates")

#: How far somebody's own log goes back, in weeks.
WEEKS_BACK = 52


def one_plan(session: ScopedSession, contact_plan_id: UUID) -> ContactPlan | None:
    """Return the plan of the address, if it is of the reader's clinic."""
    plan = plan_by_id(session, contact_plan_id)
    return plan if plan is not None and plan.clinic_id == current_person().member_id else None


def own_referral(session: ScopedSession, referral_id: UUID) -> Referral | None:
    """Return the referral of the address, if it is of the reader's clinic."""
    referral = referral_by_id(session, referral_id)
    return referral if referral is not None and referral.clinic_id == current_person().member_id else None


@blueprint.post("/<uuid:to_do_id>/answer")
@requires(ToDoPermission.RECORD, load=one_to_do)
def answer(to_do: ToDo) -> ResponseReturnValue:
    """Write down what was answered to the question of the to-do: the same digit as by text, with the same effect."""
    form, session = AnswerForm(prefix="answer-"), request_session()
    question = question_of(session, to_do)
    if was_written_down(session, form.filling_id()):  # pressed twice: by now the next question may stand there
        return _answered(to_do, question)
    form.offer([(digit, str(label)) for digit, label in ANSWERS[question.kind].items()] if question else [])
    if question is not None and not form.validate():
        return show_to_do(to_do, answer=form), 422
    try:
        following = answer_question(
            session, to_do, form.given(), by=current_person().person_id, filling_id=form.filling_id()
        )
    except InvalidInput as error:
        form.blame(error)
        return show_to_do(to_do, answer=form), 422
    except Conflict as error:
        form.form_errors.append(error.message)
        return show_to_do(to_do, answer=form), 409
    return _answered(to_do, following)


@blueprint.post("/<uuid:to_do_id>/no-answer")
@requires(ToDoPermission.WORK, load=one_to_do)
def no_answer(to_do: ToDo) -> ResponseReturnValue:
    """Write down a call that nobody answered, and plan the next one at another hour: one click."""
    form, session, reader = VersionForm(), request_session(), current_person()
    if not form.validate():
        return show_to_do(to_do), 422
    missed = NewAttempt(ContactChannel.PHONE, reached=False)
    filling_id = form.filling_id()
    record_attempt(session, to_do, missed, by=reader.person_id, attempt_id=filling_id)
    plan = NewPlan(PlannedChannel.PHONE, next_try(session, to_do, reader))
    try:
        plan_contact(session, to_do, plan, by=reader.person_id, plan_id=filling_id)
    except InvalidInput as error:  # nobody is to be tried again: the attempt stays written down, the to-do is theirs
        flash(error.message, "info")
        return redirect(url_for("navigation.show", to_do_id=to_do.id), 303)
    others = plan_other_calls(session, to_do, plan, by=reader.person_id, filling_id=filling_id)
    flash(_no_answer_words(others), "success")
    return redirect(url_for("navigation.list_to_dos"), 303)


@blueprint.post("/<uuid:to_do_id>/plan")
@requires(ToDoPermission.WORK, load=one_to_do)
def plan(to_do: ToDo) -> ResponseReturnValue:
    """Plan the next try; until then the to-do is out of the list."""
    form, reader = PlanForm(prefix="plan-"), current_person()
    if not form.validate():
        return show_to_do(to_do, plan=form), 422
    try:
        new = form.plan(timezone_name=reader.timezone_name)
        plan_contact(request_session(), to_do, new, by=reader.person_id, plan_id=form.filling_id())
    except InvalidInput as error:
        form.blame(error)
        return show_to_do(to_do, plan=form), 422
    except Conflict as error:
        form.form_errors.append(error.message)
        return show_to_do(to_do, plan=form), 409
    flash(_("The next try is planned. It comes back to the list at its hour."), "success")
    return redirect(url_for("navigation.list_to_dos"), 303)


@blueprint.get("/planned")
@requires(ToDoPermission.LIST)
def planned() -> ResponseReturnValue:
    """Show the contacts that are planned, the next one first."""
    session, reader = request_session(), current_person()
    number = request.args.get("page", 1, type=int)
    page = page_of(session, waiting_plans(reader.member_id), number, order=(ContactPlan.at, ContactPlan.id))
    names = patient_names(session, {row.patient_id for row in page.rows})
    people = names_of(session, {row.owner_person_id for row in page.rows})
    about = {plan_id: need_words(referral.domain) for plan_id, referral in referrals_of(session, page.rows).items()}
    now = clock.now()
    lines = [
        (row, names.get(row.patient_id, ""), people.get(row.owner_person_id), until(row.at, now), about.get(row.id, ""))
        for row in page.rows
    ]
    return render_template("navigation/planned.html", page=page.showing(lines), words=words)


@blueprint.post("/planned/<uuid:contact_plan_id>/now")
@requires(ToDoPermission.WORK, load=one_plan)
def do_now(plan: ContactPlan) -> ResponseReturnValue:
    """Try now what was planned for later: it becomes the reader's to-do."""
    to_do = take_back_plan(request_session(), plan, by=current_person().person_id)
    if to_do is None:
        flash(_("It is in the list already."), "info")
        return redirect(url_for("navigation.list_to_dos"), 303)
    return redirect(url_for("navigation.show", to_do_id=to_do.id, _anchor="call"), 303)


@blueprint.post("/unwatched/<uuid:referral_id>/take-up")
@requires(ToDoPermission.WORK, load=own_referral)
def take_up(referral: Referral) -> ResponseReturnValue:
    """Look after a referral from which nothing leads on: it gets a to-do now, before the worker makes one."""
    session = request_session()
    if is_unwatched(session, referral):
        watch(session, referral, by_hand=True)
        flash(_("It has a to-do now."), "success")
    else:
        flash(_("Somebody looks after it already."), "info")
    return redirect(url_for("navigation.list_to_dos"), 303)


@blueprint.get("/my-week")
@requires(ToDoPermission.LIST)
def my_week() -> ResponseReturnValue:
    """Show the minutes that the reader wrote down in a week, day by day. Nobody sees anybody else's."""
    reader = current_person()
    today = clock.now().astimezone(zone_of(reader.timezone_name)).date()
    back = min(max(request.args.get("back", 0, type=int), 0), WEEKS_BACK)
    monday = today - timedelta(days=today.weekday() + 7 * back)
    days = week_of(request_session(), reader.person_id, monday=monday, timezone_name=reader.timezone_name)
    return render_template(
        "navigation/my_week.html", days=days, back=back, minutes=sum(day.minutes for day in days), most=WEEKS_BACK
    )


def _no_answer_words(others: int) -> str:
    if not others:
        return str(_("No answer: it is written down, and the next call is planned."))
    return str(
        ngettext(
            "No answer: it is written down, and the next call is planned. It counts for the other call to them too.",
            "No answer: it is written down, and the next call is planned. It counts for %(num)s other calls too.",
            others,
        )
    )


def _answered(to_do: ToDo, following: Question | None) -> ResponseReturnValue:
    """Lead on to the question that follows in the same call, or back to the list."""
    if following is not None:
        flash(_("The answer is written down. One more question follows."), "success")
        return redirect(url_for("navigation.show", to_do_id=to_do.id, _anchor="call"), 303)
    flash(_("The answer is written down, as the patient's own words. The to-do is done."), "success")
    return redirect(url_for("navigation.list_to_dos"), 303)
