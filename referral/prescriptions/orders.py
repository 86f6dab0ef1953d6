"""What a sent form asks for: the order to sign, what the patient says of each need, and the words of consent."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from referral.patients.consent_words import WORDS_VERSION, sharing_words
from referral.patients.models import Patient
from referral.patients.states import ConsentMethod, SharedField
from referral.patients.understood import heard_by
from referral.prescriptions.actions import ConsentFacts, OrderLine, PrescriptionOrder
from referral.prescriptions.forms import LOOKED_FOR_LETTERS, LineForm, PrescribeForm
from referral.prescriptions.offers import Offer
from referral.referrals.states import Mode, Urgency
from referral.screening.hooks import NeedAnswer
from referral.screening.saying_when import as_id
from referral.screening.states import WantsHelp


def posted_needs(form: PrescribeForm) -> list[UUID]:
    """Return the needs of the lines as they were sent back; what is no id is passed over."""
    return [need_id for entry in form.lines if (need_id := as_id(entry.form.need_id.data)) is not None]


def posted_services(form: PrescribeForm) -> dict[UUID, UUID]:
    """Return need to chosen service as they were sent back, so that a choice stays on the page whatever changed."""
    pairs = ((as_id(entry.form.need_id.data), as_id(entry.form.service.data)) for entry in form.lines)
    return {need_id: service_id for need_id, service_id in pairs if need_id is not None and service_id is not None}


def posted_words(form: PrescribeForm) -> dict[UUID, str]:
    """Return need to the words by which another service is looked for; too long a text is cut."""
    pairs = ((as_id(entry.form.need_id.data), entry.form.look_for.data) for entry in form.lines)
    return {need_id: words[:LOOKED_FOR_LETTERS] for need_id, words in pairs if need_id is not None and words}


def order_of(form: PrescribeForm, patient: Patient, offers: Sequence[Offer], *, today: date) -> PrescriptionOrder:
    """Return what the form asks to sign. A line that is sent carries consent only where the patient agreed.

    `today`: by the clinic's clock, from which "in N weeks" counts.
    """
    lines = []
    for number in form.chosen():
        line: LineForm = form.lines[number].form
        lines.append(
            OrderLine(
                need_id=UUID(line.need_id.data),
                service_id=UUID(line.service.data),
                mode=Mode(line.mode.data),
                fields=fields_of(line),
                consent=_consent(form, line, patient, offers) if line.agreed.data else None,
                note=line.note.data,
                told=line.told(),
                said_now=line.answer.data == WantsHelp.YES,
            )
        )
    answers = tuple(_answer(form.lines[number].form, today) for number in form.answered())
    return PrescriptionOrder(patient.id, form.filling_id(), tuple(lines), Urgency(form.urgency.data), answers)


def fields_of(line: LineForm) -> tuple[SharedField, ...]:
    """Return the fields to share, in the order of SharedField; a written note is one of them.

    Whoever is asked is told the need: without that nobody could answer.
    """
    shared = {*(line.fields_shared.data or ()), *line.told()}
    shared |= {SharedField.NEED} if line.is_sent else set()
    shared |= {SharedField.NOTE} if line.note.data else set()
    shared |= {SharedField.TESTIMONY} if line.is_sent and line.hears_back.data else set()
    return tuple(field for field in SharedField if field in shared)


def consent_words(line: LineForm, language: str, offers: Sequence[Offer]) -> str:
    """Return the words of consent in a language (BCP 47): to read out and store, or for whoever reads them out."""
    return sharing_words(language, _organization(line, offers), fields_of(line))


def _answer(line: LineForm, today: date) -> NeedAnswer:
    return line.said_about(UUID(line.need_id.data), WantsHelp(line.answer.data), today=today)


def _organization(line: LineForm, offers: Sequence[Offer]) -> str:
    for offer in offers:
        chosen = offer.service(line.service.data) if str(offer.need.id) == line.need_id.data else None
        if chosen is not None:
            return chosen.hit.organization_name
    return ""


def _consent(form: PrescribeForm, line: LineForm, patient: Patient, offers: Sequence[Offer]) -> ConsentFacts:
    language = heard_by(patient).shown.code
    return ConsentFacts(
        words=consent_words(line, language, offers),
        words_language=language,
        words_version=WORDS_VERSION,
        method=ConsentMethod(form.method.data or ConsentMethod.IN_PERSON),
        in_whose_name=line.in_whose_name.data or "patient",
        interpreter=form.interpreted(),
    )
