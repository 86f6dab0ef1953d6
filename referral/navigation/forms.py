"""Forms of a to-do: what was done, an attempt to reach the patient, and what the patient said happened."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from referral.kit.errors import InvalidInput
from referral.kit.forms import Form
from referral.kit.i18n import LANGUAGES, language_name
from referral.navigation import words
from referral.navigation.asking import TESTIMONY_BY, GivenAnswer
from referral.navigation.attempts import NewAttempt
from referral.navigation.finishing import Finished
from referral.navigation.plans import NewPlan, moment_of
from referral.navigation.states import CallSaid, ContactChannel, PlannedChannel
from referral.referrals import words as referral_words
from referral.referrals.amounts import faults_of
from referral.referrals.sent_again import sending_of
from referral.referrals.states import Outcome, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony
from referral.screening.states import NeedStatus

NAME_LETTERS, NOTE_LETTERS = 100, 2000
SILENT = ""

_CHOOSE = _l("Choose one.")


def _languages() -> list[tuple[str, object]]:
    return [("", _l("Not recorded")), *((code, language_name(code)) for code in LANGUAGES)]


class VersionForm(Form):
    """A form about the to-do as it stood on the page."""

    version = HiddenField()

    def seen_version(self) -> int:
        """Return the version that the page showed; 0, which no row has, for a broken one."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() else 0


class DoneForm(VersionForm):
    """What was done about it."""

    outcome = TextAreaField(
        _l("What did you do?"),
        [
            DataRequired(_l("Write a few words, so that the next person knows what was done.")),
            Length(max=NOTE_LETTERS),
        ],
    )
    call = RadioField(_l("Was the call made?"), [Optional()], choices=lambda: list(words.CALL_TO_PATIENT.items()))

    def offer_call(self, *, to_organization: bool) -> None:
        """Offer what may have come of the call."""
        self.call.choices = list((words.CALL_TO_ORGANIZATION if to_organization else words.CALL_TO_PATIENT).items())

    def finished(self) -> Finished:
        """Return what a valid form says."""
        return Finished(self.outcome.data, CallSaid(self.call.data) if self.call.data else None, self.filling_id())


class AttemptForm(Form):
    """An attempt to reach the patient."""

    channel = RadioField(
        _l("How did you try?"),
        [InputRequired(_CHOOSE)],
        choices=lambda: list(words.CHANNELS.items()),
        default=ContactChannel.PHONE,
    )
    reached = RadioField(
        _l("Did you reach them?"),
        [InputRequired(_CHOOSE)],
        choices=lambda: [("yes", _l("Yes")), ("no", _l("No"))],
    )
    language = SelectField(_l("Language spoken"), [Optional()], choices=_languages)
    interpreter = StringField(_l("Interpreter, if there was one"), [Optional(), Length(max=NAME_LETTERS)])
    minutes = IntegerField(_l("Minutes it took"), [Optional()], render_kw={"min": 0})
    note = TextAreaField(_l("Note"), [Optional(), Length(max=NOTE_LETTERS)])

    def attempt(self) -> NewAttempt:
        """Return the attempt of a valid form."""
        return NewAttempt(
            channel=ContactChannel(self.channel.data),
            reached=self.reached.data == "yes",
            language=self.language.data or None,
            interpreter=self.interpreter.data,
            minutes=self.minutes.data,
            note=self.note.data,
        )


class PlanForm(Form):
    """The next try: by which way, on which day, at which hour."""

    channel = SelectField(_l("How will you try next?"), choices=lambda: list(words.PLANNED.items()))
    day = DateField(_l("On which day?"), [InputRequired(_l("Choose a day."))])
    hour = TimeField(_l("At what time?"), [InputRequired(_l("Choose a time."))])
    note = TextAreaField(
        _l("What should whoever tries know?"), [Optional(), Length(max=NOTE_LETTERS)], render_kw={"rows": 2}
    )

    def plan(self, *, timezone_name: str) -> NewPlan:
        """Return the plan of a valid form; day and hour are those of the zone."""
        at = moment_of(self.day.data, self.hour.data, timezone_name=timezone_name)
        return NewPlan(PlannedChannel(self.channel.data), at, self.note.data)


class AnswerForm(Form):
    """What was answered to the question that a text would have asked."""

    question_id = HiddenField()
    digit = RadioField(_l("What did they answer?"), [InputRequired(_CHOOSE)])
    speaker = StringField(
        _l("Who spoke?"),
        [DataRequired(_l("Type who spoke: the patient, or whoever spoke for them.")), Length(max=NAME_LETTERS)],
    )
    channel = RadioField(
        _l("How did you talk?"),
        [InputRequired(_CHOOSE)],
        choices=lambda: [(str(each), words.CHANNELS[each]) for each in TESTIMONY_BY],
        default=ContactChannel.PHONE,
    )
    language = SelectField(_l("Language spoken"), [Optional()], choices=_languages)
    interpreter = StringField(_l("Interpreter, if there was one"), [Optional(), Length(max=NAME_LETTERS)])
    minutes = IntegerField(_l("Minutes it took"), [Optional()], render_kw={"min": 0})
    note = TextAreaField(_l("In their own words"), [Optional(), Length(max=NOTE_LETTERS)])

    def offer(self, answers: Sequence[tuple[str, str]]) -> None:
        """Offer the answers of a question: (digit, words)."""
        self.digit.choices = list(answers)

    def given(self) -> GivenAnswer:
        """Return the answer of a valid form. Raises InvalidInput when it is about no question."""
        try:
            question_id = UUID(self.question_id.data)
        except (ValueError, TypeError) as error:
            raise InvalidInput(_l("The page was incomplete. Open the to-do again.")) from error
        attempt = NewAttempt(
            channel=ContactChannel(self.channel.data),
            reached=True,
            language=self.language.data or None,
            interpreter=self.interpreter.data,
            minutes=self.minutes.data,
            note=self.note.data,
        )
        return GivenAnswer(question_id, self.digit.data, self.speaker.data, attempt)


class ToldForm(Form):
    """What the patient said happened with a referral."""

    referral_version = HiddenField()
    speaker = StringField(
        _l("Who spoke?"),
        [DataRequired(_l("Type who spoke: the patient, or whoever spoke for them.")), Length(max=NAME_LETTERS)],
    )
    channel = RadioField(
        _l("How did they say it?"),
        [InputRequired(_CHOOSE)],
        choices=lambda: [
            (str(TestimonyChannel.PHONE), _l("By phone")),
            (str(TestimonyChannel.IN_PERSON), _l("In person")),
        ],
        default=TestimonyChannel.PHONE,
    )
    outcome = RadioField(
        _l("What happened?"), [InputRequired(_CHOOSE)], choices=lambda: referral_words.choices(referral_words.OUTCOMES)
    )
    reason = SelectField(
        _l("If help did not come: why?"),
        [Optional()],
        choices=lambda: [
            ("", _l("Choose a reason")),
            *referral_words.choices(referral_words.NOT_COMPLETED_REASONS),
        ],
    )
    need_status = RadioField(
        _l("Is the need itself met now?"),
        [Optional()],
        choices=lambda: [*words.NEED_NOW.items(), (SILENT, _l("They did not say"))],
        default=SILENT,
    )
    language = SelectField(_l("Language spoken"), [Optional()], choices=_languages)
    interpreter = StringField(_l("Interpreter, if there was one"), [Optional(), Length(max=NAME_LETTERS)])
    note = TextAreaField(_l("In their own words"), [Optional(), Length(max=NOTE_LETTERS)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Return True if nothing is missing, and the reason fits what happened."""
        complete: bool = super().validate(extra_validators)
        faults = list(faults_of(self.outcome.data, reason=self.reason.data, units=None))
        for each in faults:
            self.blame(each)
        return complete and not faults

    def given(self, *, taken_by: UUID) -> GivenTestimony:
        """Return the testimony of a valid form; `taken_by`: the id of whoever wrote it down."""
        return GivenTestimony(
            side=Side.PATIENT,
            outcome=Outcome(self.outcome.data),
            channel=TestimonyChannel(self.channel.data),
            reason=self.reason.data or None,
            speaker=self.speaker.data,
            taken_by=taken_by,
            interpreter=self.interpreter.data,
            language=self.language.data or None,
            note=self.note.data,
            sending=sending_of(self, "told"),
        )

    def said_of_need(self) -> NeedStatus | None:
        """Return where the need stands by the person's own words; None when they did not say."""
        return NeedStatus(self.need_status.data) if self.need_status.data else None
