"""Pages of single sign-on: to a member's provider and back, and linking one's own identity there."""

import hmac
import logging
from importlib import import_module
from types import ModuleType
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from referral.accounts.identities import ProvenIdentity, identities_of, unlink_identity
from referral.accounts.identity_models import Identity
from referral.accounts.invitations import shown_invitation
from referral.accounts.policies import AccountPermission
from referral.accounts.principal import Signed, current_person
from referral.accounts.providers import (
    ShownProvider,
    provider_by_name,
    provider_name,
    provider_of_invitation,
    provider_of_member,
)
from referral.accounts.redirects import own_path
from referral.accounts.sessions import set_cookie
from referral.accounts.sign_on_states import SignOnFailed, SignOnFailure, SignOnPurpose
from referral.accounts.signing_in import SignedIn
from referral.accounts.single_sign_on import (
    STEP_LIVES_FOR,
    Arrived,
    NewStep,
    TakenStep,
    begin_step,
    link_own_identity,
    sign_on,
    take_step,
    take_up_with_identity,
)
from referral.audit.actions import record_apart
from referral.audit.models import AuditKind
from referral.kit.errors import NotFound
from referral.kit.forms import Form
from referral.kit.i18n import current_language
from referral.kit.limits import SIGN_ONS, use
from referral.kit.outbound import outbound_of
from referral.kit.policy import public, requires
from referral.kit.scope import NOBODY, ScopedSession, job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import current_settings, database, request_session, rescope

log = logging.getLogger(__name__)

blueprint = Blueprint("single_sign_on", __name__, template_folder="templates")


class NameForm(Form):
    """The sign-in name of somebody's clinic or organization."""

    name = StringField(
        _l("Sign-in name of your clinic or organization"),
        description=_l("Your administrator knows it, for example hazel-grove."),
        validators=[DataRequired(_l("Please fill this in.")), Length(max=40)],
    )


@blueprint.after_request
def tell_no_address(response: Response) -> Response:
    """Keep codes and tokens in addresses from wherever a page leads."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/sso")
@public("whoever signs in is nobody yet")
def ask() -> ResponseReturnValue:
    """Ask for the sign-in name; no list of members is shown."""
    return render_template("accounts/sso_ask.html", form=NameForm())


@blueprint.post("/sso")
@public("whoever signs in is nobody yet")
def find() -> ResponseReturnValue:
    """Lead to the page of the name, whether or not there is one."""
    form = NameForm()
    if not form.validate_on_submit():
        return render_template("accounts/sso_ask.html", form=form), 422
    return redirect(url_for("single_sign_on.show", name=provider_name(form.name.data)), 303)


@blueprint.get("/sso/<name>")
@public("whoever signs in is nobody yet")
def show(name: str) -> ResponseReturnValue:
    """Offer to go to the provider of this name."""
    return render_template("accounts/sso_show.html", provider=_named(name), wanted=own_path(request.args.get("next")))


@blueprint.post("/sso/<name>")
@public("whoever signs in is nobody yet")
def begin(name: str) -> ResponseReturnValue:
    """Send the browser to the provider."""
    wanted = own_path(request.form.get("next"))
    return _sent_away(_named(name), NewStep(SignOnPurpose.SIGN_IN, wanted=wanted))


@blueprint.post("/sso-invitation")
@public("the invitation's link is the permission; it is used up when the browser comes back")
def begin_invitation() -> ResponseReturnValue:
    """Send somebody who is invited, and has no password, to the provider of the member that invites."""
    with database().reading(NOBODY) as session:
        shown = shown_invitation(session, request.form.get("token", ""))
        provider = provider_of_invitation(session, shown.invitation_id)
    if provider is None or shown.known:
        raise NotFound
    return _sent_away(provider, NewStep(SignOnPurpose.INVITATION, invitation_id=shown.invitation_id))


@blueprint.get("/account/sso")
@requires(AccountPermission.OWN_ACCOUNT, fresh=True)
def own() -> ResponseReturnValue:
    """Show one's own identities, and offer to link one of the member acted under."""
    session, signed = request_session(), current_person()
    provider = provider_of_member(session, signed.member_id)
    return render_template("accounts/sso_own.html", linked=identities_of(session, signed.person_id), provider=provider)


@blueprint.post("/account/sso/link")
@requires(AccountPermission.OWN_ACCOUNT, fresh=True)
def begin_link() -> ResponseReturnValue:
    """Send the signed-in person to their member's provider, to link their identity there."""
    signed = current_person()
    with database().reading(NOBODY) as session:
        provider = provider_of_member(session, signed.member_id)
    if provider is None:
        raise NotFound
    return _sent_away(provider, NewStep(SignOnPurpose.LINK, person_id=signed.person_id))


def own_identity(session: ScopedSession, identity_id: UUID) -> Identity | None:
    """Return one of the person's own identities, or None."""
    mine = Identity.person_id == current_person().person_id
    return session.scalar(select(Identity).where(Identity.id == identity_id, mine))


@blueprint.post("/account/sso/<uuid:identity_id>/unlink")
@requires(AccountPermission.OWN_ACCOUNT, load=own_identity, fresh=True)
def unlink(identity: Identity) -> ResponseReturnValue:
    """Forget one of one's own identities."""
    unlink_identity(request_session(), identity)
    flash(_("The account is unlinked; browsers that it signed in are signed out."), "success")
    return redirect(url_for("single_sign_on.own"), 303)


@blueprint.get("/sso-back/<uuid:member_id>")
@public("a browser comes back from a provider; only the one that was sent there holds the cookie that opens this")
def back(member_id: UUID) -> ResponseReturnValue:
    """Take what the provider says, and do what the browser was sent there for."""
    try:
        step = _step(member_id)
        arrived = Arrived(_proven(step.provider), _former(), current_language().code)
        response = _done(step, arrived)
    except SignOnFailed as error:
        log.warning("single sign-on refused", extra={"error": str(error.failure)})
        record_apart(
            database(), NOBODY, AuditKind.SIGN_IN_FAILED, clinic_id=member_id, subject_kind="identity_provider"
        )
        raise
    response.delete_cookie(_cookie(), path="/", secure=current_settings().secure_cookies, httponly=True, samesite="Lax")
    return response


def _sent_away(provider: ShownProvider, new: NewStep) -> ResponseReturnValue:
    """Answer with a page that leads on to the provider: a redirect of a form would be stopped by our own policy."""
    with database().writing(job_scope("limits")) as session:  # apart: no transaction is open while a provider is asked
        use(session, SIGN_ONS, f"address:{request.remote_addr or ''}")
    openid, settings = _openid(), current_settings()
    endpoints = openid.discover(outbound_of(settings), provider.issuer)
    secret = begin_step(request_session(), provider.provider_id, new)
    address = openid.authorization_address(endpoints, _client(provider), openid.step_secrets(secret))
    response = make_response(render_template("accounts/sso_away.html", address=address, provider=provider))
    response.set_cookie(
        _cookie(),
        secret,
        max_age=int(STEP_LIVES_FOR.total_seconds()),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def _step(member_id: UUID) -> TakenStep:
    secret = request.cookies.get(_cookie(), "")
    state = _openid().step_secrets(secret).state
    if not secret or not hmac.compare_digest(state.encode(), request.args.get("state", "").encode()):
        raise SignOnFailed(SignOnFailure.STEP_GONE)
    with database().writing(NOBODY) as session:
        return take_step(session, secret, member_id)


def _proven(provider: ShownProvider) -> ProvenIdentity:
    """Return what the provider proves, asked behind the browser's back. No transaction is open meanwhile."""
    code = request.args.get("code", "")
    if request.args.get("iss", provider.issuer) != provider.issuer:  # RFC 9207: another provider answered
        raise SignOnFailed(SignOnFailure.TOKEN_REFUSED)
    if "error" in request.args or not code:
        raise SignOnFailed(SignOnFailure.REFUSED_THERE)
    openid, way_out = _openid(), outbound_of(current_settings())
    secrets = openid.step_secrets(request.cookies.get(_cookie(), ""))
    endpoints = openid.discover(way_out, provider.issuer)
    claims = openid.proven_claims(way_out, endpoints, _client(provider), secrets, code)
    counted = openid.second_factor_given(claims, provider.factor_values)
    return ProvenIdentity(claims["iss"], claims["sub"], counted)


def _done(step: TakenStep, arrived: Arrived) -> Response:
    with database().writing(NOBODY) as session:
        if step.new.purpose is SignOnPurpose.LINK:
            link_own_identity(session, step, arrived, g.get("principal"))
            signed_in = None
        elif step.new.purpose is SignOnPurpose.INVITATION:
            signed_in = take_up_with_identity(session, step, arrived)
        else:
            signed_in = sign_on(session, step.provider, arrived)
    if signed_in is None:
        flash(_("The account of your organization is linked; you can sign in with it from now on."), "success")
        return cast("Response", redirect(url_for("single_sign_on.own"), 303))
    return _welcome(signed_in, step.new.wanted or "/")


def _welcome(signed_in: SignedIn, wanted: str) -> Response:
    g.principal = signed_in.principal
    rescope(signed_in.principal.scope())
    response = cast("Response", redirect(wanted, 303))
    set_cookie(response, current_settings(), signed_in.secret)
    return response


def _named(name: str) -> ShownProvider:
    with database().reading(NOBODY) as session:
        provider = provider_by_name(session, name)
    if provider is None:
        raise NotFound
    return provider


def _client(provider: ShownProvider) -> Any:
    return _openid().Client(
        issuer=provider.issuer,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        back=back_address(current_settings(), provider.member_id),
    )


def back_address(settings: Settings, member_id: UUID) -> str:
    """Return the address that a member's provider sends browsers back to; its administrator tells the provider."""
    return settings.public_base_url + url_for("single_sign_on.back", member_id=member_id)


def _openid() -> ModuleType:
    return import_module("referral.accounts.openid")  # with Authlib, once somebody uses it


def _cookie() -> str:
    return "__Host-needsrx_sso" if current_settings().secure_cookies else "needsrx_sso"


def _former() -> UUID | None:
    principal: Signed | None = g.get("principal")
    return principal.login_session_id if principal else None
