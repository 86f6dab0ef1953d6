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
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from referral.kit.errors import InvalidInput
from referral.kit.forms import Form, strip
from referral.patients.asked_fields import WHILE_UNSAID
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.states import TAKEN_BY_STAFF, ConsentMethod, SharedField
from referral.patients.told_facts import TOLD_FACTS
from referral.patients.words import METHODS, SPEAKERS
from referral.referrals import words
from referral.referrals.states import Mode, Urgency
from referral.screening.saying_when import KEEP, SaysWhen, then_field, when_fields
from referral.screening.states import WantsHelp

NAME_LETTERS, NOTE_LETTERS, LOOKED_FOR_LETTERS = 100, 500, 100

#: The value of "nothing for this need now".
NOTHING = "none"


#: What the patient may say of a need, in the words of this page.
ANSWERS = {
    WantsHelp.YES: _l("Yes, now"),
    WantsHelp.NOT_NOW: _l("Not now: ask again later"),
    WantsHelp.ALREADY: _l("Already getting help"),
    WantsHelp.NO: _l("No"),
}


#: Why nobody interpreted words of consent that stand in another language than the patient's.
NO_INTERPRETER = {
    "understands": _l("Nobody: the patient understands the language of the words"),
    "staff": _l("Nobody: staff said the words in the patient's language"),
}


def field_choices(fields: Iterable[SharedField]) -> list[tuple[str, str]]:
    """Return (value, words) of those that a tick shares; what the patient must tell is shared when it is chosen."""
    labels = ((field, str(FIELD_LABELS[field])) for field in fields if field not in TOLD_FACTS)
    return [(str(field), label[:1].upper() + label[1:]) for field, label in labels]


def _told(field: SharedField) -> SelectField:
    fact = TOLD_FACTS[field]
    return SelectField(fact.label, choices=lambda: [("", _l("Leave out")), *fact.choices.items()], default="")


class ManyBoxes(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """A group of tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ChosenForNow:
    """Validator: a service, or nothing, is chosen where help is wanted now, and no service where it is not."""

    def __call__(self, form: "LineForm", field: Any) -> None:
        """Raise ValidationError with what to do; stop where nothing is asked."""
        if form.answer.data in (None, WantsHelp.YES):
            if form.answer.data or form.is_chosen:
                InputRequired(_l("Choose a service, or nothing for now."))(form, field)
                return
        elif form.is_chosen:
            raise ValidationError(
                _l("A service is chosen, though the patient does not want help now. Change one of the two.")
            )
        field.errors = []
        raise StopValidation


class LineForm(SaysWhen, PlainForm):  # type: ignore[misc]  # WTForms has no types
    """One need: when help is wanted, the service chosen, how it is asked, and what the patient lets it know."""

    need_id = HiddenField()
    #: The need's version as the page showed it.
    seen = HiddenField()
    answer = RadioField(
        _l("Does the patient want help with this?"),
        [Optional()],
        choices=lambda: [(str(answer), words) for answer, words in ANSWERS.items()],
    )
    again_in, again_on, helped_by = when_fields()
    running = HiddenField()
    then = then_field(KEEP)
    service = RadioField(_l("Choose a service"), [ChosenForNow()])
    mode = RadioField(
        _l("How?"),
        [InputRequired(_l("Choose how."))],
        choices=lambda: words.choices(words.MODES),
        default=Mode.SENT,
    )
    fields_shared = ManyBoxes(_l("What may the organization know?"), choices=lambda: field_choices(WHILE_UNSAID))
    household_size = _told(SharedField.HOUSEHOLD_SIZE)
    children_under_5 = _told(SharedField.CHILDREN_UNDER_5)
    diet = _told(SharedField.DIET)
    mobility = _told(SharedField.MOBILITY)
    good_hours = _told(SharedField.GOOD_HOURS)
    #: A choice of its own, and no unless it is made: organizations hear the patient's word only by consent.
    hears_back = BooleanField(_l("They may also hear what the patient tells us about how it went"))
    #: The way that the page had chosen beforehand: one that somebody chose stays, whatever changes.
    mode_before = HiddenField()
    #: Says that the page has chosen another way than it showed before.
    way_words = ""
    look_for = StringField(
        _l("Look for another service"), [Optional(), Length(max=LOOKED_FOR_LETTERS)], filters=[strip]
    )
    #: The words of which the page shows what was found.
    found_for = HiddenField()
    #: The service whose fields the page offered when these were chosen.
    offered_for = HiddenField()
    #: The fields that the words named which the page showed, parted by blanks.
    worded = HiddenField()
    note = TextAreaField(_l("A note for the organization"), [Optional(), Length(max=NOTE_LETTERS)], filters=[strip])
    agreed = BooleanField(_l("The patient agrees"))
    #: Whoever may not agree to this need is refused with the reason (agreeing.py).
    in_whose_name = SelectField(
        _l("Who agreed?"), choices=lambda: list(SPEAKERS.items()), default="patient", validate_choice=False
    )

    def told(self) -> dict[SharedField, str]:
        """Return what the patient tells this organization, by the field."""
        return {field: value for field in TOLD_FACTS if (value := self[field].data)}

    @property
    def looks_anew(self) -> bool:
        """True when words were typed to look for another service, and what they find was not shown yet."""
        return bool(self.look_for.data) and self.look_for.data != self.found_for.data

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

    #: Set while private matters are shown.
    private = HiddenField()
    urgency = RadioField(_l("How urgent?"), choices=lambda: words.choices(words.URGENCIES), default=Urgency.ROUTINE)
    lines = FieldList(FormField(LineForm))
    method = RadioField(
        _l("How did the patient agree?"),
        [Optional()],
        choices=lambda: [(str(method), METHODS[method]) for method in TAKEN_BY_STAFF],
        default=ConsentMethod.IN_PERSON,
    )
    interpreter = StringField(
        _l("Interpreter, if there was one"), [Optional(), Length(max=NAME_LETTERS)], filters=[strip]
    )
    #: Asked where the words of consent stand in another language than the patient's.
    no_interpreter = SelectField(
        _l("If nobody interpreted"),
        [Optional()],
        choices=lambda: [("", _l("Somebody did: named above")), *NO_INTERPRETER.items()],
        default="",
    )

    def interpreted(self) -> str | None:
        """Return who interpreted, or why nobody had to, in words; None where neither was said."""
        return self.interpreter.data or str(NO_INTERPRETER.get(self.no_interpreter.data, "")) or None

    def answered(self) -> list[int]:
        """Return the numbers of the lines of needs about which the patient said something."""
        return [number for number, entry in enumerate(self.lines) if entry.form.answer.data]

    def chosen(self) -> list[int]:
        """Return the numbers of the lines for which a service was chosen."""
        return [number for number, entry in enumerate(self.lines) if entry.form.is_chosen]

    @property
    def looks_anew(self) -> bool:
        """True when somebody pressed the return key after typing what to look for: that searches, and goes not on."""
        return any(entry.form.looks_anew for entry in self.lines)

    def wrong(self) -> list[tuple[LineForm, Any]]:
        """Return (line, field) of what must be mended in the lines, in the order of the page."""
        return [(entry.form, field) for entry in self.lines for field in entry.form if field.errors]

    def blame_line(self, error: InvalidInput, numbers: Iterable[int]) -> None:
        """Put a broken rule beside its field. `numbers`: the line of the form for each line of the order."""
        parts = (error.field or "").split("-")
        if len(parts) != 3 or parts[0] != "lines":
            self.blame(error)
            return
        field: Any = getattr(self.lines[list(numbers)[int(parts[1])]].form, parts[2])
        field.errors = [*field.errors, error.message]
