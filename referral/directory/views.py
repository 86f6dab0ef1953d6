"""Staff pages of the directory: search, one service, and a list to print for anyone, without any record of them."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from referral.accounts.principal import current_person
from referral.directory.asked_fields_views import declarable_service
from referral.directory.forms import ServiceSearchForm, search_form
from referral.directory.policies import DirectoryPermission
from referral.directory.rows import ServiceRow, service_row
from referral.kit import clock
from referral.kit.i18n import Language, current_language, page_languages, speaking
from referral.kit.limits import DIRECTORY_SEARCHES, limited
from referral.kit.paging import Page, nearest_page
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.asked_fields import UNSAID, asked_words, fields_offered
from resources_directory.search import count_services, get_service, run_query
from resources_directory.service_hit import ServiceHit

blueprint = Blueprint("directory", __name__, url_prefix="/directory", template_folder="templates")

PAGE_SIZE = 20
#: A printed list longer than this helps nobody.
MOST_PRINTED = 40


@blueprint.get("/")
@limited(DIRECTORY_SEARCHES)
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
    """Show the first services found as a list to print. Confidential ones are never printed.

    `?in=`: the language of the list, of those that our pages exist in; without it that of the page.
    """
    form = search_form(request.args)
    language = _paper_language()
    frame = {"back_url": _with_search("directory.search", form), "now": clock.now(), "language": language}
    frame["languages"] = _in_languages(form, language)
    if not form.validate():
        return render_template("directory/printed.html", rows=[], left_out=0, **frame), 422
    hits = run_query(request_session(), form.query(), now=clock.now(), limit=MOST_PRINTED)
    with speaking(language.code):
        rows = [service_row(hit) for hit in hits if not hit.confidential]
        page = render_template("directory/printed_sheet.html", rows=rows, **frame)
        sheet = Markup(page)  # noqa: S704 - our own template, which has escaped everything
    return render_template("directory/printed.html", rows=rows, sheet=sheet, left_out=len(hits) - len(rows), **frame)


def _paper_language() -> Language:
    known = {language.code: language for language in page_languages()}
    return known.get(request.args.get("in", ""), current_language())


def _in_languages(form: ServiceSearchForm, chosen: Language) -> list[tuple[str, Language]]:
    """Return (address, language) of the same list in each other language that our pages exist in."""
    address = _with_search("directory.printed", form)
    return [(f"{address}&in={language.code}", language) for language in page_languages() if language is not chosen]


def one_service(session: ScopedSession, service_id: UUID) -> ServiceHit | None:
    """Return the service of the address, or the one it was merged into; None when it is gone."""
    return get_service(session, service_id, clock.now())


@blueprint.get("/services/<uuid:service_id>")
@requires(DirectoryPermission.SEARCH, load=one_service)
def show_service(hit: ServiceHit) -> ResponseReturnValue:
    """Show all that is known of one service."""
    session, person = request_session(), current_person()
    asked = None if hit.confidential else fields_offered(session, [hit.service_id]).get(hit.service_id, UNSAID)
    speaks_for_it = person.allows(DirectoryPermission.DECLARE_FIELDS) and declarable_service(session, hit.service_id)
    return render_template(
        "directory/service.html",
        row=service_row(hit),
        now=clock.now(),
        asked_fields=None if asked is None else asked_words(asked.fields) if asked.said else "",
        may_declare=bool(speaks_for_it),
    )


def _with_search(endpoint: str, form: ServiceSearchForm) -> str:
    """Return the address of another page with the same search. Only fields of the form are taken over."""
    return f"{url_for(endpoint)}?{urlencode(form.asked())}"


def _page(session: ScopedSession, form: ServiceSearchForm, number: int) -> Page[ServiceRow]:
    query = form.query()
    total = count_services(session, query)
    number = nearest_page(number, total, PAGE_SIZE)
    hits = run_query(session, query, now=clock.now(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    return Page([service_row(hit) for hit in hits], number, total, PAGE_SIZE)
