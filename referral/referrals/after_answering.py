"""Where an answer by link leads, the first time and when it is sent again, since the browser saw no answer of ours.

The first time may have ended the browser's session. The form names it (`about`), and carries an id that nobody else
has; whoever sends both again learns where the first answer led, and nothing of the request.
"""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.accounts.link_sessions import subject_of
from referral.kit.scope import NOBODY
from referral.kit.transaction import database
from referral.referrals.answers import Verb, sent_form
from referral.referrals.arriving import PURPOSE, link_scope
from referral.referrals.late_models import LateAnswer
from referral.referrals.queries import referral_by_id
from referral.referrals.sent_again import Made, made_before, sending_of
from referral.referrals.states import TAKEN_STATES
from referral.referrals.words import BESIDE_KEPT, LATE_KEPT

#: What the page after an answer is named by, beside the verbs that end a request.
LEFT, LATE, BESIDE_COLLEAGUE = "leave", "late", "beside"

#: Verbs after which there is nothing else to do.
ENDING = frozenset({Verb.DECLINE, Verb.OUTCOME})

#: What that page says, and what it says then.
FINISHED: dict[str, LazyString] = {
    Verb.DECLINE: _l("Your answer was recorded. The clinic looks for another place now. There is nothing else to do."),
    Verb.OUTCOME: _l("What happened was recorded. There is nothing else to do."),
    LATE: LATE_KEPT,
    BESIDE_COLLEAGUE: BESIDE_KEPT,
    LEFT: _l("The request is closed in this browser. To go on with it, open the link in our newest e-mail."),
}

AFTER: dict[str, LazyString] = {
    Verb.DECLINE: _l(
        "Was it a mistake, or is there more to say? Open the link in our e-mail again and let us mail you a fresh one. "
        "Somebody at the clinic reads what you say then."
    ),
}


def answered_before(verb: Verb) -> ResponseReturnValue | None:
    """Return where the form of `verb` led when it was sent before; None where this is the first time."""
    made = _made_before(verb)
    if made is None:
        return None
    if isinstance(made, LateAnswer):
        return _finished(kept_as(made.state))
    return _finished(verb) if verb in ENDING else redirect(url_for("answering.show"), 303)


def kept_as(state: str) -> str:
    """Return the page after an answer that moved nothing. `state`: where the request stood then."""
    return BESIDE_COLLEAGUE if state in TAKEN_STATES else LATE


def _made_before(verb: Verb) -> Made | None:
    form = sent_form(verb)
    try:
        session_id = UUID(form.about.data)
    except (TypeError, ValueError):
        return None
    with database().reading(NOBODY) as apart:
        referral_id = subject_of(apart, session_id, PURPOSE)
    if referral_id is None:
        return None
    with database().reading(link_scope(referral_id)) as apart:
        referral = referral_by_id(apart, referral_id)
        return made_before(apart, referral, sending_of(form, verb), wait=False) if referral else None


def _finished(name: str) -> ResponseReturnValue:
    return redirect(url_for("answering.finished", verb=name), 303)
