"""What the prescribing page offers: the best services of each wanted need with their reasons, and the choices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from referral.kit.i18n import speaking
from referral.kit.scope import ScopedSession
from referral.patients.consent_words import WORDS_VERSION, sharing_words, words_language
from referral.patients.models import Patient
from referral.patients.states import ConsentMethod, SharedField
from referral.prescriptions.actions import ConsentFacts, OrderLine, PrescriptionOrder, reachable
from referral.prescriptions.forms import NOTHING, LineForm, PrescribeForm
from referral.referrals.matching import PatientWishes, best_services, chosen_service, wishes_of
from referral.referrals.queries import referrals_of_patient
from referral.referrals.reason_words import ReasonLine, reason_lines
from referral.referrals.states import LIVE_SENT_STATES, Mode, Urgency
from referral.screening.models import Need
from referral.screening.words import NEEDS
from resources_directory.service_hit import ServiceHit


@dataclass(frozen=True)
class Offered:
    """One service on the page. `can_be_sent`: there is an address, and it is not confidential."""

    hit: ServiceHit
    reasons: list[ReasonLine]
    can_be_sent: bool


@dataclass(frozen=True)
class Offer:
    """A wanted need and what is offered for it, the best first."""

    need: Need
    label: str
    services: tuple[Offered, ...]
    #: Names of services that this need has a live referral to already.
    under_way: tuple[str, ...] = ()

    def service(self, value: str | None) -> Offered | None:
        """Return the offered service with this id, if it is there."""
        return next((each for each in self.services if str(each.hit.service_id) == value), None)


def offers_for(
    session: ScopedSession, patient: Patient, needs: Sequence[Need], *, now: datetime, extra: dict[UUID, UUID]
) -> list[Offer]:
    """Return an offer for each need, in the same order. `extra`: need to a service found elsewhere, put on top."""
    wishes = wishes_of(patient, now.date())
    running = _under_way(session, patient)
    return [
        replace(_offer(session, need, wishes, now, extra.get(need.id)), under_way=tuple(running.get(need.id, ())))
        for need in needs
    ]


def _under_way(session: ScopedSession, patient: Patient) -> dict[UUID, list[str]]:
    """Return need to the services that it has a live referral to: another one is a choice, not a slip."""
    found: dict[UUID, list[str]] = {}
    for referral in referrals_of_patient(session, patient.id):
        if referral.state in LIVE_SENT_STATES:
            found.setdefault(referral.need_id, []).append(str(referral.service_facts.get("service_name", "")))
    return found


def fit_choices(form: PrescribeForm, offers: Sequence[Offer]) -> None:
    """Give each line of the form the services of its need to choose from; drop lines of needs that are not offered."""
    by_need = {str(offer.need.id): offer for offer in offers}
    for entry in form.lines:
        line: LineForm = entry.form
        offer = by_need.get(line.need_id.data)
        services = offer.services if offer else ()
        line.service.choices = [
            *((str(each.hit.service_id), each.hit.service_name) for each in services),
            (NOTHING, _("Nothing for this need now")),
        ]


def posted_services(form: PrescribeForm) -> dict[UUID, UUID]:
    """Return need to chosen service as they were sent back, so that a choice stays on the page whatever changed."""
    found: dict[UUID, UUID] = {}
    for entry in form.lines:
        try:
            found[UUID(entry.form.need_id.data)] = UUID(entry.form.service.data)
        except (TypeError, ValueError, AttributeError):
            continue
    return found


def order_of(form: PrescribeForm, patient: Patient, offers: Sequence[Offer]) -> PrescriptionOrder:
    """Return what the form asks to sign. A line that is sent carries consent only where the patient agreed."""
    lines = []
    for number in form.chosen():
        line: LineForm = form.lines[number].form
        fields = fields_of(line)
        lines.append(
            OrderLine(
                need_id=UUID(line.need_id.data),
                service_id=UUID(line.service.data),
                mode=Mode(line.mode.data),
                fields=fields,
                consent=_consent(form, line, patient, offers) if line.agreed.data else None,
                note=line.note.data,
            )
        )
    return PrescriptionOrder(patient.id, form.filling_id(), tuple(lines), Urgency(form.urgency.data))


def fields_of(line: LineForm) -> tuple[SharedField, ...]:
    """Return the fields to share, in the order of SharedField; a written note is one of them."""
    ticked = set(line.fields_shared.data or ()) | ({SharedField.NOTE} if line.note.data else set())
    return tuple(field for field in SharedField if field in ticked)


def consent_words(line: LineForm, patient: Patient, offers: Sequence[Offer]) -> tuple[str, str]:
    """Return the words to read out and store, and their language (BCP 47)."""
    language = words_language(patient.spoken_language or patient.written_language)
    return _words_in(language, line, offers), language


def words_for_staff(line: LineForm, language: str, offers: Sequence[Offer]) -> str:
    """Return the same words in the language of the page, for whoever reads them out."""
    return _words_in(language, line, offers)


def _words_in(language: str, line: LineForm, offers: Sequence[Offer]) -> str:
    with speaking(language):
        return sharing_words(language, _organization(line, offers), fields_of(line))


def _organization(line: LineForm, offers: Sequence[Offer]) -> str:
    for offer in offers:
        chosen = offer.service(line.service.data) if str(offer.need.id) == line.need_id.data else None
        if chosen is not None:
            return chosen.hit.organization_name
    return ""


def _consent(form: PrescribeForm, line: LineForm, patient: Patient, offers: Sequence[Offer]) -> ConsentFacts:
    text, language = consent_words(line, patient, offers)
    return ConsentFacts(
        words=text,
        words_language=language,
        words_version=WORDS_VERSION,
        method=ConsentMethod(form.method.data or ConsentMethod.IN_PERSON),
        in_whose_name=form.in_whose_name.data or "patient",
        interpreter=form.interpreter.data,
    )


def _offer(session: ScopedSession, need: Need, wishes: PatientWishes, now: datetime, extra: UUID | None) -> Offer:
    hits = best_services(session, need.domain, wishes, now=now)
    if extra is not None and extra not in {hit.service_id for hit in hits}:
        found = chosen_service(session, extra, wishes, now=now)
        hits = [found, *hits] if found else hits
    offered = tuple(Offered(hit, reason_lines(hit.reasons), reachable(session, hit)) for hit in hits)
    return Offer(need, str(NEEDS[need.domain]), offered)
