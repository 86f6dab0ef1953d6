"""The main navigation: which places there are, who sees them, and where the reader is now."""

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.accounts.policies import AccountPermission
from referral.directory.policies import DirectoryPermission
from referral.kit.policy import Principal
from referral.messaging.queue_policies import QueuePermission
from referral.navigation.policies import ToDoPermission
from referral.patients.policies import PatientPermission
from referral.prescriptions.policies import PrescriptionPermission
from referral.records.policies import RecordPermission
from referral.referrals.policies import ReferralPermission


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation, shown to whoever holds `permission`.

    `also`: blueprints whose pages belong to the place too.
    """

    endpoint: str
    label: LazyString
    permission: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class NavItem:
    """An entry as the layout draws it."""

    url: str
    label: str
    current: bool


#: The main navigation, in order. Reports and privacy stand beside this slice, so their permissions are named by text.
PLACES: tuple[Place, ...] = (
    Place("navigation.list_to_dos", _l("To do"), ToDoPermission.LIST, ("calling", "hand_over")),
    Place("clinician.home", _l("My patients"), PrescriptionPermission.FOLLOW, ("favourites",)),
    Place(
        "patients.list_patients",
        _l("Patients"),
        PatientPermission.VIEW,
        ("consents", "screening", "prescriptions", "papers"),
    ),
    Place("referrals.index", _l("Referrals"), ReferralPermission.LIST),
    Place(
        "inbox.inbox",
        _l("Inbox"),
        ReferralPermission.INBOX,
        ("several", "rooms", "request_files", "asked_fields", "listings", "staff_phones"),
    ),
    Place("directory.search", _l("Directory"), DirectoryPermission.SEARCH, ("asked_fields",)),
    Place("reports.overview", _l("Reports"), "report.view"),
    Place(
        "privacy.latest_reads",
        _l("Privacy"),
        "privacy.audit",
        ("privacy_patients", "privacy_emergency", "privacy_demands"),
    ),
    Place("records.index", _l("Whole records"), RecordPermission.FIND, ("holds",)),
    Place("people.own_people", _l("People"), AccountPermission.LOOK_AFTER_PEOPLE, ("closed_days",)),
    Place("clock_policies.index", _l("Clocks"), ReferralPermission.CLOCKS),
    Place("queue.show", _l("Messages"), QueuePermission.LOOK),
    Place("people.all_members", _l("Members"), AccountPermission.LOOK_AFTER_MEMBERS),
)


def nav_items(principal: Principal | None) -> list[NavItem]:
    """Return the places that the person may go to, in order; the one they are at is marked. None signed in: none."""
    if principal is None:
        return []
    shown = [place for place in PLACES if _exists(place) and principal.allows(place.permission)]
    here = current_place(shown, request.endpoint or "")
    return [NavItem(url_for(place.endpoint), str(place.label), place is here) for place in shown]


def current_place(places: list[Place], endpoint: str) -> Place | None:
    """Return the place that a page belongs to: the page itself, else the first place of its blueprint."""
    blueprint = endpoint.split(".")[0]
    exact = [place for place in places if place.endpoint == endpoint]
    near = [place for place in places if blueprint in (place.endpoint.split(".")[0], *place.also)]
    return next(iter(exact + near), None)


def _exists(place: Place) -> bool:
    """Some places exist only in some installations."""
    return place.endpoint in current_app.view_functions
