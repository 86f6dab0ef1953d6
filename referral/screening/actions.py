"""Screening a patient, writing down a need they voice, confirming a need with them."""

from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.screening.differences import still_differs
from referral.screening.instruments import Instrument
from referral.screening.models import Answer, Need, Screening
from referral.screening.queries import LIVE, live_need
from referral.screening.scoring import Said, Ticked, answers_given, said_of_needs, says_something
from referral.screening.states import NeedSource, NeedStatus, Respondent, ScreeningMode, WantsHelp
from referral.todos.actions import mark_done
from referral.todos.models import ToDo, ToDoReason
from resources_directory.db import new_id
from resources_directory.needs import NeedDomain


@dataclass(frozen=True)
class Filling:
    """One filling of an instrument. `form_id`: sent twice, it is one screening. `ticked`: item or want id to value."""

    form_id: UUID
    instrument: Instrument
    language: str
    ticked: Ticked
    alone: bool
    taken_by: UUID | None
    interpreter: str | None = None
    mode: ScreeningMode = ScreeningMode.STAFF
    respondent: Respondent = Respondent.PATIENT
    #: Who answered for the patient.
    proxy_id: UUID | None = None


@dataclass(frozen=True)
class VoicedNeed:
    """A need the patient spoke of themselves. `form_id`: sent twice, it is one need."""

    form_id: UUID
    domain: NeedDomain
    wants_help: WantsHelp


def record_screening(session: ScopedSession, patient: Patient, filling: Filling) -> Screening:
    """Return the recorded screening; each positive answer makes an unconfirmed need, unless one stands already.

    Of a need that stands without the wish for help, a yes waits to be confirmed like a new one.

    Raises InvalidInput for answers about safety from somebody who was not alone. Flushes.
    """
    _refuse_unsafe_answers(filling)
    _one_at_a_time(session, patient)
    known = session.scalar(select(Screening).where(Screening.id == filling.form_id))
    if known is not None:
        return known
    screening = Screening(
        id=filling.form_id,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        instrument=filling.instrument.key,
        instrument_version=filling.instrument.version,
        language=filling.language,
        mode=filling.mode,
        respondent=filling.respondent,
        proxy_id=filling.proxy_id,
        taken_by=filling.taken_by,
        alone=_alone(filling),
        interpreter=filling.interpreter,
        completed_at=clock.now(),
    )
    session.add(screening)
    session.flush()
    given = answers_given(filling.instrument, filling.ticked, alone=_alone(filling))
    for item, value in given.items():
        answer = Answer(
            id=new_id(), clinic_id=patient.clinic_id, patient_id=patient.id, screening_id=screening.id, item=item
        )
        answer.value = value
        session.add(answer)
    for said in said_of_needs(filling.instrument, given):
        _hear(session, screening, said)
    session.flush()
    return screening


def voice_need(session: ScopedSession, patient: Patient, voiced: VoicedNeed, *, by: UUID | None) -> Need:
    """Return the need that the patient voiced. It comes from the person, so it is confirmed. Flushes.

    A need of the same domain that still stands is confirmed instead of doubled.
    """
    _one_at_a_time(session, patient)
    known = session.scalar(select(Need).where(Need.id == voiced.form_id))
    if known is not None:
        return known
    need = live_need(session, patient.id, voiced.domain)
    if need is None:
        need = Need(
            id=voiced.form_id,
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            domain=voiced.domain,
            source=NeedSource.VOICED,
            created_at=clock.now(),
            created_by=by,
        )
        session.add(need)
    return _confirm(session, need, voiced.wants_help, by)


def confirm_need(session: ScopedSession, need: Need, wants_help: WantsHelp, *, by: UUID | None) -> Need:
    """Write down that the patient confirmed the need, and whether they want help. Flushes.

    Raises Conflict when the patient has said meanwhile that the need is met or gone.
    """
    if need.status not in LIVE:
        raise Conflict(_l("The patient has said that this need is over. If it is back, write it down as a new need."))
    return _confirm(session, need, wants_help, by)


def drop_need(session: ScopedSession, need: Need, *, by: UUID | None) -> Need:
    """Write down that the patient says it is no need. Flushes. Raises Conflict when it is over already."""
    if need.status not in LIVE:
        raise Conflict(_l("The patient has said that this need is over already."))
    need.status, need.wants_help = NeedStatus.GONE, WantsHelp.NO
    _answered(need, by)
    session.flush()
    _finish_confirming(session, need.patient_id, by)
    return need


def is_written_down(need: Need, wants_help: WantsHelp | None, *, by: UUID) -> bool:
    """Return True if `by` wrote down what stands of the need, and it is this. `wants_help`: None for no need."""
    said = (NeedStatus.GONE, WantsHelp.NO) if wants_help is None else (NeedStatus.OPEN, wants_help)
    return need.confirmed_by == by and (need.status, need.wants_help) == said


def _refuse_unsafe_answers(filling: Filling) -> None:
    if _alone(filling):
        return
    for name in filling.instrument.private_names():
        if says_something(filling.ticked.get(name)):
            raise InvalidInput(_l("Questions about safety are asked only when the patient is alone. Nothing is saved."))


def _alone(filling: Filling) -> bool:
    """Return True if questions on safety could be asked: never to somebody who answers for the patient."""
    return filling.alone and filling.respondent is Respondent.PATIENT


def _one_at_a_time(session: ScopedSession, patient: Patient) -> None:
    """Let two people who screen the same patient in the same moment wait for each other."""
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update(key_share=True))


def _hear(session: ScopedSession, screening: Screening, said: Said) -> None:
    """Let an answer count: a need that is new waits to be confirmed, and so does one that is wanted after all.

    What the patient had confirmed is kept beside it. An answer that asks for less changes nothing: it is shown where
    it differs (differences.py), and a yes that waits stays a question until a person has asked.
    """
    standing = live_need(session, screening.patient_id, said.domain)
    if standing is not None:
        session.refresh(standing, with_for_update=True)  # somebody may confirm it at this very moment
    if standing is None or standing.status not in LIVE:
        if said.positive:
            session.add(_suspected(screening, said))
    elif said.wants is WantsHelp.YES and standing.wants_help != WantsHelp.YES:
        if standing.status != NeedStatus.UNCONFIRMED:
            standing.wanted_before, standing.status = standing.wants_help, NeedStatus.UNCONFIRMED
        standing.wants_help, standing.answered_at = WantsHelp.YES, clock.now()
    elif standing.status == NeedStatus.UNCONFIRMED and standing.wants_help != WantsHelp.YES and said.positive:
        standing.wants_help = said.wants or WantsHelp(standing.wants_help)


def _suspected(screening: Screening, said: Said) -> Need:
    return Need(
        id=new_id(),
        clinic_id=screening.clinic_id,
        patient_id=screening.patient_id,
        domain=said.domain,
        wants_help=said.wants or WantsHelp.NOT_NOW,
        status=NeedStatus.UNCONFIRMED,
        source=NeedSource.SCREENING,
        screening_id=screening.id,
        created_at=clock.now(),
        created_by=screening.taken_by,
    )


def _confirm(session: ScopedSession, need: Need, wants_help: WantsHelp, by: UUID | None) -> Need:
    need.wants_help, need.status = wants_help, NeedStatus.OPEN
    _answered(need, by)
    session.flush()
    _finish_confirming(session, need.patient_id, by)
    return need


def _answered(need: Need, by: UUID | None) -> None:
    need.confirmed_at, need.confirmed_by = clock.now(), by
    need.wanted_before = need.answered_at = None


def _finish_confirming(session: ScopedSession, patient_id: UUID, by: UUID | None) -> None:
    """Finish the to-dos to confirm needs once none waits: whoever confirmed the last one has done them.

    One about a screening is left while an answer in it differs from what is on file.
    """
    waiting = select(Need.id).where(Need.patient_id == patient_id, Need.status == NeedStatus.UNCONFIRMED).limit(1)
    if by is None or session.scalar(waiting) is not None:
        return
    left = select(ToDo).where(
        ToDo.patient_id == patient_id, ToDo.reason == ToDoReason.CONFIRM_NEED, ToDo.done_at.is_(None)
    )
    for to_do in session.scalars(left.order_by(ToDo.id)).all():
        about = select(Screening).where(Screening.id == to_do.subject_id)
        screening = session.scalar(about) if to_do.subject_kind == "screening" else None
        if screening is None or not still_differs(session, screening):
            mark_done(session, to_do, by=by)
