"""Forms of referrals: an organization's answers, what is written down for either side, and the clinic's own steps."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from referral.kit.errors import InvalidInput
from referral.kit.forms import Form
from referral.kit.i18n import LANGUAGES, language_name
from referral.referrals import words
from referral.referrals.amounts import faults_of
from referral.referrals.asked_back import KEEP_DAY, KEEP_OUTCOME
from referral.referrals.declining import check_rule
from referral.referrals.said_room import ROOM_WORDS
from referral.referrals.states import Outcome, Side, TestimonyChannel

NAME_LETTERS, LINE_LETTERS, NOTE_LETTERS = 100, 200, 1000

_CHOOSE = _l("Choose one.")
_NOTE = Length(max=NOTE_LETTERS)

#: What an organization can say happened.
ORGANIZATION_OUTCOMES = (Outcome.RECEIVED, Outcome.PARTLY_RECEIVED, Outcome.NOT_RECEIVED)


def _reasons() -> list[tuple[str, object]]:
    return [("", _l("Choose a reason")), *words.choices(words.NOT_COMPLETED_REASONS)]


class NamedForm(Form):
    """A form that asks who fills it in. Pages of people who are signed in leave the name out.

    `about`: the browser's link session on whose page it stands; a page left open must not answer another request.
    `version`: of the request as the page of somebody signed in showed it; a link dies with every move and needs none.
    """

    about = HiddenField()
    version = HiddenField()
    name = StringField(
        _l("Your name"),
        [DataRequired(_l("Type your name, so that the clinic knows whom to ask.")), Length(max=NAME_LETTERS)],
        render_kw={"autocomplete": "name"},
    )


class WithAppointment(Form):
    """When the person is expected, and whether an interpreter is booked. `keep_day`: shown once it was asked back."""

    appointment = DateTimeLocalField(_l("Appointment, if there is one"), [Optional()])
    keep_day = BooleanField(KEEP_DAY)
    interpreter = SelectField(
        _l("Is an interpreter booked for it?"),
        [Optional()],
        choices=lambda: [("", _l("Not said")), ("yes", _l("Yes")), ("no", _l("No"))],
    )

    def interpreter_booked(self) -> bool | None:
        """Return what was said about the interpreter."""
        said: dict[str | None, bool] = {"yes": True, "no": False}
        return said.get(self.interpreter.data)


class AcceptForm(NamedForm, WithAppointment):
    """The organization takes it."""

    note = TextAreaField(_l("A word for the clinic"), [Optional(), _NOTE])


class DeclineForm(NamedForm):
    """The organization cannot take it."""

    reason = RadioField(
        _l("Why not?"),
        [InputRequired(_l("Press the reason that fits best."))],
        choices=lambda: words.choices(words.DECLINE_REASONS),
    )
    until = DateField(_l("If you are full: until which day?"), [Optional()])
    note = TextAreaField(_l("A word for the clinic, such as which rule"), [Optional(), _NOTE])

    def validate(self, extra_validators: Any = None) -> bool:
        """Return True if nothing is missing; a rule that somebody does not fit has a name."""
        complete: bool = super().validate(extra_validators)
        try:
            check_rule(self.reason.data, self.note.data)
        except InvalidInput as error:
            self.blame(error)
            return False
        return complete


class WaitlistForm(NamedForm):
    """The organization puts it on a waiting list."""

    position = IntegerField(_l("Place on the list, if known"), [Optional()])
    estimate = StringField(_l("How long it may take, if known"), [Optional(), Length(max=LINE_LETTERS)])


class StartForm(NamedForm):
    """The organization has begun."""


class DetailsForm(NamedForm):
    """Somebody wants to see what the patient agreed to share."""


class SendCodeForm(Form):
    """Where the code goes. With one address on file there is nothing to choose."""

    about = HiddenField()
    address = RadioField(_l("Where shall the code go?"), [InputRequired(_CHOOSE)])


class CodeForm(NamedForm):
    """The code that was mailed, and who types it."""

    version = None
    code = StringField(
        _l("The code from the e-mail"),
        [DataRequired(_l("Type the eight digits of the newest e-mail.")), Length(max=LINE_LETTERS)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr", "class": "code-field"},
    )


class LeaveForm(Form):
    """The organization is done with the page."""


class WithOutcome(Form):
    """What happened, with what must fit it. `keep_outcome`: shown once it was asked back."""

    keep_outcome = BooleanField(KEEP_OUTCOME)

    def validate(self, extra_validators: Any = None) -> bool:
        """Return True if nothing is missing, and amount and reason fit what happened."""
        complete: bool = super().validate(extra_validators)
        faults = list(faults_of(self.outcome.data, reason=self.reason.data, units=self.units.data))
        for each in faults:
            self.blame(each)
        return complete and not faults


class OutcomeForm(WithOutcome, NamedForm):
    """The organization says what happened."""

    outcome = RadioField(
        _l("What happened?"),
        [InputRequired(_CHOOSE)],
        choices=lambda: [(str(outcome), words.OUTCOMES[outcome]) for outcome in ORGANIZATION_OUTCOMES],
    )
    units = StringField(_l("How much was given, such as “2 boxes”"), [Optional(), Length(max=LINE_LETTERS)])
    reason = SelectField(_l("If help did not come: why?"), [Optional()], choices=_reasons)
    note = TextAreaField(_l("A word for the clinic"), [Optional(), _NOTE])


class SaidBeside(WithAppointment):
    """What an organization says on the phone beside its answer."""

    room = SelectField(
        _l("Do they have room?"),
        [Optional()],
        choices=lambda: [("", _l("Not said")), *((str(status), text) for status, text in ROOM_WORDS.items())],
    )
    until = DateField(_l("Until which day does that hold?"), [Optional()])
    room_note = StringField(
        _l("Their words about room, for everybody who looks"), [Optional(), Length(max=LINE_LETTERS)]
    )


class PhoneAnswerForm(SaidBeside):
    """What an organization answered by phone or in person, written down by the clinic."""

    version = HiddenField()
    speaker = StringField(
        _l("Who at the organization said it?"),
        [DataRequired(_l("Type the name of the person you spoke with.")), Length(max=NAME_LETTERS)],
    )
    answer = RadioField(_l("What is the answer?"), [InputRequired(_CHOOSE)])
    reason = SelectField(
        _l("If they decline: why?"),
        [Optional()],
        choices=lambda: [("", _l("Choose a reason")), *words.choices(words.DECLINE_REASONS)],
    )
    position = IntegerField(_l("Place on the waiting list, if known"), [Optional()])
    estimate = StringField(_l("How long the wait may be, if known"), [Optional(), Length(max=LINE_LETTERS)])
    note = TextAreaField(_l("Note"), [Optional(), _NOTE])


class TestimonyForm(WithOutcome):
    """What the patient or the organization says happened, written down by the clinic."""

    version = HiddenField()
    side = RadioField(
        _l("Who says it?"), [InputRequired(_CHOOSE)], choices=lambda: words.choices(words.SIDES), default=Side.PATIENT
    )
    speaker = StringField(
        _l("The name of whoever spoke"),
        [DataRequired(_l("Type who spoke: the patient, or the person at the organization.")), Length(max=NAME_LETTERS)],
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
    outcome = RadioField(_l("What happened?"), [InputRequired(_CHOOSE)], choices=lambda: words.choices(words.OUTCOMES))
    reason = SelectField(_l("If help did not come: why?"), [Optional()], choices=_reasons)
    units = StringField(_l("How much was given, such as “2 boxes”"), [Optional(), Length(max=LINE_LETTERS)])
    language = SelectField(
        _l("In which language?"),
        [Optional()],
        choices=lambda: [("", _l("Not recorded")), *((code, language_name(code)) for code in LANGUAGES)],
    )
    interpreter = StringField(_l("Interpreter, if there was one"), [Optional(), Length(max=NAME_LETTERS)])
    note = TextAreaField(_l("Note"), [Optional(), _NOTE])


class StepForm(Form):
    """A step of the clinic: cancel, withdraw, recall, undo, sign again."""

    version = HiddenField()
    note = TextAreaField(_l("Why?"), [Optional(), _NOTE])


class RecallForm(StepForm):
    """A recall: why it should never have been sent, and that this is meant."""

    reason = RadioField(
        _l("Why was it an error?"),
        [InputRequired(_l("Choose why it was an error. It stays in the story of the referral."))],
        choices=lambda: words.choices(words.RECALL_REASONS),
    )
    #: An id of its own: the other steps of the same page ask why, too.
    note = TextAreaField(_l("In your own words"), [Optional(), _NOTE], id="recall-note")
    sure = BooleanField(
        _l("Yes, recall it: the organization is told to discard it, and this cannot be undone."),
        [InputRequired(_l("Tick this if you mean it. To end a request that was right, cancel it instead."))],
    )
