"""Pages of an organization that opened its link: what is asked, its answer, the person after a code, what happened.

The browser holds an opaque cookie; no address holds a token. How one link and "it dies with the next move" fit: each
move ends the link that caused it and issues the next one. The next one goes out by e-mail, and the browser that
answered goes on with it, so nobody has to wait for the mail. A GET shows the least and changes nothing.
"""

import logging

from flask import Blueprint, Response, after_this_request, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError

from referral.accounts.codes import CodeFault, prove
from referral.accounts.link_sessions import (
    OpenedLink,
    clear_link_cookie,
    end_link_session,
    find_link_session,
    go_on_with,
    link_secret_of,
    set_link_cookie,
    touch_link_session,
)
from referral.accounts.links import DeadLink, use_link
from referral.accounts.models import SignedLink
from referral.kit.errors import Conflict, Gone, InvalidInput, NotFound, Throttled
from referral.kit.forms import Form
from referral.kit.policy import public
from referral.kit.scope import NOBODY, ScopedSession
from referral.kit.transaction import current_settings, database, request_session, rescope
from referral.referrals import arriving
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.after_answering import AFTER, ENDING, FINISHED, LATE, LEFT, answered_before, kept_as
from referral.referrals.answer_page import AnswerPage, code_form, page_of
from referral.referrals.answers import Verb, apply_answer, is_late, sent_form
from referral.referrals.colleague_first import colleague_first, keep_beside
from referral.referrals.collisions import typed_in
from referral.referrals.forms import NamedForm
from referral.referrals.looking import check_permitted
from referral.referrals.notices import live_link
from referral.referrals.proving import record_wrong_code, send_code
from referral.referrals.queries import referral_by_id
from referral.referrals.sent_again import sending_of
from referral.referrals.shown_person import forget_person, show_person
from referral.referrals.typed_names import forget_name

log = logging.getLogger(__name__)

blueprint = Blueprint("answering", __name__, template_folder="templates")
blueprint.after_request(arriving.tell_no_referrer)

_WRONG = {
    CodeFault.WRONG: _l("This is not the code. Look at the newest e-mail: an older code no longer counts."),
    CodeFault.OVER: _l(
        "No code is open: it was used, is older than ten minutes, or was wrong too often. Ask for a new one."
    ),
}


@blueprint.errorhandler(DeadLink)
def dead_link(error: DeadLink) -> ResponseReturnValue:
    """Say why the link behind this browser's page died, offer to mail a fresh one, and show what was typed in vain."""
    named = (request.view_args or {}).get("verb")
    verb = Verb(named) if request.method == "POST" and named in set(Verb) else None
    before = answered_before(verb) if verb else None  # the same form was sent twice at this very moment
    if before is not None:
        return before
    faster = colleague_first(error, verb)
    if faster is not None:
        return render_template("referrals/colleague_first.html", error=error, faster=faster), error.status
    return arriving.dead_link(error, typed_in(sent_form(verb)) if verb else [])


@blueprint.get("/answer")
@public("a browser that opened a signed link: shows the request, and not the person")
def show() -> ResponseReturnValue:
    """Show what is asked. Changes nothing."""
    return _entered(_opened()).render()


@blueprint.post("/answer/<any(accept,decline,waitlist,start,outcome):verb>")
@public("a browser that opened a signed link; the answer of the organization that it was mailed to")
def answer(verb: str) -> ResponseReturnValue:
    """Record the organization's answer and go on with the next link, or say that all is done."""
    chosen = Verb(verb)
    before = answered_before(chosen)
    if before is not None:
        return before
    try:
        opened = _opened()
    except DeadLink as error:
        kept = keep_beside(error, chosen)
        if kept is None:
            raise
        return _leave(kept_as(kept.state))
    page = _entered(opened)
    form, late = page.form_of(chosen), is_late(page.referral, chosen)
    _check_about(form, opened)
    if not form.validate_on_submit():
        return page.render(), 422
    session = request_session()
    _use_up(session, opened)
    try:
        apply_answer(session, page.referral, chosen, form, _speaker(form, chosen))
    except InvalidInput as error:
        form.blame(error)
        return page.render(), 422
    following = None if late or chosen in ENDING else live_link(session, page.referral.id)
    if following is None:  # the end, or an answer that came late and moved nothing
        return _leave(LATE if late or chosen not in ENDING else chosen)
    go_on_with(session, opened.session_id, following)
    return redirect(url_for("answering.show"), 303)


@blueprint.post("/answer/<any(appointment,ask,room):verb>")
@public("a browser that opened a signed link; what its organization says beside the answer. It moves nothing")
def say(verb: str) -> ResponseReturnValue:
    """Record an appointment, a question to the clinic, or a word about room; the link stays good."""
    opened = _opened()
    page, chosen = _entered(opened), Verb(verb)
    form = page.form_of(chosen)
    _check_about(form, opened)
    if not form.validate_on_submit():
        return page.render(), 422
    try:
        apply_answer(request_session(), page.referral, chosen, form, _speaker(form, chosen))
    except (InvalidInput, Throttled) as error:
        form.blame(error if isinstance(error, InvalidInput) else InvalidInput(error.message))
        return page.render(), error.status
    return redirect(url_for("answering.show", said=verb, _anchor="said"), 303)


@blueprint.post("/answer/send-code")
@public("a browser that opened a signed link; mails a code to an address on file, and nowhere else")
def ask_for_code() -> ResponseReturnValue:
    """Mail a code to the address on file."""
    opened = _opened()
    page = _entered(opened)
    page.form_of(Verb.DETAILS)
    check_permitted(request_session(), page.referral)
    _check_about(page.send, opened)
    if not page.send.validate_on_submit():
        return page.render(), 422
    try:
        send_code(request_session(), page.referral, opened, page.chosen_address(), form_id=page.send.filling_id())
    except (InvalidInput, Throttled) as error:
        page.send.form_errors.append(error.message)
        return page.render(), error.status
    return redirect(url_for("answering.show", _anchor="person"), 303)


@blueprint.post("/answer/code")
@public("a browser that opened a signed link, and the code; the person is shown and written down as disclosed")
def check_code() -> ResponseReturnValue:
    """Show what the patient agreed to share to whoever types the code, after writing down who looked."""
    opened = _opened()
    form = code_form(opened)
    _check_about(form, opened)
    fault = _prove(opened, form.code.data) if form.validate_on_submit() else None
    page = _entered(opened if fault or form.errors else _opened(g.link_secret))
    if fault is not None:
        form.blame(InvalidInput(_WRONG[fault], "code"))
    if form.errors:
        page.code = form
        if page.sent_to is None:  # no code is awaited any more, so there is no field for one
            form.say_above()
        return page.render(), 422
    page.form_of(Verb.DETAILS)
    return _show_person(page, str(form.name.data))


@blueprint.post("/answer/details")
@public("a browser that gave the code a while ago; the person is shown again and written down as disclosed")
def details() -> ResponseReturnValue:
    """Show what the patient agreed to share once more, after writing down who looked."""
    opened = _opened()
    page = _entered(opened)
    form = page.form_of(Verb.DETAILS)
    _check_about(form, opened)
    if not opened.proven:
        return page.render(), 403
    if not form.validate_on_submit():
        return page.render(), 422
    return _show_person(page, str(form.name.data))


@blueprint.post("/answer/leave")
@public("ends the browser's link session; leaving twice does no harm")
def leave() -> ResponseReturnValue:
    """Close the request in this browser: the cookie is dead on the server."""
    return _leave(LEFT)


@blueprint.get("/answered/<verb>")
@public("thanks after an answer; shows nothing of anybody")
def finished(verb: str) -> ResponseReturnValue:
    """Say that the answer was recorded."""
    if verb == arriving.FRESH:
        return render_template("referrals/fresh_link.html")
    text = next((text for known, text in FINISHED.items() if known == verb), None)
    if text is None:
        raise NotFound
    return render_template("referrals/answered.html", text=text, after=AFTER.get(verb))


def _opened(secret: str | None = None) -> OpenedLink:
    """Return what this browser has open; `secret`: the one it is being given. Raises LinkClosed, DeadLink.

    Looked up apart: steps that must stay counted whatever the page comes to, such as a wrong code, come before it.
    """
    with database().reading(NOBODY) as apart:
        opened = find_link_session(apart, secret or link_secret_of(request, current_settings()), arriving.PURPOSE)
    if opened.touch_is_due:
        try:
            with database().writing(NOBODY) as apart:
                touch_link_session(apart, opened.session_id)
        except OperationalError as error:  # a busy database delays the note, never the page
            log.warning("link session not touched", extra={"error": type(error).__name__})
    return opened


def _entered(opened: OpenedLink) -> AnswerPage:
    """Return the page of the request, the session now under the link's scope. Raises Gone."""
    session = rescope(arriving.link_scope(opened.subject_id))
    referral = referral_by_id(session, opened.subject_id)
    if referral is None:
        raise Gone(_l("Look for a newer e-mail from the clinic, or call the clinic."))
    return page_of(session, opened, referral)


def _speaker(form: NamedForm, verb: Verb) -> Actor:
    return Actor(ActorKind.LINK, name=form.name.data, sending=sending_of(sent_form(verb), verb))


def _use_up(session: ScopedSession, opened: OpenedLink) -> None:
    """Use up the link: of two who press at the same moment, one goes on. Raises DeadLink for the other."""
    try:
        use_link(session, session.get_one(SignedLink, opened.link_id))
    except DeadLink as error:
        error.session_id = opened.session_id
        raise


def _check_about(form: Form, opened: OpenedLink) -> None:
    """Raise Conflict when the form stands on a page of another request than the browser has open now."""
    if form.about.data != str(opened.session_id):
        raise Conflict(
            _l(
                "Another request was opened in this browser since, and nothing was sent. Open the link in the e-mail "
                "about this request again."
            )
        )


def _prove(opened: OpenedLink, typed: str) -> CodeFault | None:
    """Count the try, and give the browser its new secret if it was the code; else return why not.

    In a transaction of its own, before the page's: a wrong try stays counted although the page is refused.
    """
    with database().writing(arriving.link_scope(opened.subject_id)) as apart:
        proof = prove(apart, opened.session_id, typed)
        if proof.secret is None:
            record_wrong_code(apart, opened)
            return proof.fault
    g.link_secret = proof.secret
    after_this_request(_give_new_secret)
    return None


def _give_new_secret(response: Response) -> Response:
    set_link_cookie(response, current_settings(), g.link_secret)
    return response


def _show_person(page: AnswerPage, name: str) -> ResponseReturnValue:
    receiver_id = page.referral.receiver_id
    if receiver_id is None:
        raise Gone(_l("Look for a newer e-mail from the clinic, or call the clinic."))
    show_person(page.session, page.referral, page.opened, name=name, receiver_id=receiver_id)
    return redirect(url_for("answering.show", _anchor="person"), 303)


def _leave(verb: str) -> Response:
    """End the browser's link session, and say what was done."""
    secret = link_secret_of(request, current_settings())
    if secret is not None:
        end_link_session(request_session(), secret)
    forget_name()
    forget_person()
    response = redirect(url_for("answering.finished", verb=verb), 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    clear_link_cookie(response, current_settings())
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
