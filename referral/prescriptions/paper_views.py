"""Pages of the papers beside the slip: receipt, card, note. `?with=sensitive` puts what is left out on them."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from referral.kit.i18n import LANGUAGES, STAFF_LANGUAGE, speaking
from referral.kit.policy import requires
from referral.kit.scope import ScopedSession
from referral.kit.transaction import request_session
from referral.patients.models import Patient
from referral.patients.queries import patient_by_id
from referral.prescriptions.models import Prescription
from referral.prescriptions.papers import card_of, note_of, receipt_of
from referral.prescriptions.policies import PrescriptionPermission
from referral.prescriptions.queries import prescription_by_id
from referral.prescriptions.slip import phone_words, qr_picture, slip_language

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
    language, other = slip_language(found.patient)
    with speaking(language.code):
        paper = receipt_of(request_session(), found.prescription, found.patient, with_sensitive=_with_sensitive())
        qr = qr_picture(paper.plan_address) if paper.plan_address else None
        sheet = _sheet("prescriptions/receipt_sheet.html", receipt=paper, qr=qr, language=language, other=other)
    return render_template("prescriptions/paper.html", kind="receipt", sheets=[sheet], paper=paper, found=found)


@blueprint.get("/prescriptions/<uuid:prescription_id>/card")
@requires(P.VIEW, load=one_prescription)
def card(found: PrescriptionOfPatient) -> ResponseReturnValue:
    """Show the card that the patient hands over: in their own language where our pages exist in it, and in English."""
    own, _other = slip_language(found.patient)
    sheets = []
    for code in dict.fromkeys((own.code, STAFF_LANGUAGE)):
        with speaking(code):
            paper = card_of(request_session(), found.prescription, found.patient, with_sensitive=_with_sensitive())
            sheets.append(_sheet("prescriptions/card_sheet.html", card=paper, language=LANGUAGES[code]))
    return render_template("prescriptions/paper.html", kind="card", sheets=sheets, paper=paper, found=found)


@blueprint.get("/prescriptions/<uuid:prescription_id>/note")
@requires(P.VIEW, load=one_prescription)
def note(found: PrescriptionOfPatient) -> ResponseReturnValue:
    """Show the note for the clinic's record system as plain text to copy."""
    chosen = _with_sensitive()
    session = request_session()
    text = note_of(session, found.prescription, found.patient, with_sensitive=chosen)
    everything = note_of(session, found.prescription, found.patient, with_sensitive=True)
    return render_template("prescriptions/note.html", text=text, found=found, left_out=text != everything)


def _with_sensitive() -> bool:
    return request.args.get("with") == "sensitive"


def _sheet(template: str, **facts: object) -> Markup:
    return Markup(render_template(template, phone_words=phone_words, **facts))  # noqa: S704 - our own template escapes
