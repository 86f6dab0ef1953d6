"""The page of somebody whose colleague answered first: both answers, and theirs kept for the clinic with one press.

Their browser opened the link while it lived, so they are of the organization as much as whoever was faster. What they
say moves nothing: it is a late answer (late_answers.py). Of a request that was taken back nothing is shown or kept.
"""

from dataclasses import dataclass

from flask import request, url_for

from referral.accounts.links import DeadLink
from referral.kit.transaction import database, rescope
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.answers import LATE_VERBS, Verb, form_beside, late_given, sent_form
from referral.referrals.arriving import link_scope
from referral.referrals.collisions import last_move
from referral.referrals.forms import NamedForm
from referral.referrals.late_answers import events_beside, record_late_answer
from referral.referrals.late_models import LateAnswer
from referral.referrals.models import Referral
from referral.referrals.pages import Event
from referral.referrals.queries import referral_by_id
from referral.referrals.sent_again import sending_of
from referral.referrals.states import TAKEN_STATES


@dataclass(frozen=True)
class ColleagueFirst:
    """What was answered, and the form with what the slower one says. `keep`: the name of the button that keeps it.

    `was_taken`: the colleague took the request on; what they said still counts.
    """

    answered: Event
    form: NamedForm
    url: str
    keep: str
    was_taken: bool


def colleague_first(error: DeadLink, verb: Verb | None) -> ColleagueFirst | None:
    """Return what the page behind a link that died shows, where it is known what was said instead.

    `verb`: of the form that was sent. None for a page of another request than the browser has open.
    """
    if verb not in LATE_VERBS or error.session_id is None:
        return None
    form = form_beside(verb)
    if form.about.data != str(error.session_id):
        return None
    with database().reading(link_scope(error.subject_id)) as apart:
        referral = referral_by_id(apart, error.subject_id)
        answered = last_move(apart, referral, reason=True) if referral and events_beside(referral) else None
        taken = referral is not None and referral.state in TAKEN_STATES
    if answered is None:
        return None
    if _asks_to_keep(verb):
        form.validate()
    return ColleagueFirst(answered, form, url_for("answering.answer", verb=str(verb)), _button(verb), taken)


def keep_beside(error: DeadLink, verb: Verb) -> LateAnswer | None:
    """Return what was sent as the late answer it now is, if keeping it was asked for and is possible. Flushes."""
    if verb not in LATE_VERBS or not _asks_to_keep(verb):
        return None
    form = form_beside(verb)
    session = rescope(link_scope(error.subject_id))
    referral = referral_by_id(session, error.subject_id)
    if referral is None or not _may_keep(error, referral, form):
        return None
    actor = Actor(ActorKind.LINK, name=form.name.data, sending=sending_of(sent_form(verb), verb))
    return record_late_answer(session, referral, late_given(verb, form), actor, beside=True)


def _may_keep(error: DeadLink, referral: Referral, form: NamedForm) -> bool:
    ours = error.session_id is not None and form.about.data == str(error.session_id)
    return ours and bool(events_beside(referral)) and form.validate_on_submit()


def _asks_to_keep(verb: Verb) -> bool:
    return bool(request.form.get(_button(verb)))


def _button(verb: Verb) -> str:
    return f"{verb}-keep"
