"""Pages of the device in a patient's hands: one step at a time, the end, and taking it back by code.

Whoever asks for any other page from this browser is led here (accounts/put_aside.py).
"""

from dataclasses import dataclass

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from referral.accounts.put_aside import LABEL, MOST_TRIES, HandedOver, take_back, take_try
from referral.accounts.sessions import clear_cookie, set_cookie
from referral.kit.errors import Conflict, NotFound
from referral.kit.patient_language import speak_to_patient
from referral.kit.policy import public
from referral.kit.scope import Scope, ScopedSession, ScopeKind
from referral.kit.transaction import current_settings, database, rescope
from referral.screening.forms import TakeBackForm
from referral.screening.started import open_screening
from referral.screening.started_models import StartedScreening
from referral.screening.states import ScreeningMode
from referral.screening.turns import step_page, take_step, turn_of, whose

blueprint = Blueprint("tablet", __name__, url_prefix="/tablet", template_folder="templates")


@dataclass(frozen=True)
class Held:
    """The screening on a device, as one request sees it: the session sees this patient's rows and no others."""

    session: ScopedSession
    handed: HandedOver
    started: StartedScreening


@blueprint.before_request
def speak_as_handed() -> None:
    """Speak the language of the questions."""
    if g.get("handed"):
        speak_to_patient(g.handed.language)


@blueprint.get("")
@public("a browser that staff handed to a patient; every other one learns that nothing is open")
def show() -> ResponseReturnValue:
    """Show the next step, or at the end that the device goes back. No answer is ever shown. `?at=`: another step."""
    held = _held()
    if held.started.ended_at is not None:
        return render_template("screening/give_back.html")
    turn = turn_of(held.session, held.started, ScreeningMode.TABLET)
    step = turn.step(request.args.get("at", type=int))
    if step is None:
        step = turn.steps[-1]
    return step_page(turn, step, endpoint="tablet")


@blueprint.post("")
@public("a browser that staff handed to a patient")
def answer() -> ResponseReturnValue:
    """Keep the answers of a step and go on; after the last one the screening is recorded."""
    held = _held()
    if held.started.ended_at is not None:
        return redirect(url_for(".show"), 303)
    number = take_step(held.session, turn_of(held.session, held.started, ScreeningMode.TABLET))
    return redirect(url_for(".show", at=number), 303)


@blueprint.get("/return")
@public("a browser that staff handed to a patient; asks for the code of staff")
def give_back() -> ResponseReturnValue:
    """Ask staff for the code."""
    _handed_to_staff()
    return render_template("screening/take_back.html", form=TakeBackForm(formdata=None))


@blueprint.post("/return")
@public("a browser that staff handed to a patient; the code of staff, five tries")
def take() -> ResponseReturnValue:
    """Take the device back: the sign-in goes on where it was. After five wrong codes it is over."""
    handed, form = _handed_to_staff(), TakeBackForm()
    if not form.validate():
        return render_template("screening/take_back.html", form=form), 422
    tries = take_try(database(), handed, form.code.data or "")
    if tries.over:
        return _signed_out()
    if not tries.right:
        left = MOST_TRIES - tries.used
        words = ngettext(
            "This is not the code. %(num)s try is left.", "This is not the code. %(num)s tries are left.", left
        )
        form.code.errors = [words]
        return render_template("screening/take_back.html", form=form), 422
    return _taken_back(handed)


def _taken_back(handed: HandedOver) -> ResponseReturnValue:
    known = whose(database(), handed.subject_id, LABEL)
    session = rescope(Scope(ScopeKind.LINK, LABEL, clinic_ids=frozenset({handed.member_id})))
    _login_id, secret = take_back(session, handed)
    wanted = url_for("patients.list_patients")
    if known is not None:
        wanted = url_for("started.show", patient_id=known.patient_id, started_id=handed.subject_id)
    response = redirect(wanted, 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    set_cookie(response, current_settings(), secret)
    response.headers["Clear-Site-Data"] = '"cache"'
    form_session.clear()
    return response


def _signed_out() -> ResponseReturnValue:
    """Nobody is signed in here any more; what was answered is kept, and staff go on from their own sign-in."""
    response = redirect(url_for("accounts.sign_in"), 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    clear_cookie(response, current_settings())
    return response


def _handed() -> HandedOver:
    handed: HandedOver | None = g.get("handed")
    if handed is None:
        raise NotFound
    return handed


def _handed_to_staff() -> HandedOver:
    """Return what the device shows, to staff in the language of their own pages."""
    handed = _handed()
    g.patient_language, g.language = None, handed.staff_language
    return handed


def _held() -> Held:
    handed = _handed()
    known = whose(database(), handed.subject_id, LABEL)
    if known is None or known.clinic_id != handed.member_id:
        raise Conflict(_l("These questions are not there any more. Give the device back."))
    session = rescope(known.scope(LABEL))
    started = open_screening(session, handed.subject_id)
    if started is None:
        raise Conflict(_l("These questions are not there any more. Give the device back."))
    return Held(session, handed, started)
