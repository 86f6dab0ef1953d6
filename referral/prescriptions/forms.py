"""The form of a prescription: a service, a way and fields to share for each wanted need; then the consent."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from referral.kit.errors import InvalidInput
from referral.kit.forms import Form, strip
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.states import ConsentMethod, SharedField
from referral.patients.words import METHODS, SPEAKERS
from referral.referrals import words
from referral.referrals.states import Mode, Urgency

NAME_LETTERS, NOTE_LETTERS = 100, 500

#: The value of "nothing for this need now".
NOTHING = "none"

#: What is ticked at first: enough to be called back. A note is shared when one is written.
USUALLY_SHARED = (SharedField.NEED, SharedField.NAME, SharedField.PHONE, SharedField.SPOKEN_LANGUAGE)
OFFERED_FIELDS = tuple(field for field in SharedField if field is not SharedField.NOTE)

#: Consent to sharing is never taken by text.
METHODS_ASKED = tuple(method for method in ConsentMethod if method is not ConsentMethod.BY_TEXT)


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


class ManyBoxes(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """A group of tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class LineForm(PlainForm):  # type: ignore[misc]  # WTForms has no types
    """One need: the service chosen for it, how it is asked, and what the patient lets it know."""

    need_id = HiddenField()
    service = RadioField(_l("Choose a service"), [InputRequired(_l("Choose a service, or nothing for now."))])
    mode = RadioField(
        _l("How?"),
        [InputRequired(_l("Choose how."))],
        choices=lambda: words.choices(words.MODES),
        default=Mode.SENT,
    )
    fields_shared = ManyBoxes(
        _l("What may the organization know?"),
        choices=lambda: [(str(field), _capitalized(str(FIELD_LABELS[field]))) for field in OFFERED_FIELDS],
        default=[str(field) for field in USUALLY_SHARED],
    )
    note = TextAreaField(_l("A note for the organization"), [Optional(), Length(max=NOTE_LETTERS)], filters=[strip])
    agreed = BooleanField(_l("The patient agrees"))

    @property
    def is_chosen(self) -> bool:
        """True when a service was chosen for this need."""
        return bool(self.service.data) and self.service.data != NOTHING

    @property
    def is_sent(self) -> bool:
        """True when the organization will be asked."""
        return self.is_chosen and bool(self.mode.data == Mode.SENT)


class PrescribeForm(Form):
    """What is prescribed for one patient, and how the patient agreed to share."""

    urgency = RadioField(_l("How urgent?"), choices=lambda: words.choices(words.URGENCIES), default=Urgency.ROUTINE)
    lines = FieldList(FormField(LineForm))
    method = RadioField(
        _l("How did the patient agree?"),
        [Optional()],
        choices=lambda: [(str(method), METHODS[method]) for method in METHODS_ASKED],
        default=ConsentMethod.IN_PERSON,
    )
    in_whose_name = SelectField(_l("Who agreed?"), choices=lambda: list(SPEAKERS.items()), default="patient")
    interpreter = StringField(_l("Interpreter, if there was one"), [Optional(), Length(max=NAME_LETTERS)])

    def chosen(self) -> list[int]:
        """Return the numbers of the lines for which a service was chosen."""
        return [number for number, entry in enumerate(self.lines) if entry.form.is_chosen]

    def blame_line(self, error: InvalidInput, numbers: Iterable[int]) -> None:
        """Put a broken rule on top and beside its field. `numbers`: the line of the form for each line of the order."""
        parts = (error.field or "").split("-")
        if len(parts) != 3 or parts[0] != "lines":
            self.blame(error)
            return
        field: Any = getattr(self.lines[list(numbers)[int(parts[1])]].form, parts[2])
        field.errors = [*field.errors, error.message]
        self.form_errors.append(error.message)
