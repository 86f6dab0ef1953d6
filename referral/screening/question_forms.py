"""Forms made from an instrument: all questions on one page for staff, numbers typed from paper, one step for patients.

A field is called after its answer with a prefix, because the ids in somebody else's instrument may be any word.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import LazyString
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import HiddenField, RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from referral.kit.forms import Form
from referral.screening.instruments import DECLINED, SKIP, Instrument, Option, Words, unanswered
from referral.screening.scoring import chosen
from referral.screening.states import ScreeningMode
from referral.screening.steps import Asked, Step, steps_of, typed_answer
from referral.screening.words import NEEDS
from resources_directory.needs import NeedDomain

F = TypeVar("F", bound=Form)

PREFIX = "a-"

ALONE = "yes"

#: What parts key and version in the name of an instrument's version.
AT = "@"


class ManyBoxes(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """A group of tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


@dataclass(frozen=True)
class Spoken:
    """In which language the questions are shown, and which one stands beside it for staff, if another."""

    language: str
    beside: str | None = None


@dataclass(frozen=True)
class Group:
    """The questions of one step. `fields`: the wish for help first, then the questions."""

    title: LazyString | str
    fields: tuple[Any, ...]


class AskedForm(Form):
    """The questions of an instrument; `questions_form` adds them. Hidden fields keep how the screening is done."""

    instrument: Instrument
    steps: Sequence[Step]

    language = HiddenField()
    alone = HiddenField()
    chosen_instrument = HiddenField()
    mode = HiddenField()
    respondent = HiddenField()
    interpreter = HiddenField(validators=[Length(max=120)])

    def questions(self) -> list[Asked]:
        """Return the questions of the form, in order."""
        return [question for step in self.steps for question in step.questions]

    def answer_field(self, question: Asked) -> Any:
        """Return the field of a question."""
        return self[PREFIX + question.name]

    def ticked(self) -> dict[str, Any]:
        """Return item or want id to what was ticked; nothing ticked is None or an empty list."""
        return {question.name: self.answer_field(question).data for question in self.questions()}

    def fill_in(self, answers: Mapping[str, str]) -> None:
        """Show what was answered before."""
        for question in self.questions():
            if question.name in answers:
                field = self.answer_field(question)
                values = [option.value for option in chosen((*question.options, *unanswered()), answers[question.name])]
                field.data = values if question.repeats else next(iter(values), None)


class QuestionsForm(AskedForm):
    """All questions at once, for staff who ask them."""

    def groups(self) -> list[Group]:
        """Return the questions by step, in the order of the instrument."""
        return [
            Group(
                NEEDS[step.domain] if step.domain and self.instrument.wants else _number_words(step.questions[0]),
                tuple(self.answer_field(question) for question in step.questions),
            )
            for step in self.steps
        ]

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Return whether all is answered that must be: after a "yes", whether help is wanted."""
        valid = bool(super().validate(extra_validators))
        if not any(self.ticked().values()):
            self.form_errors.append(_("Nothing is answered yet. Ask at least one question, or go back to the patient."))
            return False
        for step in self.steps:
            wish = next((self.answer_field(each) for each in step.questions if each.about_help), None)
            if wish is None or wish.data or wish.errors or not self._lacks(step):
                continue
            wish.errors = [
                *wish.errors,
                _("The patient said yes to a question on this. Ask whether they want help with it."),
            ]
            valid = False
        return valid

    def _lacks(self, step: Step) -> bool:
        return any(
            option.positive
            for question in step.questions
            if not question.about_help
            for option in chosen(question.options, _joined(self.answer_field(question).data))
        )


class TypedForm(AskedForm):
    """The numbers ticked on a sheet of paper, typed by staff."""

    def ticked(self) -> dict[str, Any]:
        """Return item or want id to the values of the numbers; an empty field was left out on paper."""
        return {
            question.name: typed_answer(question, self.answer_field(question).data or "") or SKIP
            for question in self.questions()
        }

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Return whether every number is one of its question's, and something was typed at all."""
        valid = bool(super().validate(extra_validators))
        if not any(self.answer_field(question).data for question in self.questions()):
            self.form_errors.append(_("Nothing is typed yet. Type the numbers that are ticked on the sheet."))
            return False
        for question in self.questions():
            field = self.answer_field(question)
            if field.data and typed_answer(question, field.data) is None:
                field.errors = [*field.errors, _wrong_number(question)]
                valid = False
        return valid


class StepForm(Form):
    """The questions of one step, on a tablet or behind a link. Nothing ticked passes them over."""

    step: Step

    at = HiddenField()

    def answer_field(self, question: Asked) -> Any:
        """Return the field of a question."""
        return self[PREFIX + question.name]

    def ticked(self) -> dict[str, Any]:
        """Return item or want id to what was ticked, or that it was passed over."""
        return {question.name: self.answer_field(question).data or SKIP for question in self.step.questions}


def questions_form(
    instrument: Instrument, spoken: Spoken, *, alone: bool, without: Collection[NeedDomain], fresh: bool
) -> QuestionsForm:
    """Return the form with the questions to ask. `fresh`: leave out what was posted; `without`: needs not asked about.

    Without `alone` there is no field for safety, so no answer can come in.
    """
    steps = steps_of(instrument, alone=alone, without=without)
    fields = {PREFIX + each.name: _choice(each, spoken) for step in steps for each in step.questions}
    return _built(QuestionsForm, fields, fresh=fresh, instrument=instrument, steps=steps)


def typed_form(instrument: Instrument, spoken: Spoken, *, without: Collection[NeedDomain], fresh: bool) -> TypedForm:
    """Return the form with a field for the number of each question that stands on paper: none on safety."""
    steps = steps_of(instrument, alone=False, without=without)
    fields = {
        PREFIX + each.name: StringField(
            Markup(_("%(number)s. %(question)s"))  # noqa: S704 - our own words
            % {"number": each.number, "question": _in_language(each.words, spoken.language)},
            [Optional(), Length(max=20)],
            description=_typed_hint(each, spoken),
        )
        for step in steps
        for each in step.questions
    }
    return _built(TypedForm, fields, fresh=fresh, instrument=instrument, steps=steps)


def step_form(step: Step, language: str, *, fresh: bool) -> StepForm:
    """Return the form of one step in the patient's language. It never shows what was answered before."""
    fields = {PREFIX + each.name: _choice(each, Spoken(language), passing=(DECLINED,)) for each in step.questions}
    return _built(StepForm, fields, fresh=fresh, step=step)


def named(instrument: Instrument) -> str:
    """Return the name of an instrument's version in a form."""
    return f"{instrument.key}{AT}{instrument.version}"


def keep_how(form: AskedForm, *, spoken: Spoken, mode: ScreeningMode, answerer: str, alone: bool) -> None:
    """Put how the screening is done into the form's hidden fields. `answerer`: as a form names who answers."""
    form.language.data, form.mode.data, form.respondent.data = spoken.language, str(mode), answerer
    form.alone.data, form.chosen_instrument.data = ALONE if alone else "", named(form.instrument)


def _built(base: type[F], fields: Mapping[str, Any], *, fresh: bool, **facts: Any) -> F:
    form_class: type[F] = type(f"Built{base.__name__}", (base,), {**fields, **facts})
    return form_class(formdata=None) if fresh else form_class()


def _choice(question: Asked, spoken: Spoken, *, passing: Collection[str] = (SKIP, DECLINED)) -> RadioField | ManyBoxes:
    """Return the field of a question. `passing`: the ways to say nothing that stand beside the answers."""
    beside = [
        option
        for option in unanswered()
        if option.value in passing and (option.value == SKIP or not question.about_help)
    ]
    kind = ManyBoxes if question.repeats else RadioField
    return kind(
        _in_language(question.words, spoken.language),
        [Optional()],
        choices=[_option(option, spoken.language) for option in (*question.options, *beside)],
        description=_beside(question.words, spoken),
    )


def _typed_hint(question: Asked, spoken: Spoken) -> Markup:
    """Return the answers with their numbers as they stand on the sheet, below the question in the language of staff."""
    answers = Markup(" · ").join(
        Markup(_("%(number)s %(answer)s"))  # noqa: S704 - our own words
        % {"number": number, "answer": _in_language(option.words, spoken.language)}
        for number, option in question.numbered_options
    )
    beside = _beside(question.words, spoken)
    return Markup("{}<br>{}").format(beside, answers) if beside else answers


def _option(option: Option, language: str) -> SelectChoice:
    return SelectChoice(option.value, _in_language(option.words, language))


def _beside(words: Words, spoken: Spoken) -> Markup | str:
    if spoken.beside is None or spoken.beside == spoken.language or spoken.beside not in words.by_language:
        return ""
    return _in_language(words, spoken.beside)


def _in_language(words: Words, language: str) -> Markup:
    said = language if language in words.by_language else next(iter(words.by_language))
    return Markup('<span lang="{}" dir="auto">{}</span>').format(said, words.say(said))


def _number_words(question: Asked) -> str:
    return str(_("Question %(number)s", number=question.number))


def _wrong_number(question: Asked) -> str:
    numbers = ", ".join(str(number) for number, _option in question.numbered_options)
    if question.repeats:
        return str(_("Type one or more of the numbers %(numbers)s, with commas between them.", numbers=numbers))
    return str(_("Type one of the numbers %(numbers)s.", numbers=numbers))


def _joined(data: str | Iterable[str] | None) -> str:
    return data if isinstance(data, str) else "|".join(data or ())
