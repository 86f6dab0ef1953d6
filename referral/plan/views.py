"""The patient's own page, once it is open in a browser: what it shows, each of its buttons, the copy to keep."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.link_sessions import clear_link_cookie, end_link_session, link_secret_of
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.i18n import current_language, language_name
from referral.kit.policy import public
from referral.kit.transaction import current_settings, request_session
from referral.kit.zones import zone_of
from referral.patients.understood import read_by
from referral.plan import actions
from referral.plan.door import enter_by
from referral.plan.entering import OpenPlan, PlanClosed, entered, speak_as_before, speak_their_language
from referral.plan.forms import AboutForm, LanguageForm, PlaceForm, RateForm, WordForm
from referral.plan.headers import keep_quiet
from referral.plan.keys import choose_word as keep_word
from referral.plan.page import PlanPage, page_of
from referral.plan.sharing import Shared
from referral.plan.standing import moved_to, why_off

blueprint = Blueprint("plan", __name__, url_prefix="/p", template_folder="templates")
blueprint.after_request(keep_quiet)

#: The name under which the copy is kept: it tells nobody whose it is, or of what.
FILE_NAME = "next-steps.html"

#: The page closed because sharing was stopped, and nothing else runs here.
SHARING_STOPPED = "stopped"

_OPENED = "a browser that opened a patient's own page"


@blueprint.errorhandler(PlanClosed)
def closed_page(error: PlanClosed) -> ResponseReturnValue:
    """Say the one thing that is said of a page that does not open."""
    speak_as_before()
    return render_template("plan/not_open.html", error=error), error.status


@blueprint.get("/")
@public(_OPENED)
def show() -> ResponseReturnValue:
    """Show the page. Changes nothing."""
    return _shown(entered())


@blueprint.get("/file")
@public(f"{_OPENED}: a copy to keep, of what the page shows")
def keep() -> ResponseReturnValue:
    """Give the page as one file that needs nothing else: no scripts, no addresses of ours."""
    plan = entered()
    response = Response(render_template("plan/file.html", **_facts(plan, page_of(plan))))
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


@blueprint.post("/call")
@public(f"{_OPENED}: asks for a call")
def call() -> ResponseReturnValue:
    """Let somebody call the patient."""
    plan, form = entered(), AboutForm()
    form.validate()
    actions.ask_for_call(plan, form_id=form.filling_id())
    return _back(_("We will call you."))


@blueprint.get("/sure")
@public(f"{_OPENED}: the question before sharing or texts are stopped; changes nothing")
def sure() -> ResponseReturnValue:
    """Ask once: about an organization that the page names, else about texts. What is stopped already is not asked."""
    plan, about = entered(), request.args.get("about")
    if about is None:
        words = _("No text comes any more, from anybody who uses this service. We call you instead.")
        asked = {"heading": _("Stop all texts?"), "words": words, "button": _("Yes, stop all texts")}
        on = actions.texts_are_on(plan.session, plan.patient.id)
        return _sure(url_for("plan.stop_texts"), **asked) if on else redirect(url_for("plan.show"))
    known = (each for each in page_of(plan).shared if each.key_for(plan.patient.id) == about and not each.stopped)
    shared = next(known, None)
    if shared is None:
        return redirect(url_for("plan.show"))
    heading = _("Stop sharing with %(organization)s?", organization=shared.organization)
    asked = {"heading": heading, "words": _what_stopping_means(shared), "button": _("Yes, stop sharing")}
    return _sure(url_for("plan.stop_sharing"), about=str(shared.organization_id), **asked)


@blueprint.post("/stop-sharing")
@public(f"{_OPENED}: takes back the permission to share with one organization, after asking once")
def stop_sharing() -> ResponseReturnValue:
    """Ask once whether sharing with an organization shall stop; then stop it."""
    plan, form = entered(), AboutForm()
    form.validate()
    page = page_of(plan)
    shared = next((each for each in page.shared if each.organization_id == form.about_id() and not each.stopped), None)
    if shared is None:
        return _back(_("Nothing is shared with them any more."))
    words = _what_stopping_means(shared)
    if form.sure.data != "yes":
        return redirect(url_for("plan.sure", about=shared.key_for(plan.patient.id)), 303)
    actions.stop_sharing(plan, shared.organization_id, words=words, language=current_language().code)
    if why_off(plan.session, plan.patient) is not None:  # of a patient who moved, it was the last request
        return _closed(said=SHARING_STOPPED)
    return _back(_("Sharing has stopped. We told them to delete what they know about you."))


@blueprint.post("/stop-texts")
@public(f"{_OPENED}: stops every text, after asking once")
def stop_texts() -> ResponseReturnValue:
    """Ask once whether texts shall stop; then stop them all."""
    plan, form = entered(), AboutForm()
    form.validate()
    if form.sure.data != "yes":
        return redirect(url_for("plan.sure"), 303)
    actions.stop_texts(plan)
    return _back(_("Texts have stopped. We call you instead."))


@blueprint.post("/language")
@public(f"{_OPENED}: changes the language in which the patient is written to")
def choose_language() -> ResponseReturnValue:
    """Write to the patient in another language from now on."""
    plan, form = entered(), LanguageForm()
    if not form.validate():
        return _shown(plan, language_form=form), 422
    actions.choose_language(plan, form.language.data)
    speak_their_language(plan.patient)
    return _back(_("We write to you in this language from now on."))


@blueprint.post("/word")
@public(f"{_OPENED}: sets the word that opens it from now on")
def choose_word() -> ResponseReturnValue:
    """Let a word open the page instead of the year of birth."""
    plan, form = entered(), WordForm()
    valid = form.validate()
    if valid:
        try:
            keep_word(plan.session, plan.patient, form.word.data, by=None)
        except InvalidInput as error:
            form.blame(error)
            valid = False
    if not valid:
        return _shown(plan, word_form=form), 422
    return _back(_("From now on your word opens this page, and your year of birth does not."))


@blueprint.post("/rate")
@public(f"{_OPENED}: what the patient thought of a finished request")
def rate() -> ResponseReturnValue:
    """Keep what the patient thought of it."""
    plan, form = entered(), RateForm()
    valid, about = form.validate(), form.about_id()
    if not valid or about is None:
        return _shown(plan, rate_form=form), 422
    actions.rate(plan, about, int(form.stars.data))
    return _back(_("Thank you. Your answer does not change your care."))


@blueprint.post("/other-place")
@public(f"{_OPENED}: notes which other place the patient wants; nothing is shared by it")
def other_place() -> ResponseReturnValue:
    """Note the patient's choice of another place, or that they do not want it any more."""
    plan, form = entered(), PlaceForm()
    form.validate()
    about = form.about_id()
    if about is None:
        form.blame_the_button()
        return _shown(plan, place_form=form), 422
    if form.back.data == "yes":
        actions.give_up_other_place(plan, about)
        return _back(_("We noted it. We do not ask them."))
    actions.choose_other_place(plan, about)
    return _back(_("We noted it. We will ask you before we tell them anything about you."))


@blueprint.post("/not-so")
@public(f"{_OPENED}: the patient's own word that help did not come, against a request that was closed as done")
def not_so() -> ResponseReturnValue:
    """Write down that help did not come; somebody asks about it."""
    plan, form = entered(), AboutForm()
    form.validate()
    about = form.about_id()
    if about is None:
        form.blame_the_button()
        return _shown(plan, place_form=form), 422
    actions.say_it_is_not_so(plan, about, form_id=form.filling_id())
    return _back(_("We wrote down that help did not come. Somebody from your clinic will ask you about it."))


@blueprint.post("/close")
@public("ends the browser's session of a patient's own page; closing twice does no harm")
def close() -> ResponseReturnValue:
    """Close the page in this browser: the cookie is dead, and nothing of the page stays behind."""
    return _closed()


def _closed(said: str | None = None) -> ResponseReturnValue:
    settings = current_settings()
    secret = link_secret_of(request, settings)
    if secret is not None:
        end_link_session(request_session(), secret)
    speak_as_before()
    response = redirect(url_for("plan.closed", said=said, language=current_language().code), 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    clear_link_cookie(response, settings)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.get("/closed")
@public("thanks after closing; shows nothing of anybody")
def closed() -> ResponseReturnValue:
    """Say that the page is closed, in the language that it had."""
    enter_by(request.args.get("language", ""))
    return render_template("plan/closed.html", sharing_stopped=request.args.get("said") == SHARING_STOPPED)


def _back(words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for("plan.show"), 303)


def _what_stopping_means(shared: Shared) -> str:
    words = _("We tell %(organization)s to delete what they know about you.", organization=shared.organization)
    return f"{words} {_('What you asked them for ends.')}"


def _sure(url: str, *, heading: str, words: str, button: str, about: str = "") -> str:
    return render_template("plan/sure.html", heading=heading, words=words, button=button, about=about, url=url)


def _shown(plan: OpenPlan, **forms: Any) -> str:
    page = page_of(plan)
    rate_form: RateForm | None = forms.get("rate_form")
    if rate_form is not None and rate_form.about_id() not in page.rated_here:
        rate_form.blame_the_button()
    own = plan.patient.written_language
    language_form = LanguageForm(formdata=None, language=own)
    return render_template(
        "plan/show.html",
        **_facts(plan, page),
        language_form=forms.get("language_form") or language_form,
        word_form=forms.get("word_form") or WordForm(formdata=None),
        rate_form=rate_form,
        refused=[form for form in forms.values() if form.errors],
        about_form=AboutForm(formdata=None),
    )


def _facts(plan: OpenPlan, page: PlanPage) -> Mapping[str, Any]:
    """Return what the page and the copy of it say alike."""
    asked = actions.open_call(plan.session, plan.patient.id)
    own = read_by(plan.patient).own
    return {
        "page": page,
        "clinic": plan.clinic,
        "moved_to": moved_to(plan.session, plan.patient),
        "asked_for_call": asked,
        "call_until": asked.due_at if asked else actions.call_until(plan),
        "call_is_late": asked is not None and asked.due_at < clock.now(),
        "texts_are_on": actions.texts_are_on(plan.session, plan.patient.id),
        "no_page_in": language_name(own.code) if own is not None else None,
        "language": current_language(),
        "written_on": clock.now().astimezone(zone_of(plan.clinic.timezone_name)).date(),
    }
