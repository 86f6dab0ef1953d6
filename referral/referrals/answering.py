"""Pages of the organization's link: what is asked, its answer, the person's details, what happened.

How one link and "it dies with the next move" fit: each move ends the link that caused it and issues the next one. The
next one goes out by e-mail, and the browser that answered is led on to it, so nobody has to wait for the mail.
A GET shows the least and changes nothing: mail scanners open links too.
"""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from referral.accounts.links import open_link, token_for, use_link
from referral.accounts.models import LinkPurpose, SignedLink
from referral.kit.crypto import vault_of
from referral.kit.errors import Gone, InvalidInput, NotFound
from referral.kit.policy import public
from referral.kit.scope import Scope, ScopedSession, ScopeKind
from referral.kit.transaction import request_session, rescope
from referral.referrals import words
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.answers import Verb, apply_answer, asked_of, disclose, forms_for
from referral.referrals.forms import NamedForm
from referral.referrals.models import Referral
from referral.referrals.notices import live_link
from referral.referrals.queries import organization_testimonies, referral_by_id

blueprint = Blueprint("answering", __name__, template_folder="templates")

Forms = dict[Verb, NamedForm]

_FINISHED = {
    Verb.DECLINE: _l("Your answer was recorded. The clinic looks for another place now. There is nothing else to do."),
    Verb.OUTCOME: _l("What happened was recorded. There is nothing else to do."),
}


@blueprint.get("/answer/<token>")
@public("a signed link opens one request for the organization it was mailed to")
def show(token: str) -> ResponseReturnValue:
    """Show what is asked. Changes nothing."""
    session, _link, referral = _opened(token)
    return _page(session, referral, token, forms_for(referral, named=True))


@blueprint.post("/answer/<token>/details")
@public("a signed link; the person's details are shown after acceptance, and written down as disclosed")
def details(token: str) -> ResponseReturnValue:
    """Show what the patient agreed to share, after writing down who looked."""
    session, _link, referral = _opened(token)
    forms = forms_for(referral, named=True)
    form = _form_of(forms, Verb.DETAILS)
    if not form.validate_on_submit() or referral.receiver_id is None:
        return _page(session, referral, token, forms), 422
    shown = disclose(session, referral, channel="link", recipient=str(form.name.data), receiver_id=referral.receiver_id)
    return _page(session, referral, token, forms, shown)


@blueprint.post("/answer/<token>/<any(accept,decline,waitlist,start,outcome):verb>")
@public("a signed link; the answer of the organization that it was mailed to")
def answer(token: str, verb: str) -> ResponseReturnValue:
    """Record the organization's answer and lead on to the next link, or say that all is done."""
    session, link, referral = _opened(token)
    forms = forms_for(referral, named=True)
    chosen = Verb(verb)
    form = _form_of(forms, chosen)
    if not form.validate_on_submit():
        return _page(session, referral, token, forms), 422
    use_link(session, link)  # of two who press at the same moment, one goes on
    try:
        apply_answer(session, referral, chosen, form, Actor(ActorKind.LINK, name=form.name.data))
    except InvalidInput as error:
        form.blame(error)
        return _page(session, referral, token, forms), 422
    if chosen in _FINISHED:
        return redirect(url_for("answering.finished", verb=verb), 303)
    following = live_link(session, referral.id)
    if following is None:
        return redirect(url_for("answering.finished", verb=Verb.OUTCOME), 303)
    return redirect(url_for("answering.show", token=token_for(vault_of(session), following)), 303)


@blueprint.get("/answered/<verb>")
@public("thanks after an answer; shows nothing of anybody")
def finished(verb: str) -> ResponseReturnValue:
    """Say that the answer was recorded."""
    text = next((text for known, text in _FINISHED.items() if known == verb), None)
    if text is None:
        raise NotFound
    return render_template("referrals/answered.html", text=text)


def _opened(token: str) -> tuple[ScopedSession, SignedLink, Referral]:
    """Return the session under the link's scope, the link and its referral. Raises Gone."""
    link = open_link(request_session(), token, LinkPurpose.REFERRAL_ANSWER)
    session = rescope(link_scope(link.subject_id))
    referral = referral_by_id(session, link.subject_id)
    if referral is None:
        raise Gone(_l("Look for a newer e-mail from the clinic, or call the clinic."))
    return session, link, referral


def link_scope(referral_id: UUID) -> Scope:
    """Return the scope of a link: one referral and what hangs on it."""
    return Scope(ScopeKind.LINK, "link", referral_id=referral_id)


def _form_of(forms: Forms, verb: Verb) -> NamedForm:
    if verb not in forms:
        raise Gone(_l("This step is not possible any more. Open the newest e-mail about this request."))
    return forms[verb]


def _page(
    session: ScopedSession, referral: Referral, token: str, forms: Forms, details: list[tuple[str, str]] | None = None
) -> str:
    return render_template(
        "referrals/answer.html",
        referral=referral,
        asked=asked_of(session, referral),
        forms={str(verb): form for verb, form in forms.items()},
        urls={str(verb): _url(token, verb) for verb in forms},
        details=details,
        said=organization_testimonies(session, referral.id),
        words=words,
    )


def _url(token: str, verb: Verb) -> str:
    if verb is Verb.DETAILS:
        return url_for("answering.details", token=token)
    return url_for("answering.answer", token=token, verb=str(verb))
