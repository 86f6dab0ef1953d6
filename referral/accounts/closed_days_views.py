"""Where a member says on which days it is closed; its clocks pass over them."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, Length, Optional

from referral.accounts.closed_days import ClosedDay, close_day, closed_days_ahead, open_day
from referral.accounts.policies import AccountPermission
from referral.accounts.principal import current_person
from referral.kit.errors import InvalidInput
from referral.kit.forms import Form
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session

blueprint = Blueprint("closed_days", __name__, template_folder="templates")

NOTE_LETTERS = 100


class ClosedDayForm(Form):
    """One day more."""

    day = DateField(_l("Which day?"), [DataRequired(_l("Choose the day on which you are closed."))])
    note = StringField(_l("Why, for your colleagues"), [Optional(), Length(max=NOTE_LETTERS)])


def own_closed_day(session: ScopedSession, closed_day_id: UUID) -> ClosedDay | None:
    """Return the day if it is one of the signed-in person's member."""
    row = session.get(ClosedDay, closed_day_id)
    return row if row is not None and row.member_id == current_person().member_id else None


@blueprint.get("/closed-days")
@requires(AccountPermission.CLOSED_DAYS)
def show() -> ResponseReturnValue:
    """List the days to come, with a form for one more."""
    return _page(ClosedDayForm(formdata=None))


@blueprint.post("/closed-days")
@requires(AccountPermission.CLOSED_DAYS)
def add() -> ResponseReturnValue:
    """Close a day. Sent twice, it is one row."""
    form, person = ClosedDayForm(), current_person()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        close_day(request_session(), person.member_id, form.day.data, by=person.person_id, note=form.note.data)
    except InvalidInput as error:
        form.blame(error)
        return _page(form), 422
    flash(_("The day was added. Clocks of requests to you pass over it."), "success")
    return redirect(url_for("closed_days.show"), 303)


@blueprint.post("/closed-days/<uuid:closed_day_id>/remove")
@requires(AccountPermission.CLOSED_DAYS, load=own_closed_day)
def remove(row: ClosedDay) -> ResponseReturnValue:
    """Take a day back."""
    open_day(request_session(), row)
    flash(_("The day was taken off the list."), "success")
    return redirect(url_for("closed_days.show"), 303)


def _page(form: ClosedDayForm) -> str:
    days = closed_days_ahead(request_session(), current_person().member_id)
    return render_template("accounts/closed_days.html", form=form, days=days)
