"""Pages of emergency access: saying why, opening one clinic's records for an hour, ending it."""

from uuid import UUID

from flask import Blueprint, Response, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.glass import check_second_factor, clinics_to_open, end_glass, open_glass
from referral.accounts.glass_forms import EmergencyForm
from referral.accounts.glass_policies import GlassPermission
from referral.accounts.principal import current_person
from referral.accounts.sessions import set_cookie
from referral.accounts.signing_in import SignedIn
from referral.kit.errors import InvalidInput
from referral.kit.policy import requires
from referral.kit.transaction import current_settings, request_session, rescope

blueprint = Blueprint("glass", __name__, url_prefix="/emergency-access", template_folder="templates")


@blueprint.get("")
@requires(GlassPermission.OPEN, fresh=True)
def ask() -> ResponseReturnValue:
    """Say what emergency access is, and ask for the clinic and the reason."""
    check_second_factor(request_session(), current_person())
    return _page(_form(), 200)


@blueprint.post("")
@requires(GlassPermission.OPEN, fresh=True)
def begin() -> ResponseReturnValue:
    """Open one clinic's records."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form, 422)
    clinic_id = UUID(form.clinic.data)
    try:
        signed_in = open_glass(request_session(), current_person(), clinic_id, reason=form.reason.data)
    except InvalidInput as error:
        form.blame(error)
        return _page(form, 422)
    return _as_somebody_else(signed_in)


@blueprint.post("/end")
@requires(GlassPermission.END)
def end() -> ResponseReturnValue:
    """End emergency access and be oneself again."""
    signed_in = end_glass(request_session(), current_person())
    flash(_("Emergency access has ended. You are signed in as before."), "success")
    return _as_somebody_else(signed_in)


def _form() -> EmergencyForm:
    form = EmergencyForm()
    clinics = clinics_to_open(request_session(), current_person())
    form.clinic.choices = [("", _("Choose a clinic")), *((str(clinic.id), clinic.name) for clinic in clinics)]
    return form


def _page(form: EmergencyForm, status: int) -> ResponseReturnValue:
    return render_template("accounts/emergency.html", form=form, nothing=len(form.clinic.choices) == 1), status


def _as_somebody_else(signed_in: SignedIn) -> ResponseReturnValue:
    """Go on under the new sign-in, with its cookie."""
    g.principal = signed_in.principal
    rescope(signed_in.principal.scope())
    response = redirect("/", 303)
    assert isinstance(response, Response)  # noqa: S101 - Flask answers with its own class
    settings = current_settings()
    set_cookie(response, settings, signed_in.secret)
    return response
