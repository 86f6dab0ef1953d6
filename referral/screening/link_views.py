"""Pages behind the link in a text: a button, the birth year, the questions one step at a time, the end.

A GET of the link tells nothing, sets no cookie and changes nothing: scanners and previews open it too. The token is
exchanged for a cookie by a POST. Nothing that says who it is about is shown at any time, and before the birth year not
even the questions. A link that is off (link_texts.is_off) answers everywhere as one that is too old.

All of it speaks the language of the questions. With the secret the browser gets a cookie that names it, until it
closes: thanks, and that a link opens nothing any more, are said when nothing is open.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext, refresh

from referral.accounts.link_pages import refuse_other_sites, tell_no_referrer
from referral.accounts.link_sessions import (
    LinkClosed,
    OpenedLink,
    end_link_session,
    find_link_session,
    link_secret_of,
    open_link_session,
    set_link_cookie,
    touch_link_session,
)
from referral.accounts.links import DeadLink, open_link
from referral.accounts.models import LinkPurpose
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit.errors import Gone
from referral.kit.i18n import LANGUAGES, STAFF_LANGUAGE, current_language, speaking
from referral.kit.patient_language import speak_to_patient
from referral.kit.policy import public
from referral.kit.scope import NOBODY, ScopedSession, job_scope
from referral.kit.transaction import SAFE_METHODS, current_settings, database, request_session, rescope
from referral.screening.forms import YearForm
from referral.screening.link_texts import is_off, try_year
from referral.screening.started import open_screening
from referral.screening.started_models import StartedScreening
from referral.screening.states import ScreeningMode
from referral.screening.turns import Whose, step_page, take_step, turn_of, whose

blueprint = Blueprint("questions", __name__, url_prefix="/questions", template_folder="templates")
blueprint.before_request(refuse_other_sites)
blueprint.after_request(tell_no_referrer)

PURPOSE = LinkPurpose.SCREENING
#: In the audit: who acts, and the product's own look for what the link opens.
LABEL = "screening link"

#: The cookie that names the language, and nothing else.
LANGUAGE_COOKIE = "needsrx_questions_language"

#: Last parts of addresses that forms are sent to: reloaded, they lead back to the questions.
STEPS = frozenset({"year", "answers"})


@dataclass(frozen=True)
class Opened:
    """The screening behind a link, as one request sees it: the session sees this patient's rows and no others."""

    session: ScopedSession
    link: OpenedLink
    started: StartedScreening


@blueprint.before_request
def speak_as_before() -> None:
    """Speak the language of the questions that this browser had open."""
    _speak(request.cookies.get(_language_cookie()))


@blueprint.errorhandler(Gone)
def dead_link(error: Gone) -> ResponseReturnValue:
    """Say that the link opens nothing, whatever the reason, and what to do: in the reader's language and in English."""
    if isinstance(error, DeadLink):
        known = whose(database(), error.subject_id, LABEL)
        _speak(known.language if known else g.language)
    said = {}
    for language in (current_language(), LANGUAGES[STAFF_LANGUAGE]):
        with speaking(language.code):
            said[language] = _dead_words(closed=isinstance(error, LinkClosed))
    return render_template("screening/dead_link.html", said=said), error.status


@blueprint.get("/<token>")
@public("a signed link in a text; one button, nothing about anybody. Scanners open it too")
def arrive(token: str) -> ResponseReturnValue:
    """Show one button. Changes nothing, sets no cookie."""
    if token in STEPS:
        return redirect(url_for(".show"))
    link = open_link(request_session(), token, PURPOSE)
    _whose(link.subject_id, link.id)
    return render_template("screening/arrive.html", token=token)


@blueprint.post("")
@public("a signed link, in the body; it is exchanged for a cookie")
def exchange() -> ResponseReturnValue:
    """Exchange the token for a cookie that is always new, and lead on to a page without it."""
    link = open_link(request_session(), request.form.get("token", ""), PURPOSE)
    known = _whose(link.subject_id, link.id)
    session = rescope(known.scope(LABEL))
    secret = open_link_session(session, link, instead_of=link_secret_of(request, current_settings()))
    record(
        session,
        AuditKind.LINK_OPENED,
        clinic_id=known.clinic_id,
        patient_id=known.patient_id,
        subject_kind="signed_link",
        subject_id=link.id,
    )
    return _see(url_for(".show"), secret)


@blueprint.get("")
@public("a browser that opened a link: the birth year, then one step at a time; every other one learns nothing")
def show() -> ResponseReturnValue:
    """Ask for the birth year, or show the next step. No answer is ever shown. `?at=`: another step."""
    opened = _opened()
    if not opened.link.proven:
        return render_template("screening/year.html", form=YearForm(formdata=None))
    turn = turn_of(opened.session, opened.started, ScreeningMode.LINK)
    step = turn.step(request.args.get("at", type=int)) or turn.steps[-1]
    return step_page(turn, step, endpoint="questions")


@blueprint.post("/year")
@public("a browser that opened a link; the birth year, five tries")
def year() -> ResponseReturnValue:
    """Take the birth year. Five wrong ones end the link, and a person calls."""
    opened, form = _opened(), YearForm()
    if not form.validate():
        return render_template("screening/year.html", form=form), 422
    tried = try_year(opened.session, opened.started, opened.link, form.year.data or "")
    if tried.secret is not None:
        return _see(url_for(".show"), tried.secret)
    if not tried.tries_left:
        return redirect(url_for(".show"), 303)  # it says that the link is dead; a refusal would undo the count
    left = ngettext("%(num)s try is left.", "%(num)s tries are left.", tried.tries_left)
    form.year.errors = [_("This is not the year that the clinic knows. %(left)s", left=left)]
    return render_template("screening/year.html", form=form)  # below 400, so that the try stays counted


@blueprint.post("/answers")
@public("a browser that opened a link and gave the birth year")
def answer() -> ResponseReturnValue:
    """Keep the answers of a step and go on; after the last one the screening is recorded and the link is dead."""
    opened = _opened()
    if not opened.link.proven:
        return redirect(url_for(".show"), 303)
    number = take_step(opened.session, turn_of(opened.session, opened.started, ScreeningMode.LINK))
    if number is not None:
        return redirect(url_for(".show", at=number), 303)
    secret = link_secret_of(request, current_settings())
    if secret is not None:
        end_link_session(opened.session, secret)
    return redirect(url_for(".done"), 303)


@blueprint.get("/done/thank-you")
@public("thanks, and nothing else")
def done() -> ResponseReturnValue:
    """Thank. Nothing about anybody is on it."""
    return render_template("screening/thanks.html")


def _dead_words(*, closed: bool) -> tuple[str, str]:
    """Return the heading and the words of a link that opens nothing, in the language now spoken."""
    if closed:
        why = _(
            "These questions were answered, or left alone for a while. What you answered is kept. Open the link in our "
            "newest message again to go on."
        )
    else:
        why = _(
            "It is too old, was replaced by a newer one, or the birth year was wrong too often. Call the clinic that "
            "wrote to you."
        )
    return _("This link opens nothing now"), why


def _whose(started_id: UUID, link_id: UUID) -> Whose:
    """Return whose screening a living link opens, and speak its language. Raises Gone while it is off or too old."""
    known = whose(database(), started_id, LABEL)
    if known is not None:
        _speak(known.language)
        with database().reading(job_scope(LABEL)) as apart:
            off = is_off(apart, known.patient_id, link_id)
        if not off:
            return known
    raise Gone(_("Ask the clinic for a new link."))


def _opened() -> Opened:
    """Return the screening that this browser has open. Raises Gone (LinkClosed, DeadLink)."""
    with database().reading(NOBODY) as apart:
        link = find_link_session(apart, link_secret_of(request, current_settings()), PURPOSE)
    known = _whose(link.subject_id, link.link_id)
    session = rescope(known.scope(LABEL))
    started = open_screening(session, link.subject_id)
    if started is None or started.ended_at is not None:
        raise LinkClosed(_("These questions are answered already."))
    if link.touch_is_due and request.method not in SAFE_METHODS:
        touch_link_session(session, link.session_id)
    return Opened(session, link, started)


def _speak(language: str | None) -> None:
    g.language = language
    refresh()  # something may have been put into words already, in another one
    speak_to_patient(language)


def _language_cookie() -> str:
    return f"__Host-{LANGUAGE_COOKIE}" if current_settings().secure_cookies else LANGUAGE_COOKIE


def _see(path: str, secret: str) -> Response:
    response = redirect(path, 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    set_link_cookie(response, current_settings(), secret)
    secure = current_settings().secure_cookies
    response.set_cookie(_language_cookie(), g.language or "", secure=secure, httponly=True, samesite="Strict")
    return response
