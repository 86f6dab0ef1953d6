"""Staff pages of the directory: search, one service, and a list to print for anyone, without any record of them."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from referral.directory.forms import ServiceSearchForm, search_form
from referral.directory.policies import DirectoryPermission
from referral.directory.rows import ServiceRow, service_row
from referral.kit import clock
from referral.kit.paging import Page, nearest_page
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from resources_directory.search import count_services, get_service, run_query
from resources_directory.service_hit import ServiceHit

blueprint = Blueprint("directory", __name__, url_prefix="/directory", template_folder="templates")

PAGE_SIZE = 20
#: A printed list longer than this helps nobody.
MOST_PRINTED = 40


@blueprint.get("/")
@requires(DirectoryPermission.SEARCH)
def search() -> ResponseReturnValue:
    """Show what the directory offers for the need, words, language and place in the address."""
    form = search_form(request.args)
    if not form.validate():
        return render_template("directory/search.html", form=form, page=None, print_url=None, near_unknown=False), 422
    query = form.query()
    return render_template(
        "directory/search.html",
        form=form,
        page=_page(request_session(), form, request.args.get("page", 1, type=int)),
        print_url=_with_search("directory.printed", form),
        near_unknown=query.near is not None and query.point is None,
    )


@blueprint.get("/printed")
@requires(DirectoryPermission.SEARCH)
def printed() -> ResponseReturnValue:
    """Show the first services found as a list to print. Confidential ones are never printed."""
    form = search_form(request.args)
    back_url = _with_search("directory.search", form)
    if not form.validate():
        return render_template("directory/printed.html", rows=[], left_out=0, back_url=back_url, now=clock.now()), 422
    hits = run_query(request_session(), form.query(), now=clock.now(), limit=MOST_PRINTED)
    rows = [service_row(hit) for hit in hits if not hit.confidential]
    return render_template(
        "directory/printed.html", rows=rows, left_out=len(hits) - len(rows), back_url=back_url, now=clock.now()
    )


def one_service(session: ScopedSession, service_id: UUID) -> ServiceHit | None:
    """Return the service of the address, or the one it was merged into; None when it is gone."""
    return get_service(session, service_id, clock.now())


@blueprint.get("/services/<uuid:service_id>")
@requires(DirectoryPermission.SEARCH, load=one_service)
def show_service(hit: ServiceHit) -> ResponseReturnValue:
    """Show all that is known of one service."""
    return render_template("directory/service.html", row=service_row(hit), now=clock.now())


def _with_search(endpoint: str, form: ServiceSearchForm) -> str:
    """Return the address of another page with the same search. Only fields of the form are taken over."""
    return f"{url_for(endpoint)}?{urlencode(form.asked())}"


def _page(session: ScopedSession, form: ServiceSearchForm, number: int) -> Page[ServiceRow]:
    query = form.query()
    total = count_services(session, query)
    number = nearest_page(number, total, PAGE_SIZE)
    hits = run_query(session, query, now=clock.now(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    return Page([service_row(hit) for hit in hits], number, total, PAGE_SIZE)
