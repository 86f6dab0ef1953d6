"""What the pages of an organization's inbox show: rows, views with counts, filters, and one request with its forms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import current_person
from referral.accounts.queries import names_of
from referral.kit.i18n import LANGUAGES, language_name
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.states import SharedField
from referral.referrals import words
from referral.referrals.answers import Verb, asked_of, is_late
from referral.referrals.assigning import colleagues
from referral.referrals.desk_forms import AssignForm, BulkForm, FindForm
from referral.referrals.desk_page import NOTHING_BESIDE, beside
from referral.referrals.disclosing import permitted_of
from referral.referrals.forms import NamedForm
from referral.referrals.inbox_filters import NOBODY, VIEWS, InboxFilters, Order, read_filters
from referral.referrals.inbox_queries import assignments_of, counts_by_view, inbox_page
from referral.referrals.models import Referral
from referral.referrals.numbering import short_number
from referral.referrals.pages import Event, View
from referral.referrals.queries import organization_testimonies
from referral.referrals.states import TAKEN_STATES, ReferralState
from referral.referrals.thread import answered_threads
from referral.screening.words import NEEDS, need_label

Forms = dict[Verb, NamedForm]

VIEW_WORDS: Mapping[str, LazyString] = {
    "waiting": _l("Waiting for our answer"),
    "taken": _l("Accepted by us"),
    "accepted": _l("Not begun"),
    "begun": _l("Under way"),
    "waitlisted": _l("On our waiting list"),
    "happened": _l("Told what happened"),
    "refused": _l("Declined or not answered"),
    "taken_back": _l("Taken back"),
    "all": _l("All"),
}
#: Views that are there although nothing stands in them.
_ALWAYS = ("waiting", "taken", "all")

ORDER_WORDS: Mapping[str, LazyString] = {
    Order.LONGEST_WAITING: _l("Longest waiting first"),
    Order.NEWEST: _l("Newest first"),
}


@dataclass(frozen=True)
class InboxRow:
    """A request in the list. `need`, `language`: only where they were agreed to be shown. `tick`: "id:version"."""

    referral: Referral
    number: str
    tick: str
    need: str
    language: str
    service: str
    sent_at: datetime | None
    state: str
    assigned: str
    clinic_answered: bool
    waits: bool
    taken: bool


@dataclass
class ItemParts:
    """What else a page of one request shows: the person as just disclosed; after a collision, what was typed."""

    details: list[tuple[str, str]] | None = None
    collided: bool = False
    typed: list[tuple[str, str]] = field(default_factory=list)
    moved: Event | None = None
    assign: AssignForm | None = field(default=None)


#: A filter: its name in the address, its label, what is chosen, and (value, words) of what can be.
Choice = tuple[str, LazyString, str, list[tuple[str, object]]]


def list_page(*, bulk: BulkForm | None = None, find: FindForm | None = None, ticked: Collection[str] = ()) -> str:
    """Return the inbox as the address filters it; forms that were refused stand on it with what was typed."""
    session, member_id = request_session(), current_person().member_id
    filters = read_filters(request.args)
    page = inbox_page(session, member_id, filters, request.args.get("page", 1, type=int))
    return render_template(
        "referrals/inbox.html",
        page=page.showing(inbox_rows_of(session, page.rows)),
        views=_views(counts_by_view(session, member_id), filters),
        filters=filters,
        kept=kept_args(filters),
        narrowed=bool(filters.showing("waiting").as_args()),
        choices=_choices(session, filters),
        bulk=bulk or BulkForm(formdata=None),
        find=find or FindForm(formdata=None),
        ticked=set(ticked),
        words=words,
    )


def kept_args(filters: InboxFilters) -> dict[str, Any]:
    """Return what the addresses of steps taken on the list carry, so that one comes back to the same list."""
    number = request.args.get("page", type=int)
    return filters.as_args() | ({"page": str(number)} if number and number > 1 else {})


def inbox_rows_of(session: ScopedSession, referrals: Sequence[Referral]) -> list[InboxRow]:
    """Return the referrals as rows, in their order; as many statements for many rows as for one."""
    ids = [referral.id for referral in referrals]
    permitted, answered = permitted_of(session, referrals), answered_threads(session, ids)
    assigned = {key: row.person_id for key, row in assignments_of(session, ids).items()}
    names = names_of(session, assigned.values())
    rows = []
    for referral in referrals:
        told = permitted[referral.id].values if referral.id in permitted else {}
        need = told.get(SharedField.NEED)
        rows.append(
            InboxRow(
                referral=referral,
                number=short_number(referral.id),
                tick=f"{referral.id}:{referral.version}",
                need=str(need_label(referral.domain)) if need else "",
                language=language_name(told.get(SharedField.SPOKEN_LANGUAGE)),
                service=str(referral.service_facts.get("service_name", "")),
                sent_at=referral.sent_at,
                state=referral.state,
                assigned=names.get(assigned.get(referral.id), ""),
                clinic_answered=referral.id in answered,
                waits=referral.state == ReferralState.SENT,
                taken=referral.state in TAKEN_STATES,
            )
        )
    return rows


def item_page(referral: Referral, forms: Forms, parts: ItemParts | None = None) -> str:
    """Return the page of one request with the answers that its state allows."""
    session, parts = request_session(), parts or ItemParts()
    assignment = assignments_of(session, [referral.id]).get(referral.id)
    asked = asked_of(session, referral)
    return render_template(
        "referrals/inbox_item.html",
        referral=referral,
        number=short_number(referral.id),
        asked=asked,
        forms={str(verb): form for verb, form in forms.items()},
        urls={str(verb): url_for(f"inbox.{verb}", referral_id=referral.id) for verb in forms},
        late=is_late(referral, Verb.ACCEPT),
        details=parts.details,
        collided=parts.collided,
        typed=parts.typed,
        moved=parts.moved,
        assign=parts.assign or assign_form(session, assignment.person_id if assignment else None, assignment),
        beside=NOTHING_BESIDE if asked.taken_back else beside(session, referral),
        said=organization_testimonies(session, referral.id),
        words=words,
    )


def assign_form(session: ScopedSession, person_id: object, assignment: object, *, typed: bool = False) -> AssignForm:
    """Return the form that names the colleague who looks after a request; `typed`: filled from the request."""
    version = getattr(assignment, "version", 0)
    shown = {"person": str(person_id or ""), "assigned_version": str(version)}
    form = AssignForm(prefix="assign", data=shown) if typed else AssignForm(None, prefix="assign", data=shown)
    people = colleagues(session, current_person().member_id)
    form.person.choices = [("", _l("Nobody in particular")), *((str(each.person_id), each.name) for each in people)]
    return form


def _views(counts: Mapping[str, int], filters: InboxFilters) -> list[View]:
    shown = [view for view in VIEWS if view in _ALWAYS or counts[view] or view == filters.show]
    return [
        View(
            url_for("inbox.inbox", **filters.showing(view).as_args()),
            str(VIEW_WORDS[view]),
            view == filters.show,
            counts[view],
        )
        for view in shown
    ]


def list_words(session: ScopedSession, filters: InboxFilters) -> str:
    """Return which list is meant, in words: the view, and what it is narrowed to."""
    chosen = [(value, dict(options)) for _name, _label, value, options in _choices(session, filters)[:-1] if value]
    return ", ".join([str(VIEW_WORDS[filters.show]), *(str(words.get(value, value)) for value, words in chosen)])


def _choices(session: ScopedSession, filters: InboxFilters) -> list[Choice]:
    """Return the filters beside the view, in the order of the page."""
    people = [(str(each.person_id), each.name) for each in colleagues(session, current_person().member_id)]
    return [
        ("need", _l("Need"), filters.need or "", [("", _l("All")), *NEEDS.items()]),
        (
            "language",
            _l("Language"),
            filters.language or "",
            [("", _l("All")), *((code, language_name(code)) for code in LANGUAGES)],
        ),
        (
            "assigned",
            _l("Who looks after it"),
            filters.assigned or "",
            [("", _l("All")), (NOBODY, _l("Nobody in particular")), *people],
        ),
        ("order", _l("Order"), str(filters.order), list(ORDER_WORDS.items())),
    ]
