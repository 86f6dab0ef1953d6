"""Who may agree for a patient to one need, and the true reason where somebody who is recorded may not."""

from uuid import UUID

from flask_babel import gettext as _

from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.proxies import NEVER_BY_OTHERS, check_speaker, private_domains_of, proxies_of, speaker_choices
from referral.patients.states import Reach
from referral.patients.words import SPEAKERS


def check_agreement(session: ScopedSession, patient_id: UUID, spoken: str, *, domain: str, where: str) -> None:
    """Return when whoever spoke may agree to sharing about this need. `spoken`: as proxies.check_speaker takes it.

    Raises InvalidInput (field `where`) with the true reason: not recorded, or recorded and not for this need.
    """
    relation, _colon, named = spoken.partition(":")
    known = [each for each in proxies_of(session, patient_id) if each.relation == relation and _is(each.id, named)]
    if known and not any(each.reaches(domain, Reach.CONSENT) for each in known):
        raise InvalidInput(_why_not(session, patient_id, known[0].name, domain), where)
    check_speaker(session, patient_id, spoken, domain=domain, where=where)


def speakers_for(session: ScopedSession, patient: Patient, domain: str) -> tuple[list[tuple[str, str]], str]:
    """Return who may be named as having agreed to a need, and why somebody who is recorded may not ("" if all may)."""
    choices = speaker_choices(session, patient, SPEAKERS, domain=domain)
    offered = {value for value, _words in choices}
    proxies = [each for each in proxies_of(session, patient.id) if each.may_consent]
    others = [each for each in proxies if f"{each.relation}:{each.id}" not in offered]
    return choices, _why_not(session, patient.id, others[0].name, domain) if others else ""


def _is(proxy_id: UUID, named: str) -> bool:
    return named in ("", str(proxy_id))


def _why_not(session: ScopedSession, patient_id: UUID, name: str, domain: str) -> str:
    if domain in NEVER_BY_OTHERS:
        return str(_("Nobody else may agree to this for the patient: they are asked alone."))
    if domain in private_domains_of(session, patient_id):
        words = _(
            "The patient keeps this need to themselves, so %(name)s may not agree to it. Ask the patient.", name=name
        )
        return str(words)
    return str(_("%(name)s may not agree for the patient to this need. Ask the patient, or change who may.", name=name))
