"""What a patient's own page shows: the next step, each request, who has what; sensitive needs only where chosen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.proxies import hidden_domains_of
from referral.plan.elsewhere import Elsewhere, elsewhere_of
from referral.plan.entering import LABEL, OpenPlan
from referral.plan.models import PlanNeed, ReferralRating
from referral.plan.places import NOWHERE, Place, places_of
from referral.plan.sharing import Shared, had_left, shared_with, still_know
from referral.plan.words import TOLD, Standing, private_matter, standing_of
from referral.referrals.models import Referral
from referral.referrals.queries import referrals_of_patient
from referral.referrals.states import REFERRAL_MACHINE, Mode, Outcome, ReferralState
from resources_directory.needs import NeedDomain
from resources_directory.privacy import hidden_services, sensitive_services

S = ReferralState

#: What was over for longer is not told any more.
TOLD_FOR = timedelta(days=180)
#: Finished with somebody having met, or not: the patient can say how it was.
RATED = (S.COMPLETED, S.NOT_COMPLETED)
#: Which request the next step is about: what waits for the patient comes before what waits for others. Help that came
#: in part waits for a word of the patient.
_ORDER = (S.ACCEPTED, S.DECLINED, S.EXPIRED, S.IN_PROGRESS, S.NOT_COMPLETED, S.COMPLETED, S.WAITLISTED, S.SENT)

#: The clinic took it back: the need stands where it stood before.
_NOTHING_FOLLOWED = (S.ENTERED_IN_ERROR, S.CANCELLED)


@dataclass(frozen=True)
class Request:
    """One request as the patient sees it. `rating`: what they thought of it, 1 to 5. `is_live`: it is not over.

    `step`: what they can do next, in one sentence. `asks`: they should talk to the clinic; the page says how.
    `place`: how to get there while it is live: nobody is sent to whoever said no. `is_quiet`: a private matter.
    `may_object`: they can say that help did not come after all.
    """

    id: UUID
    service: str
    organization: str
    standing: Standing
    place: Place
    is_live: bool
    may_rate: bool
    rating: int | None
    step: str | None = None
    asks: bool = False
    alternatives: tuple[Elsewhere, ...] = ()
    is_quiet: bool = False
    may_object: bool = False


@dataclass(frozen=True)
class PlanPage:
    """Everything on the page. `first`: the request that the next step is about; none while there is nothing to do.

    `unnamed`: how many more organizations may know something, that the page does not name.
    """

    first: Request | None
    others: tuple[Request, ...]
    shared: tuple[Shared, ...]
    unnamed: int

    @property
    def rated_here(self) -> frozenset[UUID]:
        """The requests that have the buttons to rate them."""
        requests = (self.first, *self.others)
        return frozenset(each.id for each in requests if each is not None and each.may_rate)


def page_of(plan: OpenPlan) -> PlanPage:
    """Return the page. The number of statements does not grow with the number of requests."""
    session, patient = plan.session, plan.patient
    told = told_referrals(session, patient)
    named = named_referrals(session, patient, told)
    places = places_of(session, named, timezone_name=plan.clinic.timezone_name, near=patient.zip_code)
    ratings, knowing = _ratings(session, patient.id), still_know(session, patient)
    waiting, hidden = _waiting(named), hidden_domains(session, patient.id)
    offered = elsewhere_of(session, waiting) if patient.moved_at is None else {}  # nothing new is begun here
    requests = {row.id: quiet_request(row) for row in told} | {
        row.id: _request(
            standing_of(row, room_said_at=places[row.id].room_said_at, still_known=row.organization_id in knowing),
            row,
            _Beside(
                places[row.id],
                ratings.get(row.id),
                row in waiting,
                offered.get(row.id, ()),
                may_object=may_object(row, hidden),
            ),
        )
        for row in named
    }
    first = _first(waiting, expected={each for each, request in requests.items() if request.place.appointment})
    first = first or next((row for row in told if requests[row.id].is_quiet and requests[row.id].is_live), None)
    leading = requests.pop(first.id) if first is not None else None
    shared = shared_with(session, patient, named)
    return PlanPage(
        first=leading,
        others=tuple(sorted(requests.values(), key=lambda each: not (each.is_live or each.alternatives))),
        shared=shared,
        unnamed=len(
            {row.organization_id for row in told if row.mode == Mode.SENT and row.organization_id in knowing}
            - {each.organization_id for each in shared}
        ),
    )


def named_referrals(session: ScopedSession, patient: Patient, told: Sequence[Referral]) -> list[Referral]:
    """Return those of the requests of which the page may say to whom they went.

    A confidential or private place, and one that answers needs which leave no trace, is told as a private matter: by
    its name alone others learn of the need. One for a need that the patient chose to see there is named.
    """
    ids = {row.service_id for row in told}
    never, unless_chosen = hidden_services(session, ids), sensitive_services(session, ids)
    chosen = chosen_needs(session, patient.id)
    return [
        row
        for row in told
        if row.service_id not in never and (row.service_id not in unless_chosen or row.need_id in chosen)
    ]


def told_referrals(session: ScopedSession, patient: Patient) -> list[Referral]:
    """Return the requests that the page may tell of, newest first."""
    chosen = chosen_needs(session, patient.id)
    since = clock.now() - TOLD_FOR
    hidden = hidden_domains(session, patient.id)
    return [
        row
        for row in referrals_of_patient(session, patient.id)
        if row.state in TOLD
        and row.erased_at is None
        and (row.state != S.ENTERED_IN_ERROR or had_left(row))
        and (row.closed_at is None or row.closed_at > since)
        and _may_tell(row, chosen, hidden)
    ]


def hidden_domains(session: ScopedSession, patient_id: UUID) -> frozenset[str]:
    """Return the needs that leave no trace unless chosen: sensitive ones, and those the patient keeps to themselves.

    Looks at all records of the person: what was said on one that was merged into another counts too.
    """
    with session.widened(LABEL):
        return frozenset(map(str, hidden_domains_of(session, patient_id)))


def chosen_needs(session: ScopedSession, patient_id: UUID) -> frozenset[UUID]:
    """Return the private needs that the patient wants to see on the page."""
    events = select(PlanNeed).where(PlanNeed.patient_id == patient_id).order_by(PlanNeed.at, PlanNeed.id)
    newest = {event.need_id: event.shown for event in session.scalars(events)}
    return frozenset(need_id for need_id, shown in newest.items() if shown)


def _may_tell(row: Referral, chosen: Collection[UUID], hidden: Collection[str]) -> bool:
    if row.domain == NeedDomain.INTERPERSONAL_SAFETY:
        return False  # whatever was chosen: a page that others may open never says it
    return row.domain not in hidden or row.need_id in chosen


def quiet_request(row: Referral) -> Request:
    """Return a request as a private matter: neither to whom, nor how it stands."""
    is_live = row.state in REFERRAL_MACHINE.live_states()
    return Request(
        id=row.id,
        service=str(_("A private matter")),
        organization="",
        standing=private_matter(),
        place=NOWHERE,
        is_live=is_live,
        may_rate=False,
        rating=None,
        asks=is_live,
        is_quiet=True,
    )


@dataclass(frozen=True)
class _Beside:
    """What is known of a request besides itself. `is_last`: no other request for its need has followed."""

    place: Place
    rating: int | None
    is_last: bool
    alternatives: tuple[Elsewhere, ...]
    may_object: bool = False


def may_object(row: Referral, hidden: Collection[str]) -> bool:
    """Return True for a request that is closed as done, and of which nobody has said otherwise.

    Of what leaves no trace or is kept private they tell a person, whatever the page shows.
    """
    return row.state == S.COMPLETED and not row.answers_differ and row.domain not in hidden


def _request(standing: Standing, row: Referral, beside: _Beside) -> Request:
    is_live = row.state in REFERRAL_MACHINE.live_states()
    place = beside.place if is_live else NOWHERE
    is_settled = _may_wait(row) and not beside.is_last
    return Request(
        id=row.id,
        service=str(row.service_facts.get("service_name") or ""),
        organization=str(row.service_facts.get("organization_name") or ""),
        standing=standing,
        place=place,
        is_live=is_live,
        may_rate=row.state in RATED,
        rating=beside.rating,
        step=None if is_settled else _step(standing, place, beside.alternatives),
        asks=standing.ask and not is_settled and not beside.alternatives,
        alternatives=beside.alternatives,
        may_object=beside.may_object,
    )


def _step(standing: Standing, place: Place, alternatives: Sequence[Elsewhere]) -> str | None:
    """Return what to do next, in one sentence."""
    if any(each.chosen for each in alternatives):
        return str(_("You chose another place. We ask you before we tell them anything about you."))
    if alternatives:
        return str(_("Choose another place."))
    return str(_("Go to your appointment.")) if place.appointment else standing.step


def _waiting(told: Sequence[Referral]) -> list[Referral]:
    """Return the requests that may need a step: a refusal counts until another request for the need has followed."""
    live = {row.need_id for row in told if row.state in REFERRAL_MACHINE.live_states()}
    followed = {row.follows_id for row in told if row.state not in _NOTHING_FOLLOWED}
    return [
        row
        for row in told
        if _may_wait(row)
        and row.id not in followed
        and (row.state in REFERRAL_MACHINE.live_states() or row.need_id not in live)
    ]


def _may_wait(row: Referral) -> bool:
    """Return True if a step may be left: what is done is done, unless only part of the help came."""
    return row.state in _ORDER and (row.state != S.COMPLETED or row.reason == Outcome.PARTLY_RECEIVED)


def _first(waiting: Sequence[Referral], *, expected: Collection[UUID]) -> Referral | None:
    """Return the request that the next step is about: an appointment, what the patient does alone, the order above."""
    return min(waiting, key=lambda row: (row.id not in expected, *_rank(row)), default=None)


def _rank(row: Referral) -> tuple[bool, int, datetime, UUID]:
    alone = row.state == S.IN_PROGRESS and row.mode != Mode.SENT
    return not alone, _ORDER.index(ReferralState(row.state)), row.created_at, row.id


def _ratings(session: ScopedSession, patient_id: UUID) -> dict[UUID, int]:
    rows = select(ReferralRating).where(ReferralRating.patient_id == patient_id).order_by(ReferralRating.id)
    return {row.referral_id: row.stars for row in session.scalars(rows)}
