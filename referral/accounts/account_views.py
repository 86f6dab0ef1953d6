"""The page of one's own account: password, and the browsers in which one is signed in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from referral.accounts.forms import PasswordForm
from referral.accounts.models import LoginSession
from referral.accounts.passwords import check_password, hash_password
from referral.accounts.policies import AccountPermission
from referral.accounts.principal import current_person
from referral.accounts.sessions import live_logins
from referral.accounts.signing_in import change_password, confirm_password, end_own_sign_ins, own_words
from referral.kit.errors import InvalidInput, Throttled
from referral.kit.policy import requires
from referral.kit.scope import NOBODY, ScopedSession
from referral.kit.transaction import database, request_session

blueprint = Blueprint("account", __name__, template_folder="templates")


def own_login(session: ScopedSession, login_session_id: object) -> LoginSession | None:
    """Return one of the person's own sign-ins, or None."""
    return session.scalar(
        select(LoginSession).where(
            LoginSession.id == login_session_id, LoginSession.person_id == current_person().person_id
        )
    )


@blueprint.get("/account")
@requires(AccountPermission.OWN_ACCOUNT)
def show() -> ResponseReturnValue:
    """Show one's own account."""
    return _page(PasswordForm(), 200)


@blueprint.post("/account/password")
@requires(AccountPermission.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    """Change the password; other browsers are signed out."""
    form, signed = PasswordForm(), current_person()
    if not form.validate_on_submit():
        return _page(form, 422)
    with database().reading(NOBODY) as session:
        personal = own_words(session, signed)
    try:
        confirm_password(database(), signed, form.current_password.data, address=request.remote_addr or "")
        check_password(form.password.data, personal)
    except InvalidInput as error:
        form.blame(error)
        return _page(form, 422)
    except Throttled as error:
        form.form_errors.append(error.message)
        return _page(form, 429)
    password_hash = hash_password(form.password.data)  # before the request's transaction begins
    change_password(request_session(), signed, password_hash)
    flash(_("Your password is changed. Other browsers were signed out."), "success")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/account/sign-ins/<uuid:login_session_id>/end")
@requires(AccountPermission.OWN_ACCOUNT, load=own_login)
def end_one(login: LoginSession) -> ResponseReturnValue:
    """Sign one of one's own browsers out."""
    end_own_sign_ins(request_session(), current_person(), only=login.id)
    flash(_("That browser is signed out."), "success")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/account/sign-ins/end-others")
@requires(AccountPermission.OWN_ACCOUNT)
def end_others() -> ResponseReturnValue:
    """Sign every other of one's own browsers out."""
    end_own_sign_ins(request_session(), current_person())
    flash(_("All other browsers are signed out."), "success")
    return redirect(url_for("account.show"), 303)


def _page(form: PasswordForm, status: int) -> ResponseReturnValue:
    signed = current_person()
    logins = live_logins(request_session(), signed.person_id)
    page = render_template("accounts/account.html", form=form, logins=logins, own_id=signed.login_session_id)
    return page, status
