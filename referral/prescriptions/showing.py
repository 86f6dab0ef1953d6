"""The two pages of prescribing as they are drawn: to choose, and to review and sign."""

from flask import render_template

from referral.kit.i18n import current_language
from referral.kit.transaction import request_session
from referral.patients.queries import display_name
from referral.patients.understood import heard_by
from referral.prescriptions.agreeing import speakers_for
from referral.prescriptions.forms import PrescribeForm
from referral.prescriptions.giving import reach_words
from referral.prescriptions.models import Prescription
from referral.prescriptions.odds import DAYS_BACK, DAYS_UNTIL_ASKED, LEAST
from referral.prescriptions.offers import fit_choices
from referral.prescriptions.orders import consent_words, fields_of
from referral.prescriptions.sheets import Sheet, said_of
from referral.prescriptions.slip import phone_words
from referral.prescriptions.spoken_words import needs_interpreter
from referral.referrals import words


def choose_page(sheet: Sheet, form: PrescribeForm, *, signed: Prescription | None = None) -> str:
    """Return the page to choose on. `signed`: what came of this form when it was sent before."""
    fit_choices(form, sheet.offers)
    return render_template(
        "prescriptions/choose.html",
        patient=sheet.patient,
        patient_name=display_name(sheet.patient),
        sheet=sheet,
        offers=sheet.by_need,
        form=form,
        words=words,
        phone_words=phone_words,
        only_today=sheet.wanted.today,
        odds_least=LEAST,
        odds_days=DAYS_BACK,
        odds_asked_by=DAYS_UNTIL_ASKED,
        reach=reach_words(request_session(), sheet, form),
        signed=signed,
    )


def review_page(sheet: Sheet, form: PrescribeForm) -> str:
    """Return the page to review and sign on, with the words of consent as they stand now."""
    spoken, language = heard_by(sheet.patient), current_language().code
    chosen = {number: form.lines[number].form for number in form.chosen()}
    return render_template(
        "prescriptions/review.html",
        patient=sheet.patient,
        patient_name=display_name(sheet.patient),
        sheet=sheet,
        offers=sheet.by_need,
        form=form,
        words=words,
        spoken=spoken,
        needs_interpreter=needs_interpreter(sheet.patient),
        consents={number: consent_words(line, spoken.shown.code, sheet.offers) for number, line in chosen.items()},
        staff_words={number: consent_words(line, language, sheet.offers) for number, line in chosen.items()},
        fields={number: fields_of(line) for number, line in chosen.items()},
        reach=reach_words(request_session(), sheet, form),
        why_not_others=_speakers(sheet, form),
        said=said_of(sheet, form),
    )


def _speakers(sheet: Sheet, form: PrescribeForm) -> dict[int, str]:
    """Let each line choose who agreed; return line to why somebody who is recorded may not, where that is so."""
    found: dict[int, str] = {}
    for number in form.chosen():
        line = form.lines[number].form
        if line.is_sent:
            domain = sheet.by_need[line.need_id.data].need.domain
            line.in_whose_name.choices, found[number] = speakers_for(request_session(), sheet.patient, domain)
    return found
