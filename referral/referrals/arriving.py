"""Arriving by the link in an e-mail: a page with one button, the exchange of the token for a cookie, a fresh link.

Mail scanners, previews and histories open and keep addresses. So a GET tells only who asks, changes nothing, reads no
patient's row and sets no cookie; the token travels once more, in the body of a POST, and from then on stands nowhere.
"""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.link_pages import refuse_other_sites as refuse_other_sites
from referral.accounts.link_pages import tell_no_referrer as tell_no_referrer
from referral.accounts.link_sessions import find_link_session, link_secret_of, open_link_session, set_link_cookie
from referral.accounts.links import DeadLink, ExpiredLink, known_link, open_link
from referral.accounts.models import LinkPurpose, Member
from referral.audit.models import AuditKind
from referral.kit.errors import Gone
from referral.kit.forms import Form
from referral.kit.policy import public
from referral.kit.scope import Scope, ScopedSession, ScopeKind
from referral.kit.transaction import current_settings, request_session, rescope
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.proving import mail_fresh_link, record_step
from referral.referrals.queries import referral_by_id

blueprint = Blueprint("arriving", __name__, template_folder="templates")

PURPOSE = LinkPurpose.REFERRAL_ANSWER

#: The page after asking for a fresh link is named by this.
FRESH = "fresh"

#: Last parts of addresses that forms are sent to: reloaded, they lead back to the request.
STEPS = frozenset(
    {
        *("accept", "decline", "waitlist", "start", "outcome", "details", "appointment", "ask", "room"),
        *("code", "send-code", "leave", FRESH),
    }
)

_TIME_OVER = _l(
    "This link has expired. You can still say whether you could help, or what happened: let us mail you a fresh link. "
    "Once the time to answer is over, your answer is kept as information for the clinic."
)

blueprint.before_request(refuse_other_sites)
blueprint.after_request(tell_no_referrer)


@blueprint.errorhandler(DeadLink)
def dead_link(error: DeadLink, typed: Sequence[tuple[str, str]] = ()) -> ResponseReturnValue:
    """Say why a link of ours opens nothing any more, and offer to mail a fresh one to the address on file.

    `typed`: (label, what was typed) on the page behind it, so that nobody types it twice.
    """
    if isinstance(error, ExpiredLink):
        error.message = _TIME_OVER
    token = (request.view_args or {}).get("token") or request.form.get("token", "")
    form_id = Form(formdata=None).form_id.data
    page = render_template("referrals/dead_link.html", error=error, token=token, form_id=form_id, typed=typed)
    return page, error.status


@blueprint.get("/answer/<token>")
@public("a signed link; says which clinic asks, and nothing of the request. Scanners open it too")
def show(token: str) -> ResponseReturnValue:
    """Say who asks, with one button. Changes nothing."""
    if token in STEPS:
        return redirect(url_for("answering.show"))
    link = open_link(request_session(), token, PURPOSE)
    session = rescope(link_scope(link.subject_id))
    return render_template(
        "referrals/arrive.html",
        token=token,
        clinic=_clinic_name(session, link.subject_id),
        number=short_number(link.subject_id),
    )


@blueprint.post("/answer")
@public("a signed link, in the body; it is exchanged for a cookie")
def exchange() -> ResponseReturnValue:
    """Exchange the token for a cookie that is always new, and lead on to a page without it."""
    link = open_link(request_session(), request.form.get("token", ""), PURPOSE)
    session = rescope(link_scope(link.subject_id))
    secret = open_link_session(session, link, instead_of=link_secret_of(request, current_settings()))
    record_step(session, AuditKind.LINK_OPENED, link.subject_id, subject_id=link.id)
    response = redirect(url_for("answering.show"), 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    set_link_cookie(response, current_settings(), secret)
    return response


@blueprint.post("/answer/fresh")
@public("an old link of ours, or a browser that opened it; mails only to the address on file, and says the same always")
def mail_fresh() -> ResponseReturnValue:
    """Mail a fresh link to the address on file, if there is anything left to answer; say the same words whatever is."""
    referral_id = _asked_by_token() if request.form.get("token") else _asked_by_cookie()
    session = rescope(link_scope(referral_id))
    referral = referral_by_id(session, referral_id)
    if referral is not None:
        mail_fresh_link(session, referral, form_id=Form().filling_id())
    return redirect(url_for("answering.finished", verb=FRESH), 303)


def link_scope(referral_id: UUID) -> Scope:
    """Return the scope of a link: one referral and what hangs on it."""
    return Scope(ScopeKind.LINK, "link", referral_id=referral_id)


def _asked_by_token() -> UUID:
    return known_link(request_session(), request.form["token"], PURPOSE).subject_id


def _asked_by_cookie() -> UUID:
    try:
        return find_link_session(request_session(), link_secret_of(request, current_settings()), PURPOSE).subject_id
    except DeadLink as error:
        return error.link.subject_id


def _clinic_name(session: ScopedSession, referral_id: UUID) -> str:
    """Return who asks, column by column: no row about a patient is loaded."""
    found = select(Member.name).join(Referral, Referral.clinic_id == Member.id).where(Referral.id == referral_id)
    name: str | None = session.scalar(found)
    if name is None:
        raise Gone(_l("Look for a newer e-mail from the clinic, or call the clinic."))
    return name
