"""Where an organization, or a directory editor for it, says which fields of a person each of its services needs."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from referral.accounts.models import Member
from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.accounts.roles import ORGANIZATION_ROLES
from referral.directory.policies import DirectoryPermission
from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.forms import Form
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.kit.zones import zone_of
from referral.patients.asked_field_models import FieldDeclaration
from referral.patients.asked_fields import (
    DECLARABLE,
    Declared,
    asked_words,
    declare_fields,
    declared_fields,
    newest_declarations,
)
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.states import SharedField
from referral.patients.told_facts import TOLD_FACTS
from resources_directory.models.service import Service
from resources_directory.search import get_service
from resources_directory.service_hit import ServiceHit

blueprint = Blueprint("asked_fields", __name__, url_prefix="/directory", template_folder="templates")

P = DirectoryPermission


@dataclass(frozen=True)
class AskedLine:
    """A service with what it needs to know, in words; empty while it has not said so."""

    service_id: UUID
    service_name: str
    words: str


class AskedFieldsForm(Form):
    """What one service needs to know. `seen`: the number of the declaration that the page showed, 0 for none."""

    fields_asked = SelectMultipleField(
        _l("What do you need to know of a person?"),
        choices=lambda: [(str(field), _label(field)) for field in DECLARABLE],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    seen = HiddenField(default="0")


def declarable_service(session: ScopedSession, listed_id: UUID) -> ServiceHit | None:
    """Return the service if whoever is signed in may speak for it: organizations for their own services only."""
    person, hit = current_person(), get_service(session, listed_id, clock.now())
    if hit is None or person.role not in ORGANIZATION_ROLES:
        return hit
    return hit if session.get_one(Member, person.member_id).listing_id == hit.organization_id else None


@blueprint.get("/asked-fields")
@requires(P.DECLARE_OWN_FIELDS)
def index() -> ResponseReturnValue:
    """List the services of one's own organization with what each needs to know."""
    session = request_session()
    listing_id = session.get_one(Member, current_person().member_id).listing_id
    found = select(Service.id, Service.name).where(Service.organization_id == listing_id, Service.retired_at.is_(None))
    services = session.execute(found.order_by(Service.name, Service.id)).all()
    said = newest_declarations(session, [row.id for row in services])
    lines = [
        AskedLine(row.id, row.name, _capitalized(asked_words(declared_fields(said[row.id]))) if row.id in said else "")
        for row in services
    ]
    return render_template("directory/asked_services.html", lines=lines)


@blueprint.get("/services/<uuid:listed_id>/asked-fields")
@requires(P.DECLARE_FIELDS, load=declarable_service)
def show(hit: ServiceHit) -> ResponseReturnValue:
    """Show what a service says that it needs to know, with a form to say it anew."""
    newest = _newest(hit)
    shown = {"fields_asked": list(newest.fields), "seen": str(newest.number)} if newest else {}
    return _page(hit, AskedFieldsForm(formdata=None, data=shown), newest)


@blueprint.post("/services/<uuid:listed_id>/asked-fields")
@requires(P.DECLARE_FIELDS, load=declarable_service)
def declare(hit: ServiceHit) -> ResponseReturnValue:
    """Write down what a service needs to know. A collision shows both, and what was ticked stays."""
    form, person = AskedFieldsForm(), current_person()
    if not form.validate_on_submit():
        return _page(hit, form, _newest(hit)), 422
    declared = Declared(
        service_id=hit.service_id,
        fields=tuple(field for field in DECLARABLE if field in form.fields_asked.data),
        form_id=form.filling_id(),
        seen=int(form.seen.data) if (form.seen.data or "").isdecimal() else 0,
        member_id=person.member_id,
        person_id=person.person_id,
        by_organization=person.role in ORGANIZATION_ROLES,
    )
    try:
        declare_fields(request_session(), declared)
    except Conflict as error:
        newest = _newest(hit)
        form.form_errors.append(error.message)
        form.seen.raw_data = [str(newest.number if newest else 0)]
        form.seen.data = form.seen.raw_data[0]
        return _page(hit, form, newest), 409
    flash(_("Thank you. Whoever prescribes is offered exactly this from now on."), "success")
    return redirect(url_for(".show", listed_id=hit.service_id), 303)


def _newest(hit: ServiceHit) -> FieldDeclaration | None:
    return newest_declarations(request_session(), [hit.service_id]).get(hit.service_id)


def _page(hit: ServiceHit, form: AskedFieldsForm, newest: FieldDeclaration | None) -> str:
    own = current_person().role in ORGANIZATION_ROLES
    return render_template(
        "directory/asked_fields.html",
        hit=hit,
        form=form,
        collided=request.method == "POST" and bool(form.form_errors),
        stands=_stands(newest) if newest else None,
        may_say=own or newest is None or not newest.by_organization,
        own=own,
    )


def _stands(newest: FieldDeclaration) -> str:
    """Return what was said last, who said it and when."""
    facts = {
        "fields": _capitalized(asked_words(declared_fields(newest))),
        "day": format_date(newest.declared_at.astimezone(zone_of(current_person().timezone_name)).date(), "medium"),
    }
    if not newest.by_organization:
        return str(_("%(fields)s. Written down on %(day)s by a directory editor.", **facts))
    if current_person().role not in ORGANIZATION_ROLES:
        return str(_("%(fields)s. Said on %(day)s by the organization itself.", **facts))
    name = names_of(request_session(), [newest.declared_by]).get(newest.declared_by, "")
    return str(_("%(fields)s. Said on %(day)s by %(name)s.", name=name, **facts))


def _label(field: SharedField) -> str:
    if field in TOLD_FACTS:
        return str(TOLD_FACTS[field].label)
    return _capitalized(str(FIELD_LABELS[field]))


def _capitalized(words: str) -> str:
    return words[:1].upper() + words[1:]
