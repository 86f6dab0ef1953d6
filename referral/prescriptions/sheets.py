"""The prescribing page as a whole: which needs stand on it, what is offered, what was filled in, what changed since."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid5

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.patients.models import Patient
from referral.prescriptions.actions import PrescriptionOrder, check_line
from referral.prescriptions.again import Again
from referral.prescriptions.forms import ANSWERS, NOTHING, PrescribeForm
from referral.prescriptions.models import NeedPlan, Prescription
from referral.prescriptions.modes import usual_mode
from referral.prescriptions.need_plans import (
    is_news,
    listed_words,
    plan_words,
    standing_plans,
)
from referral.prescriptions.offers import Offer, offers_for
from referral.prescriptions.orders import order_of
from referral.prescriptions.picking import Asked
from referral.prescriptions.running import Running, running_requests
from referral.referrals.states import Mode, Urgency
from referral.screening.queries import LIVE, needs_of
from referral.screening.saying_when import check_day, clinic_day, clinic_zone
from referral.screening.states import NeedStatus, WantsHelp
from referral.screening.words import WANTS, is_private_matter, need_label


@dataclass(frozen=True)
class Wanted:
    """What the address or the sent form asks for: needs to put on, services found elsewhere, only what helps today.

    `words`: need to what was typed to look for another service.
    """

    needs: Set[UUID] = frozenset()
    extra: Mapping[UUID, UUID] = field(default_factory=dict)
    today: bool = False
    words: Mapping[UUID, str] = field(default_factory=dict)
    #: Private matters are shown: somebody has said that nobody else can see the screen.
    private: bool = False


@dataclass(frozen=True)
class QuietNeed:
    """A need with which no help is wanted now, as the page lists it."""

    need_id: UUID
    label: str
    words: str


@dataclass(frozen=True)
class Sheet:
    """Everything the page shows of one patient. `zone`: the clinic's. `running`: by need, what is under way."""

    patient: Patient
    wanted: Wanted
    offers: list[Offer]
    quiet: list[QuietNeed]
    zone: str
    running: Mapping[UUID, tuple[Running, ...]] = field(default_factory=dict)

    def is_closed(self, need_id: str) -> bool:
        """Return True for a private matter that nobody has asked to see: neither it nor a place for it is named."""
        offer = self.by_need.get(need_id)
        return offer is not None and is_private_matter(offer.need.domain) and not self.wanted.private

    def is_private(self, need_id: str) -> bool:
        """Return True for a private matter, shown or not."""
        offer = self.by_need.get(need_id)
        return offer is not None and is_private_matter(offer.need.domain)

    def label(self, need_id: str) -> str:
        """Return the name of a need as the page may show it now; empty for one that is not on it."""
        offer = self.by_need.get(need_id)
        if offer is None:
            return ""
        return str(need_label(offer.need.domain)) if self.is_closed(need_id) else offer.label

    def under_way(self, need_id: str) -> tuple[Running, ...]:
        """Return what is under way for a need."""
        offer = self.by_need.get(need_id)
        return self.running.get(offer.need.id, ()) if offer else ()

    @property
    def by_need(self) -> dict[str, Offer]:
        """The offers by the id of their need, as the form knows it."""
        return {str(offer.need.id): offer for offer in self.offers}

    @property
    def today(self) -> date:
        """Today by the clinic's clock."""
        return clinic_day(self.zone)

    def order(self, form: PrescribeForm) -> PrescriptionOrder:
        """Return what the form asks to sign."""
        return order_of(form, self.patient, self.offers, today=self.today)


def sheet_for(session: ScopedSession, patient: Patient, wanted: Wanted) -> Sheet:
    """Return the page for a patient: needs with which help is wanted, or that were asked for, get offers.

    Private matters come last.
    """
    live = [need for need in needs_of(session, patient.id) if need.status in LIVE]
    shown = [need for need in live if need.wants_help == WantsHelp.YES or need.id in wanted.needs]
    shown.sort(key=lambda need: is_private_matter(need.domain))
    plans, zone = standing_plans(session, patient.id), clinic_zone(session, patient.clinic_id)
    asked = Asked(shown, clock.now(), wanted.extra, wanted.today, wanted.words)
    return Sheet(
        patient=patient,
        wanted=wanted,
        offers=offers_for(session, patient, asked),
        quiet=[
            QuietNeed(need.id, str(need_label(need.domain)), listed_words(need, plans.get(need.id), zone))
            for need in live
            if need not in shown
        ],
        zone=zone,
        running=running_requests(session, patient.id, live),
    )


def fresh_form(sheet: Sheet, again: Again | None = None) -> PrescribeForm:
    """Return the form as it is first shown: what is known is filled in. `again`: what was signed and taken back."""
    before = again.lines if again else {}
    lines = [_line(offer, sheet) | before.get(offer.need.id, {}) for offer in sheet.offers]
    urgency = Urgency.TODAY if sheet.wanted.today else again.urgency if again else Urgency.ROUTINE
    private = "1" if sheet.wanted.private else ""
    return PrescribeForm(formdata=None, data={"lines": lines, "urgency": urgency, "private": private})


def open_private(sheet: Sheet, form: PrescribeForm) -> None:
    """Fill in what is known of private matters that are shown only now: while closed they ask for no answer."""
    for entry in form.lines:
        line = entry.form
        if sheet.is_private(line.need_id.data) and not line.is_chosen and not line.answer.data:
            line.answer.data = _line(sheet.by_need[line.need_id.data], sheet)["answer"]


def close_private(sheet: Sheet, form: PrescribeForm) -> None:
    """Take the wish for help out of private matters that close with nothing chosen: nobody could answer them then."""
    for entry in form.lines:
        line = entry.form
        if sheet.is_private(line.need_id.data) and not line.service.data and line.answer.data == WantsHelp.YES:
            line.answer.data = None


def _line(offer: Offer, sheet: Sheet) -> dict[str, object]:
    need, plan = offer.need, offer.plan
    extra = sheet.wanted.extra.get(need.id)
    again_at = plan.offer_again_at if plan else None
    preselected = str(extra) if extra and offer.service(str(extra)) else None
    overdue = again_at is not None and again_at <= clock.now()  # it is time to ask, so nothing is chosen yet
    closed, running = sheet.is_closed(str(need.id)), sheet.running.get(need.id, ())
    # What is under way needs no answer, and what is closed cannot have one.
    answered = need.status != NeedStatus.UNCONFIRMED and not (overdue or closed or running)
    chosen = offer.service(preselected)
    together = chosen is not None and chosen.hit.confidential
    mode = Mode.PHONE_HAND_OVER if together else usual_mode(offer, today=sheet.wanted.today)
    return {
        "need_id": str(need.id),
        "seen": str(need.version),
        "answer": WantsHelp.YES if preselected else need.wants_help if answered else None,
        "again_on": again_at.astimezone(zone_of(sheet.zone)).date() if again_at and not overdue else None,
        "helped_by": plan.helped_by if plan else None,
        "running": " ".join(str(each.referral_id) for each in running),
        "service": preselected,
        "mode": mode,
        "mode_before": mode,
    }


def sound(session: ScopedSession, sheet: Sheet, form: PrescribeForm) -> bool:
    """Return True if all could be signed; put what stands against it beside its field. Consent comes with signing."""
    order = sheet.order(form)
    fine = True
    for number, answer in enumerate(order.answers):
        try:
            check_day(answer, sheet.zone, field=f"lines-{number}-again_on")
        except InvalidInput as error:
            form.blame_line(error, form.answered())
            fine = False
    for number, line in enumerate(order.lines):
        try:
            check_line(session, sheet.patient, line, number=number, urgency=order.urgency)
        except InvalidInput as error:
            form.blame_line(error, form.chosen())
            fine = False
    return fine


def changed_since(sheet: Sheet, form: PrescribeForm) -> bool:
    """Return True if somebody wrote another answer for a need since the page was opened; it is said beside the need.

    Sending the form once more is then a choice, made with both in sight.
    """
    order = sheet.order(form)
    news = {answer.need_id: answer for answer in order.answers}
    changed = False
    for entry in form.lines:
        line = entry.form
        offer = sheet.by_need.get(line.need_id.data)
        if offer is None or not line.seen.data or line.seen.data == str(offer.need.version):
            continue
        line.seen.raw_data = [str(offer.need.version)]
        line.seen.data = str(offer.need.version)
        answer = news.get(offer.need.id)
        if answer is None or not is_news(offer.need, offer.plan, answer, zone=sheet.zone):
            continue
        stands = plan_words(offer.need, offer.plan, sheet.zone)
        text = _l("Somebody has written down meanwhile: %(words)s. Choose again, and send it once more.", words=stands)
        line.answer.errors = [*line.answer.errors, text]
        changed = True
    return changed


def left_out(sheet: Sheet, form: PrescribeForm) -> bool:
    """Return True if a service was chosen for a need that is over, or not the patient's; the line is emptied."""
    lost = [line for entry in form.lines if (line := entry.form).is_chosen and line.need_id.data not in sheet.by_need]
    for line in lost:
        line.service.data = NOTHING
    if lost:
        form.form_errors.append(
            _l("The patient has said meanwhile that one of these needs is over. It is left out: look, then sign.")
        )
    return bool(lost)


def said_of(sheet: Sheet, form: PrescribeForm) -> list[tuple[str, str]]:
    """Return (need, what the patient says) for what is written down beside the services; for the review."""
    rows = []
    for answer in sheet.order(form).answers:
        offer = sheet.by_need.get(str(answer.need_id))
        if offer is None or answer.wants is WantsHelp.YES:
            continue
        text = str(ANSWERS[answer.wants])
        if sheet.is_closed(str(answer.need_id)):
            text = str(WANTS[answer.wants])
        elif answer.again_on:
            text = str(_("Not now; to be asked again on %(day)s", day=format_date(answer.again_on, "medium")))
        elif answer.helped_by:
            text = str(_("Already getting help: %(who)s", who=answer.helped_by))
        if answer.withdraw:
            text = _("%(words)s. What is under way is withdrawn.", words=text)
        rows.append((sheet.label(str(answer.need_id)), text))
    return rows


def written_before(session: ScopedSession, order: PrescriptionOrder) -> bool:
    """Return True if this filling of the form was written down already: a form sent twice has one effect."""
    ids = [uuid5(order.form_id, answer.need_id.hex) for answer in order.answers]
    plans = session.scalar(select(NeedPlan.id).where(NeedPlan.id.in_(ids)).limit(1))
    return (
        plans is not None or session.scalar(select(Prescription.id).where(Prescription.id == order.form_id)) is not None
    )
