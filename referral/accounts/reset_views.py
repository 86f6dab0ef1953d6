"""Pages of a forgotten password: asking for a link, and choosing a new password behind it."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField
from wtforms.validators import DataRequired, InputRequired, Length

from referral.accounts.forms import EmailAddress, SecretField
from referral.accounts.passwords import LONGEST, check_password, hash_password
from referral.accounts.reset import LIVES_FOR, OpenReset, ask_for_reset, open_reset, reset_password
from referral.kit.errors import InvalidInput, Throttled
from referral.kit.forms import Form
from referral.kit.policy import public
from referral.kit.scope import NOBODY
from referral.kit.transaction import database, request_session

blueprint = Blueprint("reset", __name__, template_folder="templates")

_NEEDED = _l("Please fill this in.")


class ForgottenForm(Form):
    """The e-mail address of somebody who forgot their password."""

    email = EmailField(_l("E-mail address"), validators=[DataRequired(_NEEDED), EmailAddress()])


class ResetForm(Form):
    """A new password, and the link that allows it: in the body, so that it stands in no address."""

    token = HiddenField()
    password = SecretField(_l("New password"), validators=[InputRequired(_NEEDED), Length(max=2 * LONGEST)])


@blueprint.after_request
def tell_no_address(response: Response) -> Response:
    """Keep the address, which holds the token, from wherever the page leads."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/forgotten")
@public("whoever forgot their password is nobody yet")
def forgotten() -> ResponseReturnValue:
    """Ask for the e-mail address."""
    return render_template("accounts/forgotten.html", form=ForgottenForm())


@blueprint.post("/forgotten")
@public("whoever forgot their password is nobody yet; the answer tells nothing")
def ask() -> ResponseReturnValue:
    """Take the wish for a link. The answer is the same whether or not anybody has the address."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgotten.html", form=form), 422
    try:
        ask_for_reset(request_session(), form.email.data, address=request.remote_addr or "", form_id=form.filling_id())
    except Throttled as error:
        form.form_errors.append(error.message)
        return render_template("accounts/forgotten.html", form=form), 429
    minutes = int(LIVES_FOR.total_seconds() // 60)
    return render_template("accounts/forgotten.html", form=form, asked=form.email.data, minutes=minutes)


@blueprint.get("/reset/<token>")
@public("whoever holds the link chooses a password; looking changes nothing")
def show(token: str) -> ResponseReturnValue:
    """Ask for a new password."""
    opened = open_reset(request_session(), token)
    return _page(ResetForm(formdata=None, token=token), opened, 200)


@blueprint.post("/reset")
@public("the link is the permission; it works once")
def choose() -> ResponseReturnValue:
    """Store the new password. Nobody is signed in by it: the second factor is asked for at the sign-in page."""
    form = ResetForm()
    token = form.token.data or ""
    with database().reading(NOBODY) as session:
        opened = open_reset(session, token)
    if not form.validate_on_submit():
        return _page(form, opened, 422)
    try:
        check_password(form.password.data, opened.personal)
    except InvalidInput as error:
        form.blame(error)
        return _page(form, opened, 422)
    password_hash = hash_password(form.password.data)  # before the request's transaction begins
    reset_password(request_session(), token, password_hash)
    flash(_("Your password is changed, and you are signed out everywhere. Sign in with the new one."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


def _page(form: ResetForm, opened: OpenReset, status: int) -> ResponseReturnValue:
    return render_template("accounts/reset.html", form=form, email=opened.email), status
