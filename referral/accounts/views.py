"""Pages of signing in and out, of choosing a membership, and of taking up an invitation."""

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.forms import KnownAccountForm, NewAccountForm, SignInForm
from referral.accounts.invitations import ShownInvitation, personal_words, shown_invitation, take_up_invitation
from referral.accounts.models import Membership
from referral.accounts.passwords import DEMO_PASSWORD, check_password, hash_password
from referral.accounts.policies import AccountPermission
from referral.accounts.principal import Signed, current_person
from referral.accounts.providers import provider_of_invitation
from referral.accounts.queries import demo_accounts, own_memberships
from referral.accounts.redirects import own_path
from referral.accounts.sessions import clear_cookie, secret_of, set_cookie
from referral.accounts.signing_in import (
    Admitted,
    SignedIn,
    SignInRefused,
    admit,
    set_language,
    sign_in,
    sign_out,
    switch_membership,
)
from referral.kit.errors import InvalidInput, NotFound, Throttled
from referral.kit.i18n import current_language, language_cookie, page_languages
from referral.kit.policy import public, requires
from referral.kit.scope import NOBODY
from referral.kit.transaction import current_settings, database, request_session, rescope

blueprint = Blueprint("accounts", __name__, template_folder="templates")

ONE_YEAR_S = 365 * 24 * 3600


@blueprint.get("/sign-in", endpoint="sign_in")
@public("whoever signs in is nobody yet")
def show_sign_in() -> ResponseReturnValue:
    """Ask for e-mail address and password; in a demo, offer its invented people."""
    wanted = own_path(request.args.get("next"))
    if g.get("principal") is not None and wanted:
        return redirect(wanted)
    form = SignInForm()
    form.next.data = wanted
    return _sign_in_page(form, 200)


@blueprint.post("/sign-in")
@public("whoever signs in is nobody yet")
def enter() -> ResponseReturnValue:
    """Sign in with e-mail address and password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, 422)
    try:
        admitted = admit(database(), form.email.data, form.password.data, address=_address())
        signed_in = sign_in(request_session(), admitted, instead_of=_former())
    except SignInRefused as error:
        form.blame(error)
        return _sign_in_page(form, 422)
    except Throttled as error:
        form.form_errors.append(error.message)
        return _sign_in_page(form, 429)
    return _welcome(signed_in, own_path(form.next.data))


@blueprint.post("/sign-in/demo")
@public("in a demo anybody may be any of its invented people; elsewhere this page does not exist")
def enter_demo() -> ResponseReturnValue:
    """Sign in as one of the demo's people, without a password."""
    session = request_session()
    wanted = request.form.get("membership_id", "")
    account = next((each for each in demo_accounts(session) if str(each.membership_id) == wanted), None)
    if account is None:
        raise NotFound
    membership = session.get_one(Membership, account.membership_id)
    admitted = Admitted(membership.person_id, membership.id, second_factor=True)  # invented people have no phone
    signed_in = sign_in(session, admitted, instead_of=_former())
    return _welcome(signed_in, own_path(request.form.get("next")) or "/")


@blueprint.post("/sign-out")
@public("signing out twice does no harm")
def leave() -> ResponseReturnValue:
    """Sign out: the cookie is dead on the server, and what the browser kept is cleared."""
    if g.get("principal") is not None:
        sign_out(request_session(), current_person())
    form_session.clear()
    flash(_("You are signed out."), "success")
    response = _see(url_for("accounts.sign_in"))
    clear_cookie(response, current_settings())
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.post("/language")
@public("the sign-in page has languages too")
def choose_language() -> ResponseReturnValue:
    """Show pages in another language from now on: in this browser, and for the person."""
    wanted = request.form.get("language", "")
    if wanted not in {language.code for language in page_languages()}:
        raise NotFound
    if g.get("principal") is not None:
        set_language(request_session(), current_person(), wanted)
    response = _see(own_path(request.form.get("next"), signing_in=True) or "/")
    secure = current_settings().secure_cookies
    response.set_cookie(
        language_cookie(), wanted, max_age=ONE_YEAR_S, path="/", secure=secure, httponly=True, samesite="Lax"
    )
    return response


@blueprint.get("/memberships")
@requires(AccountPermission.OWN_ACCOUNT)
def memberships() -> ResponseReturnValue:
    """Offer the person's memberships to choose from."""
    signed = current_person()
    within = signed.member_id if signed.identity_id else None  # whom a member's provider let in stays there
    found = own_memberships(request_session(), signed.person_id, member_id=within)
    return render_template("accounts/memberships.html", choices=found, current=signed.membership_id)


@blueprint.post("/memberships")
@requires(AccountPermission.OWN_ACCOUNT)
def choose_membership() -> ResponseReturnValue:
    """Act under another membership, with a new session id."""
    try:
        wanted = UUID(request.form.get("membership_id", ""))
    except ValueError:
        raise NotFound from None
    return _welcome(switch_membership(request_session(), current_person(), wanted), "/")


@blueprint.get("/invitation/<token>")
@public("whoever holds the link is asked for a password; looking changes nothing")
def invitation(token: str) -> ResponseReturnValue:
    """Show who invites to what, and ask for a password."""
    shown = shown_invitation(request_session(), token)
    form = KnownAccountForm() if shown.known else NewAccountForm(name=shown.name)
    return _invitation_page(shown, form, 200)


@blueprint.post("/invitation/<token>")
@public("the link is the permission; it works once")
def take_up(token: str) -> ResponseReturnValue:
    """Take up the invitation and sign in."""
    with database().reading(NOBODY) as session:
        shown = shown_invitation(session, token)
        personal = personal_words(session, shown.invitation_id)
    form = KnownAccountForm() if shown.known else NewAccountForm()
    if not form.validate_on_submit():
        return _invitation_page(shown, form, 422)
    try:
        if isinstance(form, NewAccountForm):
            check_password(form.password.data, [*personal, form.name.data])
            signed_in = _new_account(token, form)
        else:
            signed_in = _known_account(token, shown, form)
    except InvalidInput as error:
        form.blame(error)
        return _invitation_page(shown, form, 422)
    except Throttled as error:
        form.form_errors.append(error.message)
        return _invitation_page(shown, form, 429)
    flash(_("Welcome to NeedsRx."), "success")
    return _welcome(signed_in, "/")


def _new_account(token: str, form: NewAccountForm) -> SignedIn:
    password_hash = hash_password(form.password.data)  # before the request's transaction begins
    session = request_session()
    language = current_language().code
    membership = take_up_invitation(session, token, name=form.name.data, password_hash=password_hash, language=language)
    return sign_in(session, Admitted(membership.person_id, membership.id), instead_of=_former())


def _known_account(token: str, shown: ShownInvitation, form: KnownAccountForm) -> SignedIn:
    admitted = admit(database(), shown.email, form.password.data, address=_address(), invited=True)
    session = request_session()
    membership = take_up_invitation(
        session, token, name=shown.name, password_hash=None, language=current_language().code
    )
    return sign_in(session, replace(admitted, membership_id=membership.id), instead_of=_former())


def _sign_in_page(form: SignInForm, status: int) -> ResponseReturnValue:
    accounts = demo_accounts(request_session())
    lapsed = g.get("principal") is None and secret_of(request, current_settings()) is not None
    known = {"demo_accounts": accounts, "demo_password": DEMO_PASSWORD, "lapsed": lapsed}
    return render_template("accounts/sign_in.html", form=form, **known), status


def _invitation_page(
    shown: ShownInvitation, form: NewAccountForm | KnownAccountForm, status: int
) -> ResponseReturnValue:
    provider = None if shown.known else provider_of_invitation(request_session(), shown.invitation_id)
    return render_template("accounts/invitation.html", shown=shown, form=form, provider=provider), status


def _welcome(signed_in: SignedIn, wanted: str | None) -> Response:
    """Lead a person who just signed in on their way; several memberships are offered first."""
    g.principal = signed_in.principal
    rescope(signed_in.principal.scope())
    several = signed_in.principal.membership_count > 1
    wanted = wanted or (url_for("accounts.memberships") if several else "/")
    after = wanted if wanted != "/" else None
    response = _see(wanted if signed_in.principal.complete else url_for("factors.ask", next=after))
    set_cookie(response, current_settings(), signed_in.secret)
    return response


def _former() -> UUID | None:
    """Return the sign-in that this browser had before: it ends, so that a planted cookie never becomes somebody."""
    principal: Signed | None = g.get("principal")
    return principal.login_session_id if principal else None


def _see(path: str) -> Response:
    response = redirect(path, 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    return response


def _address() -> str:
    return request.remote_addr or ""
