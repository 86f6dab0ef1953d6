"""Pages on which an organization reads and corrects what people read about it and its services."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.directory.listing import (
    LastChange,
    Opened,
    last_change,
    own_listing,
    own_service,
    own_services,
    save_listing,
)
from referral.directory.listing_forms import ListingForm, OrganizationListingForm, ServiceListingForm, shown
from referral.directory.policies import DirectoryPermission
from referral.kit.collisions import Collided, read
from referral.kit.errors import Conflict, NotFound
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from resources_directory.corrections import Listed, listed_facts
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service

blueprint = Blueprint("listings", __name__, url_prefix="/directory", template_folder="templates")

P = DirectoryPermission

_CONFIDENTIAL = _l(
    "This service is confidential. Ask the directory editor of your network to change what is told of it."
)


@dataclass(frozen=True)
class Differing:
    """One text that differs after a collision: what stands now, and what was typed."""

    label: str
    stands: str | None
    typed: str | None


@dataclass(frozen=True)
class Collision:
    """What somebody else did to a listing while it was being corrected."""

    rows: list[Differing]
    change: LastChange


def one_service(session: ScopedSession, listed_id: UUID) -> Service | None:
    """Return the service of the address if it is the organization's own."""
    return own_service(session, current_person(), listed_id)


@blueprint.get("/listing")
@requires(P.CORRECT_OWN)
def index() -> ResponseReturnValue:
    """Show what people read about the organization, to correct it, and lead to its services."""
    listing = own_listing(request_session(), current_person())
    return _own(listing, shown(OrganizationListingForm, listing) if listing is not None else None)


@blueprint.post("/listing")
@requires(P.CORRECT_OWN)
def save() -> ResponseReturnValue:
    """Save what was corrected; when somebody was faster, show both and lose neither."""
    form, listing = OrganizationListingForm(), own_listing(request_session(), current_person())
    if listing is None:
        raise NotFound
    if not form.validate_on_submit():
        return _own(listing, form), 422
    both = _collided(form, listing)
    if both is None:
        return redirect(url_for(".index"), 303)
    again = shown(OrganizationListingForm, listing, both.together)
    return _own(listing, again, _collision(form, listing, both)), 409


@blueprint.get("/services/<uuid:listed_id>/listing")
@requires(P.CORRECT_OWN, load=one_service)
def show(service: Service) -> ResponseReturnValue:
    """Show what people read about one service, to correct it."""
    return _of_service(service, shown(ServiceListingForm, service))


@blueprint.post("/services/<uuid:listed_id>/listing")
@requires(P.CORRECT_OWN, load=one_service)
def save_service(service: Service) -> ResponseReturnValue:
    """Save what was corrected; when somebody was faster, show both and lose neither."""
    form = ServiceListingForm()
    if service.is_confidential:
        raise Conflict(_CONFIDENTIAL)
    if not form.validate_on_submit():
        return _of_service(service, form), 422
    both = _collided(form, service)
    if both is None:
        return redirect(url_for(".show", listed_id=service.id), 303)
    again = shown(ServiceListingForm, service, both.together)
    return _of_service(service, again, _collision(form, service, both)), 409


def _collided(form: ListingForm, row: Listed) -> Collided | None:
    """Save the form, or return what stood against it."""
    opened = Opened(form.seen.data or "", read(form.opened.data))
    try:
        save_listing(request_session(), row, form.facts(), opened, by=current_person())
    except Collided as both:
        return both
    flash(_("The change is saved. Whoever looks for help reads it now."), "success")
    return None


def _collision(form: ListingForm, row: Listed, both: Collided) -> Collision:
    stands, typed, labels = listed_facts(row), form.facts(), form.labels
    rows = [Differing(str(labels[name]), stands[name], typed[name]) for name in both.names]
    return Collision(rows, last_change(request_session(), row, current_person().member_id))


def _own(listing: Organization | None, form: ListingForm | None, collision: Collision | None = None) -> str:
    return render_template(
        "directory/own_listing.html",
        listing=listing,
        form=form,
        collision=collision,
        services=own_services(request_session(), listing) if listing is not None else [],
    )


def _of_service(service: Service, form: ListingForm, collision: Collision | None = None) -> str:
    return render_template("directory/own_service.html", service=service, form=form, collision=collision)
