"""Pages that ask for the second factor at sign-in, and that ask once more who it is before a dangerous step."""

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from referral.accounts.factor_forms import CodeForm, ConfirmForm, KeyProofForm
from referral.accounts.factor_models import ChallengePurpose, FactorKind
from referral.accounts.factors import (
    complete,
    confirm_login,
    has_given_two,
    live_factors,
    note_failure,
    prove,
    standing_of,
)
from referral.accounts.forms import SecretField
from referral.accounts.passwords import DEMO_PASSWORD
from referral.accounts.policies import AccountPermission
from referral.accounts.principal import current_person
from referral.accounts.queries import has_password
from referral.accounts.redirects import own_path
from referral.accounts.security_keys import options_to_prove, prove_key, take_challenge
from referral.accounts.sessions import set_cookie
from referral.accounts.signing_in import SignedIn, confirm_password
from referral.kit.errors import InvalidInput, Throttled
from referral.kit.policy import requires
from referral.kit.settings import settings_of
from referral.kit.transaction import database, request_session, rescope

blueprint = Blueprint("factors", __name__, template_folder="templates")


@blueprint.get("/second-factor")
@requires(AccountPermission.PROVE)
def ask() -> ResponseReturnValue:
    """Ask for the second factor; lead to enrolment whoever has none yet."""
    wanted = own_path(request.args.get("next"))
    signed, session = current_person(), request_session()
    if signed.complete and has_given_two(session, signed):
        return redirect(wanted or "/")
    if not live_factors(session, signed.person_id):
        return redirect(url_for("own_factors.show", next=wanted))
    form = CodeForm(formdata=None)
    form.next.data = wanted
    return _ask_page(form, 200)


@blueprint.post("/second-factor")
@requires(AccountPermission.PROVE)
def answer() -> ResponseReturnValue:
    """Take a code and sign in wholly."""
    form, signed = CodeForm(), current_person()
    if not form.validate_on_submit():
        return _ask_page(form, 422)
    try:
        how = prove(database(), request_session(), signed, form.code.data, address=request.remote_addr or "")
    except InvalidInput as error:
        form.blame(error)
        return _ask_page(form, 422)
    except Throttled as error:
        form.form_errors.append(error.message)
        return _ask_page(form, 429)
    return admitted(complete(request_session(), signed, how), own_path(form.next.data))


@blueprint.post("/second-factor/key")
@requires(AccountPermission.PROVE)
def answer_with_key() -> ResponseReturnValue:
    """Take a security key's answer and sign in wholly, or confirm a dangerous step."""
    form, signed, session = KeyProofForm(), current_person(), request_session()
    wanted = own_path(form.next.data)
    try:
        challenge = take_challenge(database(), signed, ChallengePurpose.PROVE)
        factor = prove_key(session, signed, form.answer.data or "", challenge=challenge)
    except InvalidInput as error:
        session.rollback()  # lets go of the writer's place before the failure is written down apart
        note_failure(signed)
        return _refused(error, wanted)
    if signed.complete:
        confirm_login(session, signed)
        return redirect(wanted or "/", 303)
    return admitted(complete(session, signed, factor.kind), wanted)


@blueprint.post("/second-factor/key-options")
@requires(AccountPermission.PROVE)
def key_options() -> ResponseReturnValue:
    """Return what the browser needs to ask a security key, as JSON."""
    return Response(options_to_prove(request_session(), current_person()), mimetype="application/json")


@blueprint.get("/confirm")
@requires(AccountPermission.PROVE)
def confirm() -> ResponseReturnValue:
    """Ask once more who it is, before a dangerous step."""
    form = ConfirmForm(formdata=None)
    form.next.data = own_path(request.args.get("next"))
    return _confirm_page(form, 200)


@blueprint.post("/confirm")
@requires(AccountPermission.PROVE)
def confirmed() -> ResponseReturnValue:
    """Take the password or a code, and lead back to the step."""
    form, signed, address = ConfirmForm(), current_person(), request.remote_addr or ""
    if not form.validate_on_submit():
        return _confirm_page(form, 422)
    try:
        if form.current_password.data or not form.code.data:
            confirm_password(database(), signed, form.current_password.data or "", address=address)
        else:
            prove(database(), request_session(), signed, form.code.data, address=address)
    except InvalidInput as error:
        form.blame(error)
        return _confirm_page(form, 422)
    except Throttled as error:
        form.form_errors.append(error.message)
        return _confirm_page(form, 429)
    confirm_login(request_session(), signed)
    return redirect(own_path(form.next.data) or "/", 303)


def admitted(signed_in: SignedIn, wanted: str | None) -> Response:
    """Lead a person with both factors on their way, with the new cookie."""
    g.principal = signed_in.principal
    session = rescope(signed_in.principal.scope())
    several = signed_in.principal.membership_count > 1
    response = redirect(wanted or (url_for("accounts.memberships") if several else "/"), 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    set_cookie(response, settings_of(session), signed_in.secret)
    return response


def _ask_page(form: CodeForm, status: int) -> ResponseReturnValue:
    return render_template("accounts/second_factor.html", form=form, **_ways()), status


def _confirm_page(form: ConfirmForm, status: int) -> ResponseReturnValue:
    ways = _ways()
    password: SecretField | None = form.current_password
    if not has_password(request_session(), current_person().person_id):
        password = None
        if form.current_password.errors:  # nothing was typed where there is only a code to type
            form.current_password.errors = []
            form.blame(InvalidInput(_l("Type a code."), "code"))
    if not ways["has_app"] and not ways["has_codes"]:
        form.say_above()
    known = {"password": password, "demo_password": DEMO_PASSWORD}
    return render_template("accounts/confirm.html", form=form, **known, **ways), status


def _refused(error: InvalidInput, wanted: str | None) -> ResponseReturnValue:
    form: CodeForm | ConfirmForm = ConfirmForm(formdata=None) if current_person().complete else CodeForm(formdata=None)
    form.next.data = wanted
    form.form_errors.append(error.message)
    return _confirm_page(form, 422) if isinstance(form, ConfirmForm) else _ask_page(form, 422)


def _ways() -> dict[str, bool]:
    """Return which ways the person has, for the words of a page."""
    standing = standing_of(request_session(), current_person().person_id)
    kinds = {factor.kind for factor in standing.factors}
    return {
        "has_app": FactorKind.APP in kinds,
        "has_key": FactorKind.KEY in kinds,
        "has_codes": standing.codes_left > 0,
    }
