"""Forms of screening: how it is done, the questions of an instrument, a voiced need, confirming a need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from referral.kit.forms import Form
from referral.kit.i18n import language_name
from referral.screening.instruments import LANGUAGES, Instrument, Item, Words
from referral.screening.scoring import YES
from referral.screening.states import WantsHelp
from referral.screening.words import NEEDS, WANTS

#: The answer of somebody who says that it is no need.
NOT_A_NEED = "not_a_need"

ALONE = "yes"


def language_choices() -> list[SelectChoice]:
    """Return the languages that questions are read in."""
    return [SelectChoice(code, language_name(code)) for code in LANGUAGES]


class StartForm(Form):
    """How the screening is done. The questions come on the next page, so that no safety question shows too early."""

    language = RadioField(
        _l("In which language do you read the questions?"), choices=language_choices, default=LANGUAGES[0]
    )
    alone = BooleanField(
        _l("The patient is alone with me"),
        description=_l("Tick it only if nobody else can hear or see, not even family. Then safety is asked about too."),
    )
    interpreter = StringField(_l("Interpreter, if one takes part"), [Length(max=120)])


@dataclass(frozen=True)
class Group:
    """The questions on one domain. `fields`: the wish for help first, then the questions."""

    title: LazyString
    fields: tuple[Any, ...]


class QuestionsForm(Form):
    """The questions of an instrument; `questions_form` adds them. Hidden fields keep how the screening is done."""

    instrument: Instrument
    items: tuple[Item, ...]

    language = HiddenField()
    alone = HiddenField()
    interpreter = HiddenField(validators=[Length(max=120)])

    def ticked(self) -> dict[str, str | None]:
        """Return item or want id to the value ticked, None where nothing was."""
        names = [name for item in self.items for name in (item.link_id, item.want_id) if name in self]
        return {name: self[name].data for name in names}

    def groups(self) -> list[Group]:
        """Return the questions by domain, in the order of the instrument."""
        groups = []
        for domain in dict.fromkeys(item.domain for item in self.items):
            same = [item for item in self.items if item.domain == domain]
            names = [item.want_id for item in same if item.want] + [item.link_id for item in same]
            groups.append(Group(NEEDS[domain], tuple(self[name] for name in names)))
        return groups

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Return whether all is answered that must be: after a "yes", whether help is wanted."""
        valid = bool(super().validate(extra_validators))
        if not any(self.ticked().values()):
            self.form_errors.append(_("Nothing is answered yet. Ask at least one question, or go back to the patient."))
            return False
        for item in self.items:
            wish = next(self[other.want_id] for other in self.items if other.domain == item.domain and other.want)
            if self[item.link_id].data == YES and not wish.data and not wish.errors:
                wish.errors = [
                    *wish.errors,
                    _("The patient said yes to a question on this. Ask whether they want help with it."),
                ]
                valid = False
        return valid


def questions_form(
    instrument: Instrument, *, language: str, staff_language: str, alone: bool, fresh: bool
) -> QuestionsForm:
    """Return the form with the questions to ask, in `language`, with the staff's language beside it.

    `fresh`: leave out what was posted. Without `alone` there is no field for safety, so no answer can come in.
    """
    items = instrument.asked(alone=alone)
    fields: dict[str, Any] = {"instrument": instrument, "items": items}
    for item in items:
        fields[item.link_id] = _field(item.question, instrument, language, staff_language, wants=False)
        if item.want is not None:
            fields[item.want_id] = _field(item.want, instrument, language, staff_language, wants=True)
    form_class: type[QuestionsForm] = type("BuiltQuestionsForm", (QuestionsForm,), fields)
    return form_class(formdata=None) if fresh else form_class()


def _field(words: Words, instrument: Instrument, language: str, staff_language: str, *, wants: bool) -> RadioField:
    beside = words.say(staff_language) if staff_language != language else ""
    options = instrument.wants if wants else instrument.answers
    return RadioField(
        _in_language(words.say(language), language),
        [Optional()],
        choices=[SelectChoice(option.value, _in_language(option.words.say(language), language)) for option in options],
        description=_in_language(beside, staff_language) if beside else "",
    )


def _in_language(text: str, language: str) -> Markup:
    return Markup('<span lang="{}" dir="auto">{}</span>').format(language, text)


class VoiceForm(Form):
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


class ConfirmForm(Form):
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
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
