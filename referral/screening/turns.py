"""A patient's turn, on a tablet or behind a link: one step at a time, each kept at once, nothing shown back.

Nothing that was answered is ever shown again, because the next who looks at the screen may be somebody else. Questions
on safety are in no step here: not on a device that others hold, not behind a link that others may open.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import Gone
from referral.kit.scope import Scope, ScopedSession, ScopeKind, job_scope
from referral.kit.transaction import Database
from referral.patients.queries import patient_by_id
from referral.screening.differences import still_differs
from referral.screening.instruments import SKIP, Instrument
from referral.screening.models import Need
from referral.screening.question_forms import step_form
from referral.screening.respondents import answerer_of, not_asked
from referral.screening.results import has_unscored_answers
from referral.screening.started import finish_screening, instrument_of_started, keep_answers
from referral.screening.started_models import StartedScreening
from referral.screening.states import NeedStatus, ScreeningMode
from referral.screening.steps import Step, next_step, steps_of
from referral.screening.words import NEEDS
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason
from resources_directory.needs import NeedDomain

#: Somebody goes through positive answers with the patient until then.
CONFIRM_WITHIN = timedelta(days=1)

#: What the buttons of a step say.
PASS, STOP = "skip", "stop"


@dataclass(frozen=True)
class Whose:
    """Whose screening somebody holds, and its language."""

    clinic_id: UUID
    patient_id: UUID
    language: str

    def scope(self, label: str) -> Scope:
        """Return the scope of whoever holds it: this patient's rows at this clinic, and no others."""
        return Scope(ScopeKind.LINK, label, clinic_ids=frozenset({self.clinic_id}), patient_id=self.patient_id)


@dataclass(frozen=True)
class Turn:
    """A screening in a patient's hands."""

    started: StartedScreening
    instrument: Instrument
    mode: ScreeningMode
    #: Needs that are not asked about, because somebody else answers.
    without: frozenset[NeedDomain] = frozenset()

    @property
    def steps(self) -> list[Step]:
        """Every step that a patient is shown: none on safety."""
        return steps_of(self.instrument, alone=False, without=self.without)

    def step(self, number: int | None) -> Step | None:
        """Return the step of this number, or the first that was not answered yet; None at the end."""
        named = [step for step in self.steps if step.number == number]
        return named[0] if named else next_step(self.steps, self.started.answers.keys())


def whose(database: Database, started_id: UUID, label: str) -> Whose | None:
    """Return whose screening it is, for the scope of whoever holds it, and in which language to speak.

    A short look of its own, column by column: no row about a patient is loaded.
    """
    with database.reading(job_scope(label)) as apart:
        columns = (StartedScreening.clinic_id, StartedScreening.patient_id, StartedScreening.language)
        row = apart.execute(select(*columns).where(StartedScreening.id == started_id)).one_or_none()
    return Whose(*row) if row is not None else None


def turn_of(session: ScopedSession, started: StartedScreening, mode: ScreeningMode) -> Turn:
    """Return a patient's turn with a started screening.

    Raises Conflict when its instrument is gone, Gone when whoever answers for the patient may answer none of it now.
    """
    with session.widened("tablet or link"):  # what was said on another record of the person counts too
        without = not_asked(session, started.patient_id, answerer_of(started))
    turn = Turn(started, instrument_of_started(session, started), mode, without)
    if not turn.steps:
        raise Gone(_l("These questions are not there any more. Give the device back."))
    return turn


def step_page(turn: Turn, step: Step, *, endpoint: str) -> str:
    """Return the page of one step. `endpoint`: where it is shown and sent to, without the method."""
    language = turn.started.language
    form = step_form(step, language, fresh=True)
    form.at.data = str(step.number)
    return render_template(
        "screening/step.html",
        form=form,
        fields=[form.answer_field(question) for question in step.questions],
        title=turn.instrument.title.say(language),
        intro=turn.instrument.intro.say(language) if step.number == 1 else "",
        topic=NEEDS[step.domain] if step.domain and turn.instrument.wants else "",
        step=step,
        steps=len(turn.steps),
        show_endpoint=f"{endpoint}.show",
        answer_endpoint=f"{endpoint}.answer",
        on_tablet=turn.mode is ScreeningMode.TABLET,
        citation=turn.instrument.citation,
        instrument_language=language,
    )


def take_step(session: ScopedSession, turn: Turn) -> int | None:
    """Keep what was sent for a step; return the next one's number, or None when the screening is finished. Flushes.

    Raises Conflict when it has ended meanwhile.
    """
    step = turn.step(request.form.get("at", type=int))
    wish = request.form.get("do")
    if step is not None:
        ticked = step_form(step, turn.started.language, fresh=False).ticked()
        if wish == PASS:
            ticked = {question.name: SKIP for question in step.questions}
        if wish == STOP:
            ticked = {name: value for name, value in ticked.items() if value != SKIP}
        keep_answers(session, turn.started, ticked, mode=turn.mode)
        if wish != STOP and step.number < len(turn.steps):
            return step.number + 1
    finish_turn(session, turn.started)
    return None


def finish_turn(session: ScopedSession, started: StartedScreening) -> None:
    """Record what the patient answered, and let somebody go through it with them. Flushes."""
    patient = patient_by_id(session, started.patient_id)
    if patient is None:
        return
    screening = finish_screening(session, patient, started, by=started.started_by)
    waiting = select(Need.id).where(Need.patient_id == patient.id, Need.status == NeedStatus.UNCONFIRMED)
    open_questions = has_unscored_answers(session, screening) or still_differs(session, screening)
    if session.scalar(waiting.limit(1)) is None and not open_questions:
        return
    make_to_do(
        session,
        NewToDo(
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            reason=ToDoReason.CONFIRM_NEED,
            subject_kind="screening",
            subject_id=screening.id,
            dedupe_key=f"confirm_needs:{screening.id}",
            due_at=clock.now() + CONFIRM_WITHIN,
        ),
    )
