"""Pages of staff phones: one's own phone with its consent and code, and which phones are told."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.codes import CodeFault
from referral.accounts.principal import current_person
from referral.kit.errors import InvalidInput, Throttled
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import current_settings, database, request_session
from referral.outbox.gateway.choose import choose_gateways
from referral.staff_phones.codes import digits_of
from referral.staff_phones.consent_words import TEXTING_WORDS, words_language
from referral.staff_phones.forms import AddPhoneForm, CodeForm
from referral.staff_phones.models import StaffPhone
from referral.staff_phones.phones import Owner, add_phone, confirm_phone, phone_of, send_code, stop_phone
from referral.staff_phones.policies import StaffPhonePermission
from referral.staff_phones.queries import consent_of, phones_told, shown_number, unplaced_texts

blueprint = Blueprint("staff_phones", __name__, template_folder="templates", url_prefix="/staff-phones")

_P = StaffPhonePermission

_WRONG = {
    CodeFault.WRONG: _l("This is not the code. Look at the newest text and type its eight digits."),
    CodeFault.OVER: _l("This code is over. Let us text you a new one."),
}


def _colleagues(session: ScopedSession, staff_phone_id: UUID) -> StaffPhone | None:
    """Return the phone if it is one of the organization of whoever is signed in."""
    phone = session.get(StaffPhone, staff_phone_id)
    return phone if phone is not None and phone.member_id == current_person().member_id else None


@blueprint.get("")
@requires(_P.OWN)
def show() -> ResponseReturnValue:
    """Show one's own phone, or the form to name it, and which phones of the organization are told."""
    return _page()


@blueprint.post("")
@requires(_P.OWN)
def add() -> ResponseReturnValue:
    """Name one's phone and agree to texts; a code is texted to it. Sent twice, it is one phone."""
    form = AddPhoneForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        add_phone(request_session(), _owner(), form.phone.data or "", words_language=form.words.data)
    except Throttled as error:
        form.blame(InvalidInput(error.message, "phone"))
        return _page(form), error.status
    return redirect(url_for("staff_phones.show", _anchor="code"), 303)


@blueprint.post("/code")
@requires(_P.OWN)
def text_code() -> ResponseReturnValue:
    """Text a new code to the phone that waits for one."""
    phone = phone_of(request_session(), _owner())
    if phone is not None and phone.confirmed_at is None:
        try:
            send_code(request_session(), phone)
        except Throttled as error:
            form = CodeForm(formdata=None)
            form.blame(InvalidInput(error.message))
            return _page(code=form), error.status
        flash(_("A new code is on its way. The one before no longer works."), "success")
    return redirect(url_for("staff_phones.show", _anchor="code"), 303)


@blueprint.post("/confirm")
@requires(_P.OWN)
def confirm() -> ResponseReturnValue:
    """Prove the phone by its code. A wrong try is counted although the page is refused."""
    form, owner = CodeForm(), _owner()
    if not form.validate_on_submit():
        return _page(code=form), 422
    with database().writing(request_session().scope) as apart:
        phone = phone_of(apart, owner)
        fault = confirm_phone(apart, phone, form.code.data) if phone is not None else CodeFault.OVER
    if fault is not None:
        form.blame(InvalidInput(_WRONG[fault], "code"))
        return _page(code=form), 422
    flash(_("Your phone is told of new referrals from now on."), "success")
    return redirect(url_for("staff_phones.show"), 303)


@blueprint.post("/stop")
@requires(_P.OWN)
def stop() -> ResponseReturnValue:
    """Stop texts to one's own phone, at once."""
    phone = phone_of(request_session(), _owner())
    if phone is not None:
        stop_phone(request_session(), phone, by=current_person().person_id)
    flash(_("No more texts go to your phone."), "success")
    return redirect(url_for("staff_phones.show"), 303)


@blueprint.post("/<uuid:staff_phone_id>/stop")
@requires(_P.STOP, load=_colleagues)
def stop_colleague(phone: StaffPhone) -> ResponseReturnValue:
    """Stop texts to the phone of a colleague: it is lost, or they are away."""
    stop_phone(request_session(), phone, by=current_person().person_id)
    flash(_("No more texts go to this phone."), "success")
    return redirect(url_for("staff_phones.show"), 303)


@blueprint.get("/everywhere")
@requires(_P.COUNT)
def everywhere() -> ResponseReturnValue:
    """Show which phones of which organizations are told, by their last digits: whose they are is the organization's."""
    return render_template("staff_phones/everywhere.html", rows=phones_told(request_session()), blocked=_is_blocked())


def _owner() -> Owner:
    person = current_person()
    return Owner(person.member_id, person.person_id)


def _page(form: AddPhoneForm | None = None, code: CodeForm | None = None) -> str:
    session, person = request_session(), current_person()
    own = phone_of(session, _owner())
    if own is not None:
        session.refresh(own)
    if code is not None and (own is None or own.confirmed_at is not None):
        code.say_above()  # no code is awaited any more, so there is no field for one
    language = words_language(person.language)
    shown = form.words.data if form is not None and form.words.data in TEXTING_WORDS else language
    return render_template(
        "staff_phones/phones.html",
        form=form or AddPhoneForm(formdata=None, data={"words": language}),
        code=code or CodeForm(formdata=None),
        words=TEXTING_WORDS[shown],
        words_language=shown,
        own=own,
        number=shown_number(session, own) if own else "",
        waits_for_code=own is not None and own.confirmed_at is None and digits_of(session, own) is not None,
        consent=consent_of(session, own.id) if own else None,
        rows=phones_told(session, person.member_id),
        may_stop=person.allows(_P.STOP),
        unplaced=unplaced_texts(session, person.member_id),
        blocked=_is_blocked(),
    )


def _is_blocked() -> bool:
    """Return True where this installation texts no staff phones: nothing is set up for it."""
    return choose_gateways(current_settings()).staff_sms is None
