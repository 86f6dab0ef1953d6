"""Where an organization with an account says whether its services have room."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.models import Member
from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.desk_forms import ServiceRoomForm
from referral.referrals.desk_page import room_sentence
from referral.referrals.policies import ReferralPermission
from referral.referrals.reason_words import counted_words
from referral.referrals.said_room import RoomLine, SaidRoom, room_lines, say_room
from resources_directory.hit_details import Found, hits_of
from resources_directory.models.capacity import CapacityStatus

blueprint = Blueprint("rooms", __name__, template_folder="templates")


@blueprint.get("/inbox/room")
@requires(ReferralPermission.INBOX)
def show() -> ResponseReturnValue:
    """Show each service with what was last said about its room, and a form to say it anew."""
    return _page(_form())


@blueprint.post("/inbox/room")
@requires(ReferralPermission.INBOX)
def say() -> ResponseReturnValue:
    """Record what is said about one service."""
    form, person = _form(), current_person()
    if not form.validate_on_submit():
        return _page(form), 422
    if _said_meanwhile(form):
        form.form_errors.append(
            _("Somebody else has said it anew meanwhile. Compare both, then send yours again if it is right.")
        )
        form.as_of.data = clock.now().isoformat()
        return _page(form), 409
    said = SaidRoom(
        service_id=UUID(form.service.data),
        status=CapacityStatus(form.status.data),
        timezone_name=person.timezone_name,
        given_id=form.filling_id(),
        until=form.until.data,
        note=form.note.data,
        actor=Actor(ActorKind.MEMBERSHIP, person.person_id, person.name),
    )
    try:
        say_room(request_session(), said)
    except InvalidInput as error:
        form.blame(error)
        return _page(form), 422
    flash(_("Thank you. Whoever looks for a service sees it now."), "success")
    return redirect(url_for("rooms.show"), 303)


def _form() -> ServiceRoomForm:
    form = ServiceRoomForm()
    form.service.choices = [(str(line.service_id), line.service_name) for line in _lines()]
    return form


def _said_meanwhile(form: ServiceRoomForm) -> bool:
    """Return True if somebody else spoke of the service after the page was shown."""
    words = {str(line.service_id): line.word for line in _lines()}
    word = words.get(form.service.data)
    try:
        as_of = datetime.fromisoformat(form.as_of.data or "")
    except ValueError:
        return False
    return word is not None and word.id != form.filling_id() and as_of.tzinfo is not None and word.said_at > as_of


def _lines() -> list[RoomLine]:
    person = current_person()
    member = request_session().get_one(Member, person.member_id)
    return room_lines(request_session(), member.listing_id, person.timezone_name)


def _page(form: ServiceRoomForm) -> str:
    zone = current_person().timezone_name
    found = _lines()
    listed = _listed([line.service_id for line in found])
    lines = [
        (line.service_name, listed.get(line.service_id) or (room_sentence(line.word, zone) if line.word else None))
        for line in found
    ]
    return render_template("referrals/rooms.html", form=form, lines=lines)


def _listed(service_ids: list[UUID]) -> dict[UUID, str]:
    """Return what whoever looks for a service reads instead of the organization's word: a count in the directory."""
    hits = hits_of(request_session(), [Found(each, None) for each in service_ids], near=None, now=clock.now())
    return {
        hit.service_id: _("The directory says: %(words)s", words=counted_words(hit.capacity))
        for hit in hits
        if hit.capacity is not None and hit.capacity.status is None
    }
