"""Forms of screening: how it is done, a tablet's code, a birth year, a voiced need, confirming a need."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, PasswordField, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from referral.kit.forms import Form
from referral.kit.i18n import language_name
from referral.screening.instruments import Instrument, needs_check
from referral.screening.question_forms import named
from referral.screening.respondents import NOT_ON_FILE, Answerer, answerer_named
from referral.screening.saying_when import SaysWhen, then_field, when_fields
from referral.screening.states import Respondent, ScreeningMode, WantsHelp
from referral.screening.words import NEEDS, WANTS

#: The answer of somebody who says that it is no need.
NOT_A_NEED = "not_a_need"


class StartForm(Form):
    """How the screening is done. The questions come on the next page, so that no safety question shows too early."""

    instruments: Sequence[Instrument] = ()

    mode = RadioField(
        _l("How is it done?"),
        choices=[
            SelectChoice(str(ScreeningMode.STAFF), _l("I ask the questions")),
            SelectChoice(str(ScreeningMode.TABLET), _l("The patient answers on this device")),
            SelectChoice(str(ScreeningMode.LINK), _l("The patient gets a link by text")),
            SelectChoice(str(ScreeningMode.PAPER), _l("I type in a sheet of paper")),
        ],
        default=str(ScreeningMode.STAFF),
    )
    chosen_instrument = RadioField(_l("Which questions?"), default=lambda: named(needs_check()))
    language = RadioField(
        _l("In which language are the questions?"),
        validators=[InputRequired(_l("Choose the language of the questions."))],
    )
    respondent = RadioField(
        _l("Who answers?"),
        choices=[],
        default=str(Respondent.PATIENT),
    )
    alone = BooleanField(
        _l("The patient is alone with me"),
        description=_l("Tick it only if nobody else can hear or see, not even family. Then safety is asked about too."),
    )
    interpreter = StringField(_l("Interpreter, if one takes part"), [Length(max=120)])

    def offer(self, instruments: Sequence[Instrument], *, staff_language: str) -> None:
        """Put the instruments and their languages into the choices."""
        self.instruments = instruments
        self.chosen_instrument.choices = [
            SelectChoice(named(each), each.title.say(staff_language)) for each in instruments
        ]
        codes = dict.fromkeys(code for each in instruments for code in each.languages)
        self.language.choices = [SelectChoice(code, language_name(code)) for code in codes]

    def offer_answerers(self, answerers: Iterable[tuple[str, str]]) -> None:
        """Let these be named as who answers: (value, words)."""
        self.respondent.choices = list(answerers)

    def answerer(self) -> Answerer:
        """Return who answers, of a valid form."""
        named = answerer_named(self.respondent.data)
        assert named is not None  # noqa: S101 - validated
        return named

    @property
    def answerer_lacks(self) -> bool:
        """True if somebody is to answer who is not written down yet, or may not answer any of it."""
        return bool(self.respondent.errors) and self.respondent.data != Respondent.PATIENT

    def instrument(self) -> Instrument:
        """Return the instrument that was chosen, of a valid form."""
        return next(each for each in self.instruments if named(each) == self.chosen_instrument.data)

    def asks_alone(self) -> bool:
        """Return True if questions on safety are asked: alone with staff, and the patient answers."""
        staff = self.mode.data == ScreeningMode.STAFF
        return bool(self.alone.data) and staff and self.respondent.data == Respondent.PATIENT

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Return whether the chosen instrument exists in the chosen language, and whoever answers is written down."""
        valid = bool(super().validate(extra_validators))
        if self.respondent.data == NOT_ON_FILE:
            words = _("Write down first who this is, and which needs they may answer for. Then choose them here.")
            self.respondent.errors = [words]
            return False
        if valid and self.language.data not in self.instrument().languages:
            names = ", ".join(language_name(code) for code in self.instrument().languages)
            self.language.errors = [_("These questions exist only in: %(languages)s.", languages=names)]
            return False
        return valid


class ResumeForm(Form):
    """Going on with a screening that was saved: whether the patient is alone may have changed."""

    alone = BooleanField(
        _l("The patient is alone with me"),
        description=_l("Tick it only if nobody else can hear or see, not even family. Then safety is asked about too."),
    )


class HandOverForm(Form):
    """Before the device is given away."""

    code = StringField(
        _l("A code of six digits, to take it back"),
        description=_l("You choose it now and type it when you have the device again. It is good for this time only."),
        validators=[InputRequired(_l("Choose six digits.")), Length(max=20)],
    )


class TakeBackForm(Form):
    """The code with which staff take the device back."""

    code = PasswordField(
        _l("The six digits that you chose"), [InputRequired(_l("Type the six digits.")), Length(max=20)]
    )


class YearForm(Form):
    """The birth year, before a link shows anything that says who. Without a form token, as all behind a link."""

    class Meta(Form.Meta):
        """No token."""

        csrf = False

    year = StringField(
        _l("In which year were you born?"),
        description=_l("Four digits, such as 1980."),
        validators=[InputRequired(_l("Type your birth year.")), Length(max=20)],
    )


class VoiceForm(SaysWhen, Form):
    """A need that the patient spoke of."""

    domain = RadioField(
        _l("What do they need?"),
        choices=[SelectChoice(str(domain), label) for domain, label in NEEDS.items()],
        validators=[InputRequired(_l("Choose what they need."))],
    )
    wants_help = RadioField(
        _l("Do they want help with it?"),
        choices=[SelectChoice(str(value), label) for value, label in WANTS.items()],
        default=str(WantsHelp.YES),
    )
    again_in, again_on, helped_by = when_fields()
    running = HiddenField()
    then = then_field()


class ConfirmForm(SaysWhen, Form):
    """What the patient says about a need. `version` is that of the row when the page was opened."""

    says = RadioField(
        _l("What does the patient say?"),
        choices=[
            SelectChoice(str(WantsHelp.YES), _l("Yes, and I want help")),
            SelectChoice(str(WantsHelp.NOT_NOW), _l("Yes, but not now")),
            SelectChoice(str(WantsHelp.ALREADY), _l("Yes, and I have help already")),
            SelectChoice(str(WantsHelp.NO), _l("Yes, but I want no help")),
            SelectChoice(NOT_A_NEED, _l("No, that is not a need of mine")),
        ],
        validators=[InputRequired(_l("Choose what the patient says."))],
    )
    again_in, again_on, helped_by = when_fields()
    running = HiddenField()
    then = then_field()
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def wants(self) -> WantsHelp | None:
        """Return what a valid form says; None where it is no need."""
        return None if self.says.data == NOT_A_NEED else WantsHelp(self.says.data)

    def show_version(self, version: int) -> None:
        """Let the form be about the need as it stands now: what is sent next is another filling."""
        self.version.raw_data, self.form_id.data = [str(version)], str(uuid4())
