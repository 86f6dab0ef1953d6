"""The public HSDS API, kept thin: about this API, the list of services, one service (HSDS 3.2.3, openapi.json).

What leaves: live services of sources that allow redistribution, and records of our own editors. Private places,
and everything but name, words and phone of confidential services, never leave.
"""

from uuid import UUID

from flask import Blueprint, Response, jsonify, request
from flask_babel import lazy_gettext as _l

from referral.directory.hsds_queries import ListQuery, full_service, listed_services
from referral.directory.openapi import document
from referral.kit.errors import InvalidInput, NotFound
from referral.kit.limits import OPEN_API, limited
from referral.kit.paging import page_count
from referral.kit.policy import public
from referral.kit.transaction import current_settings, request_session

blueprint = Blueprint("hsds", __name__, url_prefix="/hsds")

VERSION = "3.2.3"
PROFILE = "https://docs.openreferral.org/en/v3.2.3/"
OPENAPI = "https://raw.githubusercontent.com/openreferral/specification/v3.2.3/schema/openapi.json"

MOST_PER_PAGE = 200
PER_PAGE = 50
#: Parameters of the standard that this API does not obey yet: ignoring them would give wrong answers.
NOT_YET = ("taxonomy_term_id", "taxonomy_id", "modified_after", "full", "minimal", "format")


@blueprint.get("/")
@public("the standard's public API")
def about() -> Response:
    """Return which version of the standard this API speaks."""
    settings = current_settings()
    return jsonify(
        version=VERSION,
        profile=PROFILE,
        openapi_url=OPENAPI,
        description="Services of the resources directory: /services and /services/{id}.",
        publisher={"name": "NeedsRx", "website": settings.public_base_url},
    )


@blueprint.get("/openapi.json")
@public("the description of the public API")
def openapi() -> Response:
    """Return the OpenAPI document of what this API answers today."""
    return jsonify(document(VERSION, MOST_PER_PAGE))


@blueprint.get("/services")
@limited(OPEN_API)
@public("the standard's public API")
def services() -> Response:
    """Return one page of services, with organization and program, in the page envelope of the standard."""
    query = _query()
    listed = listed_services(request_session(), query)
    pages = page_count(listed.total, query.per_page)
    return jsonify(
        total_items=listed.total,
        total_pages=pages,
        page_number=query.page,
        size=len(listed.services),
        first_page=query.page == 1,
        last_page=query.page >= pages,
        empty=not listed.services,
        contents=listed.services,
    )


@blueprint.get("/services/<uuid:service_id>")
@limited(OPEN_API)
@public("the standard's public API")
def service(service_id: UUID) -> Response:
    """Return one service with everything nested. 404 for a retired one, and for one that may not be passed on."""
    found = full_service(request_session(), service_id)
    if found is None:
        raise NotFound
    return jsonify(found)


def _query() -> ListQuery:
    for name in NOT_YET:
        if request.args.get(name):
            raise InvalidInput(_l("This API does not know the parameter %(name)s yet.", name=name))
    organization = request.args.get("organization_id")
    try:
        organization_id = UUID(organization) if organization is not None else None
    except ValueError as error:
        raise InvalidInput(_l("organization_id must be a UUID.")) from error
    return ListQuery(
        search=request.args.get("search") or None,
        organization_id=organization_id,
        page=_number("page", 1, 10**6),
        per_page=_number("per_page", PER_PAGE, MOST_PER_PAGE),
    )


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= most):
        raise InvalidInput(_l("%(name)s must be a number from 1 to %(most)s.", name=name, most=most))
    return int(text)
