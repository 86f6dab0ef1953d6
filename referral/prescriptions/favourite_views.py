"""Pages of a clinic's usual services: the list, and giving or taking the star."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.prescriptions.favourites import star as give_star
from referral.prescriptions.favourites import unstar as take_star
from referral.prescriptions.favourites import usual_services
from referral.prescriptions.policies import PrescriptionPermission
from resources_directory.models.service import Service
from resources_directory.search import get_service
from resources_directory.service_hit import ServiceHit

blueprint = Blueprint("favourites", __name__, url_prefix="/usual-services", template_folder="templates")

P = PrescriptionPermission


def one_service(session: ScopedSession, service_id: UUID) -> ServiceHit | None:
    """Return the service of the address, or the one it was merged into; None when it is gone."""
    return get_service(session, service_id, clock.now())


@blueprint.get("/")
@requires(P.STAR)
def index() -> ResponseReturnValue:
    """Show the clinic's usual services: who starred which, and when."""
    rows = usual_services(request_session(), current_person().member_id)
    return render_template("prescriptions/favourites.html", rows=rows)


@blueprint.post("/<uuid:service_id>/star")
@requires(P.STAR, load=one_service)
def star(hit: ServiceHit) -> ResponseReturnValue:
    """Call a service the clinic's usual one."""
    person = current_person()
    give_star(request_session(), hit.service_id, clinic_id=person.member_id, by=person.person_id)
    flash(_("It is one of your clinic's usual services now."), "success")
    return redirect(url_for(".index"), 303)


def any_service(session: ScopedSession, service_id: UUID) -> Service | None:
    """Return the service of the address, also one that is listed no more."""
    return session.get(Service, service_id)


@blueprint.post("/<uuid:service_id>/unstar")
@requires(P.STAR, load=any_service)
def unstar(service: Service) -> ResponseReturnValue:
    """Take the star from a service, also from one that is listed no more."""
    take_star(request_session(), service.id, clinic_id=current_person().member_id)
    flash(_("It is no usual service any more."), "success")
    return redirect(url_for(".index"), 303)
