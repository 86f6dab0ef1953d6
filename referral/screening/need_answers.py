"""What a patient says of one need on its own page, voiced or confirmed: asked as where help is prescribed."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.screening import hooks
from referral.screening.actions import confirm_need, drop_need
from referral.screening.forms import ConfirmForm, VoiceForm
from referral.screening.hooks import NeedAnswer, RunningRequest
from referral.screening.models import Need
from referral.screening.queries import live_need, need_by_id
from referral.screening.saying_when import check_day, clinic_day, clinic_zone
from referral.screening.states import WantsHelp
from referral.screening.words import place_label


def running_for(session: ScopedSession, need: Need | None) -> Sequence[RunningRequest]:
    """Return the requests under way for a need, newest first; the place of a private matter is not named."""
    if need is None:
        return ()
    found = hooks.running_requests(session, need.patient_id, [need]).get(need.id, ())
    return [replace(each, service=place_label(need.domain, each.service)) for each in found]


def posted_answer(
    session: ScopedSession, form: ConfirmForm | VoiceForm, need: Need, running: Sequence[RunningRequest]
) -> NeedAnswer | None:
    """Return what a valid form says of a need, a new one or one that stands.

    None where something is missing: what becomes of the requests under way, or a day that is ahead. It is said beside
    its field.
    """
    wants = _wants(form)
    zone = clinic_zone(session, need.clinic_id)
    answer = form.said_about(need.id, wants, today=clinic_day(zone))
    settled = wants is WantsHelp.YES or form.settles(running)
    try:
        check_day(answer, zone)
    except InvalidInput as error:
        form.blame(error)
        return None
    return answer if settled else None


def write_confirmed(session: ScopedSession, need: Need, wants_help: WantsHelp | None, *, by: UUID) -> None:
    """Write down what the patient says of a need that stands; None for no need. Raises as `confirm_need`."""
    if wants_help is None:
        drop_need(session, need, by=by)
    else:
        confirm_need(session, need, wants_help, by=by)


def need_voiced(session: ScopedSession, patient: Patient, form: VoiceForm) -> tuple[Need, bool]:
    """Return the need that a valid form speaks of, and whether this filling of it was written down already.

    A need that is not written down yet is in no session.
    """
    known = need_by_id(session, form.filling_id())
    need = known or live_need(session, patient.id, form.domain.data)
    if need is None:
        return Need(
            id=form.filling_id(), clinic_id=patient.clinic_id, patient_id=patient.id, domain=form.domain.data
        ), False
    return need, hooks.was_answered(session, form.filling_id(), need.id)


def says_the_same(session: ScopedSession, need: Need, form: VoiceForm) -> bool:
    """Return True if a valid form says nothing that was not written down of the need."""
    today = clinic_day(clinic_zone(session, need.clinic_id))
    answer = form.said_about(need.id, _wants(form), today=today)
    return need.domain == form.domain.data and hooks.is_said_already(session, need, answer)


def _wants(form: ConfirmForm | VoiceForm) -> WantsHelp:
    if isinstance(form, VoiceForm):
        return WantsHelp(form.wants_help.data)
    return form.wants() or WantsHelp.NO
