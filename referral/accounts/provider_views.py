"""The page on which a member's administrator connects its sign-in service (an OpenID Connect provider)."""

from importlib import import_module

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from referral.accounts.forms import SecretField
from referral.accounts.policies import AccountPermission
from referral.accounts.principal import current_person
from referral.accounts.providers import (
    NewProvider,
    ShownProvider,
    provider_of_member,
    remove_provider_of,
    set_provider,
)
from referral.accounts.sign_on_states import SignOnFailed
from referral.accounts.single_sign_on_views import back_address
from referral.kit.errors import InvalidInput
from referral.kit.forms import Form
from referral.kit.outbound import outbound_of
from referral.kit.policy import requires
from referral.kit.scope import NOBODY
from referral.kit.transaction import current_settings, database, request_session

blueprint = Blueprint("providers", __name__, template_folder="templates")

_NEEDED = _l("Please fill this in.")


class ProviderForm(Form):
    """A member's sign-in service."""

    name = StringField(
        _l("Sign-in name"),
        description=_l("What your people type to find your sign-in service: small letters, digits and hyphens."),
        validators=[DataRequired(_NEEDED), Length(max=40)],
    )
    issuer = StringField(
        _l("Issuer"),
        description=_l("The address of your sign-in service as it writes it into its tokens; it begins with https."),
        validators=[DataRequired(_NEEDED), Length(max=500)],
    )
    client_id = StringField(_l("Client ID"), validators=[DataRequired(_NEEDED), Length(max=255)])
    client_secret = SecretField(
        _l("Client secret"),
        description=_l("Leave it empty to keep the one you gave before."),
        validators=[Length(max=500)],
    )
    factor_values = StringField(
        _l("Values that stand for a second proof"),
        description=_l(
            "Values of amr or acr, with blanks between, for example: mfa hwk. Leave it empty and we ask for the second "
            "proof ourselves."
        ),
        validators=[Length(max=500)],
    )


@blueprint.get("/people/sso")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, fresh=True)
def show() -> ResponseReturnValue:
    """Show the sign-in service of the administrator's own member."""
    provider = provider_of_member(request_session(), current_person().member_id)
    facts = {} if provider is None else _facts(provider)
    return _page(ProviderForm(formdata=None, **facts), provider, 200)


@blueprint.post("/people/sso")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, fresh=True)
def save() -> ResponseReturnValue:
    """Connect the sign-in service: it is asked where its parts lie before anything is stored."""
    form, member_id = ProviderForm(), current_person().member_id
    with database().reading(NOBODY) as session:
        provider = provider_of_member(session, member_id)
    if not form.validate_on_submit():
        return _page(form, provider, 422)
    new = NewProvider(
        form.name.data,
        form.issuer.data,
        form.client_id.data,
        form.client_secret.data or None,
        frozenset((form.factor_values.data or "").split()),
    )
    try:
        _check_answers(new.issuer)
        set_provider(request_session(), member_id, new)
    except InvalidInput as error:
        request_session().rollback()
        form.blame(error)
        return _page(form, provider, 422)
    flash(_("Your sign-in service is connected. Try it in another browser before you tell your people."), "success")
    return redirect(url_for("providers.show"), 303)


@blueprint.post("/people/sso/remove")
@requires(AccountPermission.LOOK_AFTER_PEOPLE, fresh=True)
def remove() -> ResponseReturnValue:
    """Take the sign-in service away; whoever it signed in is signed out."""
    remove_provider_of(request_session(), current_person().member_id)
    flash(_("Your sign-in service is no longer connected. Whoever it had signed in is signed out."), "success")
    return redirect(url_for("providers.show"), 303)


def _check_answers(issuer: str) -> None:
    try:
        import_module("referral.accounts.openid").discover(outbound_of(current_settings()), issuer)
    except SignOnFailed as error:
        message = _l(
            "No sign-in service answers under this issuer. Copy it exactly, also the slash at its end, and make sure "
            "that it can be reached from the internet."
        )
        raise InvalidInput(message, "issuer") from error


def _facts(provider: ShownProvider) -> dict[str, str]:
    values = " ".join(sorted(provider.factor_values))
    return {
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "factor_values": values,
    }


def _page(form: ProviderForm, provider: ShownProvider | None, status: int) -> ResponseReturnValue:
    settings, base = current_settings(), current_settings().public_base_url
    page = render_template(
        "accounts/sso_provider.html",
        form=form,
        provider=provider,
        back=back_address(settings, current_person().member_id),
        sign_in_address=base + url_for("single_sign_on.show", name=provider.name) if provider else None,
    )
    return page, status
