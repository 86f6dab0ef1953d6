"""The part of a patient's page, as staff see it, about the page that the patient opens."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import Signed
from referral.kit.scope import ScopedSession
from referral.patients.hooks import Section
from referral.patients.models import Patient
from referral.plan.keys import Opener, opener_of
from referral.plan.policies import PlanPermission
from referral.plan.standing import off_words, why_off

#: What opens the page, with what to do where nothing does.
OPENER_WORDS: Mapping[Opener, LazyString] = {
    Opener.WORD: _l("The word that the patient chose opens it."),
    Opener.YEAR: _l("The patient's year of birth opens it. A word that only they know is safer."),
    Opener.NOTHING_NO_BIRTH_DATE: _l(
        "Nothing opens it yet, because we do not know the birth date. Ask the patient for a word."
    ),
    Opener.NOTHING_OTHERS_KNOW: _l(
        "Nothing opens it yet: a phone on file is shared, is somebody else's or is not safe, and families know one "
        "another's years of birth. Ask the patient for a word, alone."
    ),
}


def why_no_plan_page(session: ScopedSession, patient: Patient) -> LazyString | None:
    """Return why the patient cannot open their page now, or None. Fills prescriptions.hooks.why_no_plan_page."""
    off, opener = why_off(session, patient), opener_of(session, patient)
    if off is not None:
        return off_words(off)
    return None if opener in (Opener.WORD, Opener.YEAR) else OPENER_WORDS[opener]


def plan_section(session: ScopedSession, patient: Patient, reader: Signed) -> list[Section]:
    """Return the section, or none for whoever does not look after patients' pages."""
    if not reader.allows(PlanPermission.LOOK_AFTER):
        return []
    off = why_off(session, patient)
    words = off_words(off) if off else OPENER_WORDS[opener_of(session, patient)]
    opens = why_no_plan_page(session, patient) is None
    context = {"patient_id": patient.id, "is_off": off is not None, "opens": opens, "words": words}
    return [Section(_("The patient's own page"), "plan/section.html", context)]
