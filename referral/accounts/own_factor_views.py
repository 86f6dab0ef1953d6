"""Pages of one's own second factors: which there are, adding and removing one, recovery codes."""

from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts import factors, recovery
from referral.accounts.factor_forms import CodeForm, KeyForm, LabelForm
from referral.accounts.factor_models import ChallengePurpose, FactorKind, SecondFactor
from referral.accounts.factor_views import admitted
from referral.accounts.factors import (
    complete,
    confirm_app,
    has_given_two,
    note_added,
    own_factor,
    remove_factor,
    rename_factor,
    standing_of,
)
from referral.accounts.models import Person
from referral.accounts.policies import AccountPermission
from referral.accounts.principal import Signed, current_person
from referral.accounts.redirects import own_path
from referral.accounts.security_keys import add_key, options_to_add, take_challenge
from referral.accounts.totp import app_address, picture, spaced, start_app
from referral.kit.errors import InvalidInput
from referral.kit.policy import SecondFactorNeeded, requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import database, request_session

blueprint = Blueprint("own_factors", __name__, url_prefix="/account/factors", template_folder="templates")

_APP_LABEL = _l("Authenticator app")


def factor_of_ones_own(session: ScopedSession, factor_id: UUID) -> SecondFactor | None:
    """Return one of the person's own factors, or None."""
    return own_factor(session, current_person().person_id, factor_id)


@blueprint.get("/")
@requires(AccountPermission.PROVE)
def show() -> ResponseReturnValue:
    """Show one's own second factors; whoever has none yet sees how to get one."""
    return _shown(_allowed())


@blueprint.post("/app")
@requires(AccountPermission.PROVE, fresh=True)
def begin_app() -> ResponseReturnValue:
    """Make a secret for an authenticator app and lead to its picture."""
    signed = _allowed()
    factor = start_app(request_session(), signed.person_id, str(_APP_LABEL))
    return redirect(url_for(".show_app", factor_id=factor.id), 303)


@blueprint.get("/<uuid:factor_id>/app")
@requires(AccountPermission.PROVE, load=factor_of_ones_own, fresh=True)
def show_app(factor: SecondFactor) -> ResponseReturnValue:
    """Show the secret as a picture and as text, and ask for the first code."""
    _allowed()
    if factor.confirmed_at is not None:
        return redirect(url_for(".show"))
    return _app_page(factor, CodeForm(formdata=None), 200)


@blueprint.post("/<uuid:factor_id>/app")
@requires(AccountPermission.PROVE, load=factor_of_ones_own, fresh=True)
def finish_app(factor: SecondFactor) -> ResponseReturnValue:
    """Make the app count when its first code is right."""
    signed, form = _allowed(), CodeForm()
    if factor.confirmed_at is not None:
        return redirect(url_for(".show"), 303)
    if not form.validate_on_submit():
        return _app_page(factor, form, 422)
    try:
        confirm_app(request_session(), signed, factor, form.code.data)
    except InvalidInput as error:
        form.blame(error)
        return _app_page(factor, form, 422)
    return _added(signed, factor)


@blueprint.get("/key")
@requires(AccountPermission.PROVE, fresh=True)
def show_key() -> ResponseReturnValue:
    """Show how to make a security key known."""
    _allowed()
    return render_template("accounts/add_key.html", form=KeyForm(formdata=None))


@blueprint.post("/key-options")
@requires(AccountPermission.PROVE, fresh=True)
def key_options() -> ResponseReturnValue:
    """Return what the browser needs to make a key known, as JSON."""
    signed, session = _allowed(), request_session()
    email = session.get_one(Person, signed.person_id).email
    return Response(options_to_add(session, signed, email), mimetype="application/json")


@blueprint.post("/key")
@requires(AccountPermission.PROVE, fresh=True)
def finish_key() -> ResponseReturnValue:
    """Make the key count that signed our challenge."""
    form = KeyForm()
    if not form.validate_on_submit():
        return render_template("accounts/add_key.html", form=form), 422
    try:
        challenge = take_challenge(database(), current_person(), ChallengePurpose.ADD)
        signed, session = _allowed(), request_session()
        factor = add_key(session, signed, form.answer.data or "", label=form.label.data, challenge=challenge)
    except InvalidInput as error:
        form.blame(error)
        return render_template("accounts/add_key.html", form=form), 422
    note_added(session, signed, factor)
    return _added(signed, factor)


@blueprint.post("/recovery-codes")
@requires(AccountPermission.PROVE, fresh=True)
def renew_codes() -> ResponseReturnValue:
    """Make ten new recovery codes and show them once; the old ones are dead."""
    signed = _allowed()
    if not signed.complete:
        raise SecondFactorNeeded
    return _codes_page(factors.renew_codes(request_session(), signed))


@blueprint.post("/<uuid:factor_id>/rename")
@requires(AccountPermission.OWN_ACCOUNT, load=factor_of_ones_own)
def rename(factor: SecondFactor) -> ResponseReturnValue:
    """Call a factor something else."""
    form = LabelForm()
    if not form.validate_on_submit():
        return _shown(current_person(), form, factor.id), 422
    rename_factor(request_session(), factor, form.label.data)
    flash(_("The new name is saved."), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/<uuid:factor_id>/remove")
@requires(AccountPermission.OWN_ACCOUNT, load=factor_of_ones_own, fresh=True)
def remove(factor: SecondFactor) -> ResponseReturnValue:
    """Remove a factor; other browsers are signed out."""
    remove_factor(request_session(), current_person(), factor)
    flash(_("It is removed. Other browsers were signed out."), "success")
    return redirect(url_for(".show"), 303)


def _shown(signed: Signed, refused: LabelForm | None = None, factor_id: UUID | None = None) -> str:
    """Return the page of one's own factors; `refused`: a name that cannot be used for the factor of `factor_id`."""
    return render_template(
        "accounts/factors.html",
        standing=standing_of(request_session(), signed.person_id),
        kinds=FactorKind,
        signed=signed,
        wanted=own_path(request.args.get("next")),
        refused=refused,
        refused_id=factor_id,
    )


def _allowed() -> Signed:
    """Return who is signed in. One factor is enough for whoever has no second one yet. Raises SecondFactorNeeded."""
    signed = current_person()
    if not signed.complete and standing_of(request_session(), signed.person_id).factors:
        raise SecondFactorNeeded
    return signed


def _added(signed: Signed, factor: SecondFactor) -> ResponseReturnValue:
    """Show the recovery codes that come with the first factor; this browser's sign-in has both factors now."""
    session, led = request_session(), None
    if not has_given_two(session, signed):
        led = admitted(complete(session, signed, factor.kind), None)
    if recovery.codes_left(session, signed.person_id) == 0:
        response = current_app.make_response(_codes_page(recovery.new_codes(session, signed.person_id), first=True))
    else:
        flash(_("It counts from now on. Other browsers were signed out."), "success")
        response = current_app.make_response(redirect(url_for(".show"), 303))
    for cookie in led.headers.getlist("Set-Cookie") if led is not None else ():
        response.headers.add("Set-Cookie", cookie)
    return response


def _codes_page(codes: list[str], *, first: bool = False) -> str:
    return render_template("accounts/recovery_codes.html", codes=codes, first=first)


def _app_page(factor: SecondFactor, form: CodeForm, status: int) -> ResponseReturnValue:
    email = request_session().get_one(Person, factor.person_id).email
    address = app_address(factor, email)
    return render_template(
        "accounts/add_app.html", form=form, factor=factor, picture=picture(address), secret=spaced(factor.secret or "")
    ), status
