"""Saving a patient's facts from a form, beside others who do the same."""

from dataclasses import dataclass, replace
from uuid import UUID

from flask_babel import lazy_gettext as _l

from referral.kit.collisions import Collided, Facts, meet
from referral.kit.scope import ScopedSession
from referral.patients.actions import PatientFacts, correct_patient, facts_of, stored_facts
from referral.patients.models import Patient


@dataclass(frozen=True)
class Opened:
    """What a form was opened with. `facts`: as the history keeps them; None where the form does not say."""

    version: int
    facts: Facts | None = None


def save_typed(
    session: ScopedSession, patient: Patient, typed: PatientFacts, opened: Opened, *, by: UUID | None
) -> None:
    """Save what somebody changed on a form; what only others have changed since stays. Sent twice, it is saved once.

    Whoever saves at this very moment is waited for. Raises Collided, InvalidInput. Flushes.
    """
    session.refresh(patient, with_for_update=True)
    stands = facts_of(patient)
    shown = stored_facts(stands) if opened.version == patient.version else opened.facts
    met = meet(shown, stored_facts(stands), stored_facts(typed))
    together = replace(typed, **{name: getattr(stands, name) for name in met.theirs})
    if met.both:
        words = _l("Somebody changed this patient while you were typing. Compare both, then save again.")
        raise Collided(words, met.both, together)
    if together != stands:
        correct_patient(session, patient, together, version=patient.version, by=by)
