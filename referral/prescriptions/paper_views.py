"""Pages of the papers beside the slip: receipt, card, note. `?with=sensitive` puts what is left out on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.patient_language import patient_language
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import patient_by_id
from referral.patients.understood import read_by
from referral.prescriptions.models import Prescription
from referral.prescriptions.papers import card_of, note_of, receipt_of
from referral.prescriptions.policies import PrescriptionPermission
from referral.prescriptions.queries import prescription_by_id
from referral.prescriptions.slip import phone_words, qr_picture

blueprint = Blueprint("papers", __name__, template_folder="templates")

P = PrescriptionPermission


@dataclass(frozen=True)
class PrescriptionOfPatient:
    """A prescription with its patient."""

    prescription: Prescription
    patient: Patient


def one_prescription(session: ScopedSession, prescription_id: UUID) -> PrescriptionOfPatient | None:
    """Return the prescription of the address with its patient; None for an erased record."""
    prescription = prescription_by_id(session, prescription_id)
    patient = patient_by_id(session, prescription.patient_id) if prescription else None
    return PrescriptionOfPatient(prescription, patient) if prescription and patient else None


@blueprint.get("/prescriptions/<uuid:prescription_id>/receipt")
@requires(P.VIEW, load=one_prescription)
def receipt(found: PrescriptionOfPatient) -> ResponseReturnValue:
    """Show what was shared with whom, when, and how to stop it: in the patient's language, to print."""
    spoken = read_by(found.patient)
    with speaking(spoken.shown.code):
        paper = receipt_of(request_session(), found.prescription, found.patient, with_sensitive=_with_sensitive())
        qr = qr_picture(paper.plan_address) if paper.plan_address else None
        sheet = _sheet("prescriptions/receipt_sheet.html", receipt=paper, qr=qr, spoken=spoken)
    return _page("receipt", [sheet], paper=paper, spoken=spoken, found=found)


@blueprint.get("/prescriptions/<uuid:prescription_id>/card")
@requires(P.VIEW, load=one_prescription)
def card(found: PrescriptionOfPatient) -> ResponseReturnValue:
    """Show the card that the patient hands over: in their own language and in English, side by side."""
    own = read_by(found.patient)
    sheets = {}
    for spoken in (own, patient_language(STAFF_LANGUAGE)):
        with speaking(spoken.shown.code):
            paper = card_of(request_session(), found.prescription, found.patient, with_sensitive=_with_sensitive())
            sheets[spoken.shown.code] = _sheet("prescriptions/card_sheet.html", card=paper, spoken=spoken)
    return _page("card", sheets.values(), paper=paper, spoken=own, found=found)


@blueprint.get("/prescriptions/<uuid:prescription_id>/note")
@requires(P.VIEW, load=one_prescription)
def note(found: PrescriptionOfPatient) -> ResponseReturnValue:
    """Show the note for the clinic's record system as plain text to copy."""
    chosen = _with_sensitive()
    session = request_session()
    text = note_of(session, found.prescription, found.patient, with_sensitive=chosen)
    everything = note_of(session, found.prescription, found.patient, with_sensitive=True)
    return render_template("prescriptions/note.html", text=text, found=found, left_out=text != everything)


def _page(kind: str, sheets: Iterable[Markup], **facts: object) -> str:
    return render_template("prescriptions/paper.html", kind=kind, sheets=list(sheets), **facts)


def _with_sensitive() -> bool:
    return request.args.get("with") == "sensitive"


def _sheet(template: str, **facts: object) -> Markup:
    return Markup(render_template(template, phone_words=phone_words, **facts))  # noqa: S704 - our own template escapes
