"""Pages of owners: to-dos go from one person to another, deputies stand in for whoever is away."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from referral.accounts.models import Member
from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.navigation import words
from referral.navigation.clock_words import until
from referral.navigation.errands import errand_of
from referral.navigation.hand_over_forms import AbsenceForm, HandOverForm
from referral.navigation.handing_over import hand_over, open_to_dos_of, waiting_plans_of, who_may_take
from referral.navigation.policies import ToDoPermission
from referral.navigation.queries import patient_names
from referral.todos.absences import absences_of, end_absence, note_absence, people_at_work, people_away
from referral.todos.models import Absence

blueprint = Blueprint("hand_over", __name__, url_prefix="/to-dos", template_folder="templates")


def one_absence(session: ScopedSession, absence_id: UUID) -> Absence | None:
    """Return the absence of the address, if it is of the reader's clinic."""
    absence = session.get(Absence, absence_id)
    return absence if absence is not None and absence.member_id == current_person().member_id else None


@blueprint.get("/hand-over")
@requires(ToDoPermission.HAND_OVER)
def choose() -> ResponseReturnValue:
    """Show what somebody has to do, and offer to hand it over; one's own without a name in the address.

    `?to_do=…`: only this one is ticked.
    """
    giver_id = request.args.get("person", type=UUID) or current_person().person_id
    to_do_id = request.args.get("to_do", type=UUID)
    ticked = {"which": "some", "to_dos": [str(to_do_id)]} if to_do_id else {}
    return _hand_over_page(giver_id, HandOverForm(formdata=None, prefix="over-", giver=str(giver_id), **ticked))


@blueprint.post("/hand-over")
@requires(ToDoPermission.HAND_OVER)
def give() -> ResponseReturnValue:
    """Hand over what was chosen, with a note."""
    form, session, reader = HandOverForm(prefix="over-"), request_session(), current_person()
    giver_id = _id(form.giver.data) or reader.person_id
    _offer(form, giver_id)
    if not form.validate():
        return _hand_over_page(giver_id, form), 422
    clinic = session.get_one(Member, reader.member_id)
    try:
        moved = hand_over(session, clinic, form.hand_over(giver_id), by=reader.person_id, filling_id=form.filling_id())
    except InvalidInput as error:
        form.blame(error)
        return _hand_over_page(giver_id, form), 422
    flash(ngettext("%(num)s thing to do went over.", "%(num)s things to do went over.", moved), "success")
    return redirect(url_for("hand_over.choose", person=giver_id), 303)


@blueprint.get("/away")
@requires(ToDoPermission.HAND_OVER)
def away() -> ResponseReturnValue:
    """Show who is away, and offer to write it down."""
    form = AbsenceForm(formdata=None, prefix="away-", person=str(current_person().person_id))
    return _away_page(form)


@blueprint.post("/away")
@requires(ToDoPermission.HAND_OVER)
def note_away() -> ResponseReturnValue:
    """Write down who will be away: from the first day on the deputy does their to-dos."""
    form, session, reader = AbsenceForm(prefix="away-"), request_session(), current_person()
    clinic = session.get_one(Member, reader.member_id)
    form.offer(people_at_work(session, clinic.id))
    if not form.validate():
        return _away_page(form), 422
    try:
        note_absence(session, clinic, form.absence(), by=reader.person_id, absence_id=form.filling_id())
    except InvalidInput as error:
        form.blame(error)
        return _away_page(form), 422
    flash(_("It is written down. While they are away, whoever stands in does their to-dos."), "success")
    return redirect(url_for("hand_over.away"), 303)


@blueprint.post("/away/<uuid:absence_id>/end")
@requires(ToDoPermission.HAND_OVER, load=one_absence)
def end_away(absence: Absence) -> ResponseReturnValue:
    """They are here after all: their to-dos go back to them."""
    session = request_session()
    end_absence(session, absence, session.get_one(Member, absence.member_id))
    flash(_("They are here. Their to-dos are theirs again."), "success")
    return redirect(url_for("hand_over.away"), 303)


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _offer(form: HandOverForm, giver_id: UUID) -> int:
    """Offer what the giver has to do, and everybody else to take it; return how much there is."""
    session, member_id = request_session(), current_person().member_id
    to_dos, plans = open_to_dos_of(session, member_id, giver_id), waiting_plans_of(session, member_id, giver_id)
    names, now = (
        patient_names(session, {row.patient_id for row in to_dos} | {plan.patient_id for plan in plans}),
        clock.now(),
    )
    lines: list[tuple[str, Any]] = []
    for row in to_dos:
        about = {"why": errand_of(row).why, "patient": names.get(row.patient_id, "")}
        lines.append((str(row.id), _("%(patient)s: %(why)s (%(until)s)", until=until(row.due_at, now), **about)))
    planned: list[tuple[str, Any]] = []
    for plan in plans:
        about = {"how": words.PLANNED[plan.channel], "patient": names.get(plan.patient_id, "")}
        planned.append((str(plan.id), _("%(patient)s: %(how)s (%(until)s)", until=until(plan.at, now), **about)))
    takers = {each: name for each, name in who_may_take(session, member_id).items() if each != giver_id}
    form.offer(takers, to_dos=lines, plans=planned)
    return len(lines) + len(planned)


def _hand_over_page(giver_id: UUID, form: HandOverForm) -> str:
    session, reader = request_session(), current_person()
    people = people_at_work(session, reader.member_id)
    count = _offer(form, giver_id)
    giver_name = people.get(giver_id, "")
    if not giver_name and count:
        giver_name = names_of(session, [giver_id]).get(giver_id, "")  # somebody who is suspended still owns them
    return render_template(
        "navigation/hand_over.html", form=form, giver_id=giver_id, giver_name=giver_name, count=count, people=people
    )


def _away_page(form: AbsenceForm) -> str:
    session, reader = request_session(), current_person()
    clinic = session.get_one(Member, reader.member_id)
    people = people_at_work(session, clinic.id)
    form.offer(people)
    absences = absences_of(session, clinic)
    names = names_of(session, {row.person_id for row in absences})
    away_now = people_away(session, clinic)
    rows = [(row, names.get(row.person_id, ""), row.person_id in away_now) for row in absences]
    deputies = names_of(session, [clinic.owner_person_id, clinic.deputy_person_id])
    return render_template(
        "navigation/away.html",
        form=form,
        rows=rows,
        owner_name=deputies.get(clinic.owner_person_id),
        deputy_name=deputies.get(clinic.deputy_person_id),
    )
