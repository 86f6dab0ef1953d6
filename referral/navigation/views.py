"""The clinic's to-do pages: who is about to be failed, one to-do, and what was done about it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput, NotFound
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.navigation import words
from referral.navigation.actions import expect_version, record_words_of_patient, take_over
from referral.navigation.attempts import record_attempt
from referral.navigation.forms import AttemptForm, DoneForm, ToldForm, VersionForm
from referral.navigation.links import view_links
from referral.navigation.lost import close_as_lost
from referral.navigation.pages import fresh_forms, sheet_of
from referral.navigation.policies import ToDoPermission
from referral.navigation.queries import count_views, referral_of, to_do_by_id, to_do_page
from referral.navigation.states import ToDoView
from referral.todos.actions import mark_done
from referral.todos.models import ToDo

blueprint = Blueprint("navigation", __name__, url_prefix="/to-dos", template_folder="templates")


def one_to_do(session: ScopedSession, to_do_id: UUID) -> ToDo | None:
    """Return the to-do of the address, if it is of the reader's clinic."""
    to_do = to_do_by_id(session, to_do_id)
    return to_do if to_do is not None and to_do.clinic_id == current_person().member_id else None


@blueprint.get("/")
@requires(ToDoPermission.VIEW)
def list_to_dos() -> ResponseReturnValue:
    """Show who is about to be failed: urgent first, then what is due first."""
    reader, session = current_person(), request_session()
    asked = request.args.get("show")
    view = ToDoView(asked) if asked in set(ToDoView) else ToDoView.ALL
    number = request.args.get("page", 1, type=int)
    return render_template(
        "navigation/list.html",
        page=to_do_page(session, reader.member_id, view, person_id=reader.person_id, number=number),
        views=view_links(view, count_views(session, reader.member_id, person_id=reader.person_id)),
        view=view,
        words=words,
        now=clock.now(),
        reader_id=reader.person_id,
    )


@blueprint.get("/<uuid:to_do_id>")
@requires(ToDoPermission.VIEW, load=one_to_do)
def show(to_do: ToDo) -> ResponseReturnValue:
    """Show one to-do: why, about whom, what was tried, and the forms for what is done next."""
    return _page(to_do)


@blueprint.post("/<uuid:to_do_id>/done")
@requires(ToDoPermission.WORK, load=one_to_do)
def finish(to_do: ToDo) -> ResponseReturnValue:
    """Finish the to-do with what was done. What was typed is kept when it is not enough, or somebody was faster."""
    form = DoneForm(prefix="done-")
    if not form.validate():
        return _page(to_do, done=form), 422
    if to_do.done_at is not None:
        form.form_errors.append(_("Somebody has already done this. Compare what they wrote with your words below."))
        return _page(to_do, done=form), 409
    try:
        expect_version(to_do, form.seen_version())
    except Conflict as error:
        form.form_errors.append(error.message)
        form.version.data = str(to_do.version)
        return _page(to_do, done=form), 409
    mark_done(request_session(), to_do, by=current_person().person_id, outcome=form.outcome.data)
    flash(_("Done. What you did is written down."), "success")
    return redirect(url_for("navigation.list_to_dos"), 303)


@blueprint.post("/<uuid:to_do_id>/attempts")
@requires(ToDoPermission.WORK, load=one_to_do)
def add_attempt(to_do: ToDo) -> ResponseReturnValue:
    """Record an attempt to reach the patient; the to-do stays open."""
    form = AttemptForm(prefix="attempt-")
    if not form.validate():
        return _page(to_do, attempt=form), 422
    try:
        record_attempt(
            request_session(), to_do, form.attempt(), by=current_person().person_id, attempt_id=form.filling_id()
        )
    except InvalidInput as error:
        form.blame(error)
        return _page(to_do, attempt=form), 422
    flash(_("The attempt is written down. The to-do stays open until you finish it."), "success")
    return redirect(url_for("navigation.show", to_do_id=to_do.id), 303)


@blueprint.post("/<uuid:to_do_id>/told")
@requires(ToDoPermission.RECORD, load=one_to_do)
def record_told(to_do: ToDo) -> ResponseReturnValue:
    """Write down what the patient said happened, by phone or in person; it counts as their testimony."""
    form, session = ToldForm(prefix="told-"), request_session()
    referral = referral_of(session, to_do)
    if referral is None:
        raise NotFound
    if not form.validate():
        return _page(to_do, told=form), 422
    if form.referral_version.data != str(referral.version):
        form.form_errors.append(_("The referral has moved on since the page was opened. Look above, then send again."))
        form.referral_version.data = str(referral.version)
        return _page(to_do, told=form), 409
    given = form.given(taken_by=current_person().person_id)
    try:
        record_words_of_patient(session, referral, given, need_status=form.said_of_need())
    except InvalidInput as error:
        form.blame(error)
        return _page(to_do, told=form), 422
    flash(_("What the patient said is written down. The to-do stays open until you finish it."), "success")
    return redirect(url_for("navigation.show", to_do_id=to_do.id), 303)


@blueprint.post("/<uuid:to_do_id>/lost")
@requires(ToDoPermission.RECORD, load=one_to_do)
def lose(to_do: ToDo) -> ResponseReturnValue:
    """Close the referral because the patient could not be reached, once enough was tried."""
    session, reader = request_session(), current_person()
    referral = referral_of(session, to_do)
    if referral is None:
        raise NotFound
    close_as_lost(session, referral, by=reader.person_id, name=reader.name)
    flash(_("The referral is closed: the patient could not be reached. In reports the loop stays open."), "success")
    return redirect(url_for("navigation.show", to_do_id=to_do.id), 303)


@blueprint.post("/<uuid:to_do_id>/take-over")
@requires(ToDoPermission.WORK, load=one_to_do)
def take(to_do: ToDo) -> ResponseReturnValue:
    """Make whoever is signed in the owner of the to-do."""
    form = VersionForm()
    if not form.validate():
        return _page(to_do), 422
    take_over(request_session(), to_do, by=current_person().person_id, version=form.seen_version())
    flash(_("This to-do is yours now."), "success")
    return redirect(url_for("navigation.show", to_do_id=to_do.id), 303)


def _page(
    to_do: ToDo, *, done: DoneForm | None = None, attempt: AttemptForm | None = None, told: ToldForm | None = None
) -> str:
    sheet = sheet_of(request_session(), to_do, current_person())
    forms = fresh_forms(sheet)
    return render_template(
        "navigation/show.html",
        sheet=sheet,
        to_do=to_do,
        done_form=done or forms.done,
        attempt_form=attempt or forms.attempt,
        told_form=told or forms.told,
        sent_form=done or attempt or told,
        words=words,
        now=clock.now(),
    )
