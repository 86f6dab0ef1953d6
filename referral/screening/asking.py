"""What the pages of asking share: how a screening is done, as a form carries it, and what its answers become."""

from dataclasses import dataclass
from uuid import UUID

from flask import request

from referral.accounts.principal import current_person
from referral.kit.errors import NotFound
from referral.kit.i18n import current_language
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient
from referral.patients.proxies import private_domains_of
from referral.screening.actions import Filling, record_screening
from referral.screening.forms import StartForm
from referral.screening.instrument_library import instrument_of
from referral.screening.instruments import SKIP, Instrument
from referral.screening.models import Screening
from referral.screening.question_forms import ALONE, AT, AskedForm, Spoken, keep_how, questions_form, typed_form
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
from resources_directory.needs import NeedDomain


@dataclass(frozen=True)
class Way:
    """How a screening is done."""

    instrument: Instrument
    spoken: Spoken
    mode: ScreeningMode = ScreeningMode.STAFF
    respondent: Respondent = Respondent.PATIENT
    alone: bool = False
    interpreter: str | None = None
    #: Needs that the patient keeps to themselves, when somebody else answers.
    without: frozenset[NeedDomain] = frozenset()

    @property
    def typed(self) -> bool:
        """True when staff type in a sheet of paper."""
        return self.mode is ScreeningMode.PAPER


def kept_private(session: ScopedSession, patient_id: UUID, respondent: Respondent) -> frozenset[NeedDomain]:
    """Return the needs not to ask about: those that the patient keeps to themselves, where somebody else answers."""
    return private_domains_of(session, patient_id) if respondent is Respondent.PROXY else frozenset()


def way_of_start(session: ScopedSession, patient: Patient, form: StartForm) -> Way:
    """Return how it is done, of a valid form."""
    respondent = Respondent(form.respondent.data)
    return Way(
        form.instrument(),
        Spoken(form.language.data, current_language().code),
        ScreeningMode(form.mode.data),
        respondent,
        form.asks_alone(),
        form.interpreter.data,
        kept_private(session, patient.id, respondent),
    )


def way_of_started(session: ScopedSession, started: StartedScreening, *, alone: bool) -> Way:
    """Return how staff go on with a screening that was saved. Raises Conflict when its instrument is gone."""
    instrument = instrument_of_started(session, started)
    respondent = Respondent(started.respondent)
    alone = alone and respondent is Respondent.PATIENT
    spoken = Spoken(started.language, current_language().code)
    return Way(
        instrument,
        spoken,
        respondent=respondent,
        alone=alone,
        interpreter=started.interpreter,
        without=kept_private(session, started.patient_id, respondent),
    )


def way_posted(session: ScopedSession, patient: Patient) -> Way:
    """Return how it is done, from the hidden fields of the page with the questions. Raises NotFound for broken ones.

    Paper and whoever answers for the patient are never asked about safety, whatever the form says.
    """
    posted = request.form
    key, _at, version = posted.get("chosen_instrument", "").partition(AT)
    instrument = instrument_of(session, key, version)
    mode, respondent = posted.get("mode", ""), posted.get("respondent", "")
    language = posted.get("language", "")
    known = mode in (ScreeningMode.STAFF, ScreeningMode.PAPER) and respondent in list(Respondent)
    if instrument is None or not known:
        raise NotFound
    if language not in instrument.languages:
        language = instrument.languages[0]
    may_be_alone = mode == ScreeningMode.STAFF and respondent == Respondent.PATIENT
    return Way(
        instrument,
        Spoken(language, current_language().code),
        ScreeningMode(mode),
        Respondent(respondent),
        may_be_alone and posted.get("alone") == ALONE,
        posted.get("interpreter", "")[:120] or None,
        kept_private(session, patient.id, Respondent(respondent)),
    )


def form_of(way: Way, *, fresh: bool) -> AskedForm:
    """Return the form with the questions to ask, which carries how it is done. `fresh`: leave out what was posted."""
    if way.typed:
        form: AskedForm = typed_form(way.instrument, way.spoken, without=way.without, fresh=fresh)
    else:
        form = questions_form(way.instrument, way.spoken, alone=way.alone, without=way.without, fresh=fresh)
    if fresh:
        keep_how(form, spoken=way.spoken, mode=way.mode, respondent=way.respondent, alone=way.alone)
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
        respondent=way.respondent,
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
        respondent=way.respondent,
        interpreter=way.interpreter,
        by=current_person().person_id,
    )
    return start_screening(session, patient, start)
