"""Screenings on their way: starting one, keeping what was answered, finishing, discarding."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.links import end_links
from referral.accounts.models import LinkPurpose
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import cancel_for_subject
from referral.patients.models import Patient
from referral.screening.actions import Filling, record_screening
from referral.screening.instrument_library import instrument_of
from referral.screening.instruments import Instrument
from referral.screening.models import Screening
from referral.screening.scoring import Ticked, answers_given, says_something
from referral.screening.started_models import StartedScreening
from referral.screening.states import Respondent, ScreeningMode

_OVER = _l("This screening is finished or was discarded meanwhile. Open the patient's page to see what came of it.")


@dataclass(frozen=True)
class Start:
    """How a screening begins. `form_id`: sent twice, it is one."""

    form_id: UUID
    instrument: Instrument
    language: str
    mode: ScreeningMode
    respondent: Respondent = Respondent.PATIENT
    #: Who answers for the patient.
    proxy_id: UUID | None = None
    interpreter: str | None = None
    by: UUID | None = None


def start_screening(session: ScopedSession, patient: Patient, start: Start) -> StartedScreening:
    """Return a screening that was started; no question is answered yet. Raises InvalidInput. Flushes.

    What a patient answers alone must be in a language that the instrument has: never English by default.
    """
    known = started_by_id(session, patient.id, start.form_id)
    if known is not None:
        return known
    if start.mode is not ScreeningMode.STAFF and start.language not in start.instrument.languages:
        raise InvalidInput(_l("These questions do not exist in this language. Choose another language."), "language")
    started = StartedScreening(
        id=start.form_id,
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        instrument=start.instrument.key,
        instrument_version=start.instrument.version,
        language=start.language,
        mode=start.mode,
        respondent=start.respondent,
        proxy_id=start.proxy_id,
        started_by=start.by,
        started_at=clock.now(),
    )
    started.interpreter = start.interpreter
    session.add(started)
    session.flush()
    return started


def keep_answers(
    session: ScopedSession, started: StartedScreening, ticked: Ticked, *, mode: ScreeningMode, alone: bool = False
) -> None:
    """Keep what was answered or passed over, beside what was there. Raises Conflict once it has ended. Flushes.

    Answers about safety are taken only from staff who are alone with the patient: not from a tablet, a link or paper,
    and not from somebody who answers for the patient.
    """
    _lock(session, started)
    instrument = instrument_of_started(session, started)
    may_be_private = alone and mode is ScreeningMode.STAFF and started.respondent == Respondent.PATIENT
    kept = answers_given(instrument, ticked, alone=may_be_private)
    if not kept:
        return
    private = instrument.private_names()
    started.answers = {**started.answers, **kept}
    started.alone = started.alone or any(name in private for name in kept)
    started.mode, started.saved_at = mode, clock.now()
    session.flush()


def finish_screening(
    session: ScopedSession, patient: Patient, started: StartedScreening, *, by: UUID | None
) -> Screening:
    """Return the recorded screening. Finished twice, it is one. Raises Conflict when it was discarded. Flushes."""
    session.refresh(started, with_for_update=True)
    done = session.scalar(select(Screening).where(Screening.id == started.id))
    if done is not None:
        return done
    _refuse_over(started)
    filling = Filling(
        form_id=started.id,
        instrument=instrument_of_started(session, started),
        language=started.language,
        ticked=dict(started.answers),
        alone=started.alone,
        taken_by=by,
        interpreter=started.interpreter,
        mode=ScreeningMode(started.mode),
        respondent=Respondent(started.respondent),
        proxy_id=started.proxy_id,
    )
    screening = record_screening(session, patient, filling)
    _end(session, started)
    return screening


def discard_screening(session: ScopedSession, started: StartedScreening) -> None:
    """Forget what was answered; its link opens nothing any more. Discarded twice, it is discarded. Flushes."""
    session.refresh(started, with_for_update=True)
    if started.ended_at is None:
        _end(session, started)


def started_by_id(session: ScopedSession, patient_id: UUID, started_id: UUID) -> StartedScreening | None:
    """Return the patient's started screening, ended or not, or None when absent or not theirs."""
    return session.scalar(
        select(StartedScreening).where(StartedScreening.id == started_id, StartedScreening.patient_id == patient_id)
    )


def open_screening(session: ScopedSession, started_id: UUID) -> StartedScreening | None:
    """Return a started screening by its id alone, for whoever holds its tablet or its link; None when not there."""
    return session.scalar(select(StartedScreening).where(StartedScreening.id == started_id))


def started_of(session: ScopedSession, patient_id: UUID) -> Sequence[StartedScreening]:
    """Return the patient's screenings that are on their way, newest first."""
    found = select(StartedScreening).where(
        StartedScreening.patient_id == patient_id, StartedScreening.ended_at.is_(None)
    )
    return session.scalars(found.order_by(StartedScreening.started_at.desc(), StartedScreening.id.desc())).all()


def instrument_of_started(session: ScopedSession, started: StartedScreening) -> Instrument:
    """Return the version of the instrument that it was started with. Raises Conflict when that is not there."""
    instrument = instrument_of(session, started.instrument, started.instrument_version)
    if instrument is None:
        raise Conflict(_l("The questions of this screening are not there any more. Discard it and start another."))
    return instrument


def progress_of(session: ScopedSession, started: StartedScreening) -> tuple[int, int]:
    """Return to how many questions something was said, and how many there are; as the result counts them."""
    asked = instrument_of_started(session, started).asked(alone=started.alone)
    names = [(item.link_id, item.want_id) for item in asked]
    said = sum(any(says_something(started.answers.get(name)) for name in pair) for pair in names)
    return said, len(names)


def _lock(session: ScopedSession, started: StartedScreening) -> None:
    session.refresh(started, with_for_update=True)
    _refuse_over(started)


def _refuse_over(started: StartedScreening) -> None:
    if started.ended_at is not None:
        raise Conflict(_OVER)


def _end(session: ScopedSession, started: StartedScreening) -> None:
    started.ended_at, started.answers = clock.now(), {}
    end_links(session, LinkPurpose.SCREENING, started.id)
    cancel_for_subject(session, StartedScreening.__tablename__, started.id, reason="screening_over")
    session.flush()
