"""Forms of the conversation page: a text by hand, a pause."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length

from referral.kit.forms import Form
from referral.messaging.by_hand import Preview
from referral.patients.pauses import NewPause


class AnswerForm(Form):
    """A text of the catalog, sent by hand."""

    text = RadioField(_l("Which text?"), validators=[InputRequired(_l("Choose a text."))])

    def offer(self, previews: Sequence[Preview]) -> None:
        """Let those be chosen that can go."""
        self.text.choices = [SelectChoice(each.key, each.label) for each in previews if each.words is not None]


class CallForm(Form):
    """A call instead of a text."""


class PauseForm(Form):
    """That no text goes to the patient until somebody decides."""

    why = StringField(
        _l("Why?"),
        [Length(max=300, message=_l("This is longer than 300 letters. Shorten it."))],
        description=_l("Only people here read it. Leave it empty if writing it down is not safe."),
    )
    look_on = DateField(
        _l("Look at it again on"),
        [InputRequired(_l("Choose the day on which somebody looks at it again."))],
        description=_l("On that day it is a to-do. Texts do not begin again by themselves."),
    )

    def pause(self) -> NewPause:
        """Return what was typed. Only after `validate`."""
        look_on: date = self.look_on.data
        return NewPause(self.why.data, look_on, self.filling_id())


class ResumeForm(Form):
    """That texts may go again."""
