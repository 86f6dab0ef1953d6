"""What the pages of asking share: how a screening is done, as a form carries it, and what its answers become."""

from dataclasses import dataclass

from flask import request

from referral.accounts.principal import current_person
from referral.kit.errors import NotFound
from referral.kit.i18n import current_language
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.screening.actions import Filling, record_screening
from referral.screening.forms import StartForm
from referral.screening.instrument_library import instrument_of
from referral.screening.instruments import SKIP, Instrument
from referral.screening.models import Screening
from referral.screening.question_forms import ALONE, AT, AskedForm, Spoken, keep_how, questions_form, typed_form
from referral.screening.respondents import THE_PATIENT, Answerer, answerer_named, answerer_of, not_asked
from referral.screening.started import (
    Start,
    finish_screening,
    instrument_of_started,
    keep_answers,
    start_screening,
    started_by_id,
)
from referral.screening.started_models import StartedScreening
from referral.screening.states import Respondent, ScreeningMode
from referral.screening.steps import steps_of
from resources_directory.needs import NeedDomain


@dataclass(frozen=True)
class Way:
    """How a screening is done."""

    instrument: Instrument
    spoken: Spoken
    mode: ScreeningMode = ScreeningMode.STAFF
    answerer: Answerer = THE_PATIENT
    alone: bool = False
    interpreter: str | None = None
    #: Needs that somebody else who answers is not asked about.
    without: frozenset[NeedDomain] = frozenset()

    @property
    def typed(self) -> bool:
        """True when staff type in a sheet of paper."""
        return self.mode is ScreeningMode.PAPER

    @property
    def asks_something(self) -> bool:
        """False where nothing is left to ask of whoever answers."""
        return bool(steps_of(self.instrument, alone=self.alone, without=self.without))


def way_of_start(session: ScopedSession, patient: Patient, form: StartForm) -> Way:
    """Return how it is done, of a valid form."""
    answerer = form.answerer()
    return Way(
        form.instrument(),
        Spoken(form.language.data, current_language().code),
        ScreeningMode(form.mode.data),
        answerer,
        form.asks_alone(),
        form.interpreter.data,
        not_asked(session, patient.id, answerer),
    )


def way_of_started(session: ScopedSession, started: StartedScreening, *, alone: bool) -> Way:
    """Return how staff go on with a screening that was saved.

    Raises Conflict when its instrument is gone, or when whoever answered speaks for the patient no more.
    """
    instrument = instrument_of_started(session, started)
    answerer = answerer_of(started)
    alone = alone and answerer.respondent is Respondent.PATIENT
    spoken = Spoken(started.language, current_language().code)
    return Way(
        instrument,
        spoken,
        answerer=answerer,
        alone=alone,
        interpreter=started.interpreter,
        without=not_asked(session, started.patient_id, answerer),
    )


def way_posted(session: ScopedSession, patient: Patient) -> Way:
    """Return how it is done, from the hidden fields of the page with the questions. Raises NotFound for broken ones.

    Paper and whoever answers for the patient are never asked about safety, whatever the form says. Raises Conflict when
    that person speaks for the patient no more.
    """
    posted = request.form
    key, _at, version = posted.get("chosen_instrument", "").partition(AT)
    instrument = instrument_of(session, key, version)
    mode, answerer = posted.get("mode", ""), answerer_named(posted.get("respondent"))
    language = posted.get("language", "")
    if instrument is None or answerer is None or mode not in (ScreeningMode.STAFF, ScreeningMode.PAPER):
        raise NotFound
    if language not in instrument.languages:
        language = instrument.languages[0]
    may_be_alone = mode == ScreeningMode.STAFF and answerer.respondent is Respondent.PATIENT
    return Way(
        instrument,
        Spoken(language, current_language().code),
        ScreeningMode(mode),
        answerer,
        may_be_alone and posted.get("alone") == ALONE,
        posted.get("interpreter", "")[:120] or None,
        not_asked(session, patient.id, answerer),
    )


def form_of(way: Way, *, fresh: bool) -> AskedForm:
    """Return the form with the questions to ask, which carries how it is done. `fresh`: leave out what was posted."""
    if way.typed:
        form: AskedForm = typed_form(way.instrument, way.spoken, without=way.without, fresh=fresh)
    else:
        form = questions_form(way.instrument, way.spoken, alone=way.alone, without=way.without, fresh=fresh)
    if fresh:
        keep_how(form, spoken=way.spoken, mode=way.mode, answerer=way.answerer.value, alone=way.alone)
        form.interpreter.data = way.interpreter
    return form


def record_answers_of(session: ScopedSession, patient: Patient, way: Way, form: AskedForm) -> Screening:
    """Return the recorded screening: of what was answered now, and before if it was saved. Flushes."""
    by = current_person().person_id
    started = started_by_id(session, patient.id, form.filling_id())
    if started is not None:
        keep_answers(session, started, form.ticked(), mode=way.mode, alone=way.alone)
        return finish_screening(session, patient, started, by=by)
    filling = Filling(
        form_id=form.filling_id(),
        instrument=way.instrument,
        language=way.spoken.language,
        ticked=form.ticked(),
        alone=way.alone,
        taken_by=by,
        interpreter=way.interpreter,
        mode=way.mode,
        respondent=way.answerer.respondent,
        proxy_id=way.answerer.proxy_id,
    )
    return record_screening(session, patient, filling)


def save_for_later(session: ScopedSession, patient: Patient, way: Way, form: AskedForm) -> StartedScreening:
    """Return the screening that is kept half-filled. What is not typed in yet was not passed over. Flushes."""
    started = start_as(session, patient, way, form)
    ticked = form.ticked()
    if way.typed:
        ticked = {name: value for name, value in ticked.items() if value != SKIP}
    keep_answers(session, started, ticked, mode=way.mode, alone=way.alone)
    return started


def start_as(session: ScopedSession, patient: Patient, way: Way, form: AskedForm | StartForm) -> StartedScreening:
    """Return the screening that the form starts, or the one that it started before. Raises InvalidInput. Flushes."""
    start = Start(
        form_id=form.filling_id(),
        instrument=way.instrument,
        language=way.spoken.language,
        mode=way.mode,
        respondent=way.answerer.respondent,
        proxy_id=way.answerer.proxy_id,
        interpreter=way.interpreter,
        by=current_person().person_id,
    )
    return start_screening(session, patient, start)
