"""The clinic's to-do pages: who is about to be failed, one to-do, and what was done about it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.kit.errors import Conflict, InvalidInput, NotFound
from referral.kit.i18n import LANGUAGES
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.navigation import words
from referral.navigation.actions import expect_version, has_words, keep_words_too, record_words_of_patient, take_over
from referral.navigation.arriving import arriving_lines, of_view
from referral.navigation.attempts import record_attempt
from referral.navigation.filters import as_arguments, asked_for, asked_view
from referral.navigation.finishing import calls_organization, finish_to_do, outcome_words
from referral.navigation.forms import AttemptForm, DoneForm, ToldForm, VersionForm
from referral.navigation.links import view_links
from referral.navigation.lost import close_as_lost
from referral.navigation.needs_left import is_left
from referral.navigation.policies import ToDoPermission
from referral.navigation.queries import ALL_OF_THEM, count_views, referral_of, to_do_page, to_dos_of_view
from referral.navigation.queue import by_patient, left_lines, one_by_one, queue_lines, unwatched_lines
from referral.navigation.showing import one_to_do, show_to_do
from referral.navigation.states import ToDoView
from referral.navigation.watching import is_unwatched
from referral.referrals.sent_again import made_before
from referral.todos.models import ToDo

blueprint = Blueprint("navigation", __name__, url_prefix="/to-dos", template_folder="templates")


@blueprint.get("/")
@requires(ToDoPermission.LIST)
def list_to_dos() -> ResponseReturnValue:
    """Show who is about to be failed: urgent first, then what is due first; below, what nobody watches."""
    reader, session = current_person(), request_session()
    view = asked_view(request.args)
    asked = asked_for(request.args, view)
    wanted = asked.wanted
    found = to_dos_of_view(session, reader.member_id, view, person_id=reader.person_id, wanted=wanted)
    number = request.args.get("page", 1, type=int)
    page = to_do_page(session, found, number, newest_done_first=view is ToDoView.DONE)
    counts = count_views(session, reader.member_id, person_id=reader.person_id, wanted=wanted)
    offered = arriving_lines(session, reader) if wanted == ALL_OF_THEM else []
    arriving = {each: of_view(offered, each, person_id=reader.person_id) for each in ToDoView}
    counts = {each: number + len(arriving[each]) for each, number in counts.items()}
    lines = queue_lines(page.rows, reader)
    return render_template(
        "navigation/list.html",
        page=page.showing(one_by_one(lines) if view is ToDoView.DONE else by_patient(lines)),
        views=view_links(view, counts, as_arguments(wanted)),
        view=view,
        wanted=wanted,
        asked=asked,
        unwatched=unwatched_lines(session, reader) if view is ToDoView.ALL else [],
        left=left_lines(session, reader) if view is ToDoView.ALL else [],
        arriving=arriving[view],
        words=words,
        languages=LANGUAGES,
        reader_id=reader.person_id,
    )


@blueprint.get("/<uuid:to_do_id>")
@requires(ToDoPermission.VIEW, load=one_to_do)
def show(to_do: ToDo) -> ResponseReturnValue:
    """Show one to-do: why, about whom, what was tried, and the forms for what is done next."""
    return show_to_do(to_do)


@blueprint.post("/<uuid:to_do_id>/done")
@requires(ToDoPermission.WORK, load=one_to_do)
def finish(to_do: ToDo) -> ResponseReturnValue:
    """Finish the to-do with what was done. What was typed is kept when it is not enough, or somebody was faster."""
    form = DoneForm(prefix="done-")
    form.offer_call(to_organization=calls_organization(to_do))
    if not form.validate():
        return show_to_do(to_do, done=form), 422
    if to_do.done_at is not None:
        return _done_by_somebody(to_do, form)
    try:
        expect_version(to_do, form.seen_version())
    except Conflict as error:
        form.form_errors.append(error.message)
        form.version.data = str(to_do.version)
        return show_to_do(to_do, done=form), 409
    session = request_session()
    try:
        finish_to_do(session, to_do, form.finished(), by=current_person().person_id)
    except InvalidInput as error:
        form.blame(error)
        return show_to_do(to_do, done=form), 422
    flash(_("Done. What you did is written down."), "success")
    return _back_to_list(session, to_do)


@blueprint.post("/<uuid:to_do_id>/attempts")
@requires(ToDoPermission.WORK, load=one_to_do)
def add_attempt(to_do: ToDo) -> ResponseReturnValue:
    """Record an attempt to reach the patient; the to-do stays open."""
    form = AttemptForm(prefix="attempt-")
    if not form.validate():
        return show_to_do(to_do, attempt=form), 422
    try:
        record_attempt(
            request_session(), to_do, form.attempt(), by=current_person().person_id, attempt_id=form.filling_id()
        )
    except InvalidInput as error:
        form.blame(error)
        return show_to_do(to_do, attempt=form), 422
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
        return show_to_do(to_do, told=form), 422
    given = form.given(taken_by=current_person().person_id)
    if made_before(session, referral, given.sending) is not None:
        return _told(to_do)
    if form.referral_version.data != str(referral.version):
        form.form_errors.append(_("The referral has moved on since the page was opened. Look above, then send again."))
        form.referral_version.data = str(referral.version)
        return show_to_do(to_do, told=form), 409
    try:
        record_words_of_patient(session, referral, given, need_status=form.said_of_need())
    except InvalidInput as error:
        form.blame(error)
        return show_to_do(to_do, told=form), 422
    return _told(to_do)


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
        return show_to_do(to_do), 422
    take_over(request_session(), to_do, by=current_person().person_id, version=form.seen_version())
    flash(_("This to-do is yours now."), "success")
    return redirect(url_for("navigation.show", to_do_id=to_do.id), 303)


def _told(to_do: ToDo) -> ResponseReturnValue:
    flash(_("What the patient said is written down. The to-do stays open until you finish it."), "success")
    return redirect(url_for("navigation.show", to_do_id=to_do.id), 303)


def _done_by_somebody(to_do: ToDo, form: DoneForm) -> ResponseReturnValue:
    """Show both texts; whoever has seen the first one may keep theirs beside it. Sent twice, it is kept once."""
    reader, said = current_person(), outcome_words(to_do, form.finished())
    if has_words(to_do, said, by=reader.person_id, name=reader.name):
        return _back_to_list(request_session(), to_do)
    if form.seen_version() != to_do.version:
        form.form_errors.append(
            _("Somebody has already done this. Compare what they wrote with your words below, and keep yours too.")
        )
        form.version.data = str(to_do.version)
        return show_to_do(to_do, done=form), 409
    keep_words_too(request_session(), to_do, said, name=reader.name)
    flash(_("Your words stand beside theirs now."), "success")
    return _back_to_list(request_session(), to_do)


def _back_to_list(session: ScopedSession, to_do: ToDo) -> ResponseReturnValue:
    if not _leads_on(session, to_do):
        flash(_("Nothing leads on from here now. Take it up below, or it comes back by itself."), "info")
        return redirect(url_for("navigation.list_to_dos", show=ToDoView.ALL, _anchor="unwatched"), 303)
    return redirect(url_for("navigation.list_to_dos"), 303)


def _leads_on(session: ScopedSession, to_do: ToDo) -> bool:
    """Return False where nobody and nothing looks after what the to-do was about, now that it is done."""
    referral = referral_of(session, to_do)
    need_id = referral.need_id if referral is not None else to_do.subject_id
    if referral is not None and is_unwatched(session, referral):
        return False
    about_need = referral is not None or to_do.subject_kind == "need"
    return not (about_need and is_left(session, need_id))
