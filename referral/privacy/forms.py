"""Forms of the privacy officer: filters of lists, finding one patient, a finding, a legal demand and its steps."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from referral.accounts.glass_models import Finding
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.forms import Form
from referral.kit.zones import zone_of
from referral.patients.forms import NameHasWords
from referral.patients.queries import Search
from referral.patients.words import choices
from referral.privacy import demand_words
from referral.privacy.demand_states import Demander, DemandKind, DemandScope, DemandStep
from referral.privacy.demands import NewDemand, StepTaken
from referral.privacy.event_words import KINDS

LONGEST_WORDS = 4000
_LENGTH = Length(max=LONGEST_WORDS, message=_l("This is longer than 4000 letters. Shorten it."))
_LINE = Length(max=200, message=_l("This is longer than 200 letters. Shorten it."))
_WORDS_NEEDED = DataRequired(_l("Write a few words."))

#: A list of the whole clinic begins here unless the officer says otherwise: it stays short and quick.
USUAL_DAYS = 30


class FilterForm(Form):
    """Who, what, when. It lives in the address, so that a list survives reload; ids and dates tell nobody's name."""

    person = SelectField(_l("Who"), [Optional()])
    kind = SelectField(_l("What"), [Optional()])
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("To"), [Optional()])

    def offer(self, people: Iterable[tuple[UUID, str]], kinds: Iterable[AuditKind]) -> None:
        """Offer these people and kinds, and anybody and anything."""
        named = [SelectChoice(str(person_id), name) for person_id, name in people]
        self.person.choices = [SelectChoice("", _l("Anybody")), *named]
        done = [SelectChoice(str(kind), KINDS[kind]) for kind in kinds]
        self.kind.choices = [SelectChoice("", _l("Anything")), *done]

    def chosen_person(self) -> UUID | None:
        """Return whom the address names; nothing where it is no id."""
        try:
            return UUID(self.person.data or "")
        except ValueError:
            return None

    def chosen_kinds(self, kinds: tuple[AuditKind, ...]) -> tuple[AuditKind, ...]:
        """Return the one kind chosen of `kinds`, or all of them."""
        return tuple(kind for kind in kinds if kind == self.kind.data) or kinds

    def times(self, timezone_name: str) -> tuple[datetime | None, datetime | None]:
        """Return (since, before) of the chosen days in the officer's zone; the last day belongs to it."""
        zone = zone_of(timezone_name)
        first, last = _meant(self.since), _meant(self.until)
        return _midnight(first, zone), _midnight(last + timedelta(days=1) if last else None, zone)


def _meant(field: DateField) -> date | None:
    """Return the day of a field; None where it was refused, so that the list shows as if it were empty."""
    day: date | None = None if field.process_errors else field.data
    return day


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.min, zone).astimezone(UTC) if day else None


def filter_form(sent: MultiDict[str, str], *, usual_since: bool = False) -> FilterForm:
    """Return the filter with what stands in the address; `usual_since` begins USUAL_DAYS ago where it says nothing."""
    form = FilterForm(formdata=sent, meta={"csrf": False})
    if usual_since and "since" not in sent:
        form.since.data = (clock.now() - timedelta(days=USUAL_DAYS)).date()
    return form


class LookUpForm(Form):
    """One patient: name and birth date together, or the record number. Posted, so that neither stands in an address."""

    words = StringField(
        _l("Name"), [_LINE, NameHasWords()], description=_l("Whole names, as they are written in the record.")
    )
    birth_date = DateField(_l("Birth date"), [Optional()])
    record_number = StringField(_l("Record number"), [_LINE])

    def validate_words(self, field: StringField) -> None:
        """Refuse what could fit more than one person."""
        if not self.record_number.data and not (field.data and self.birth_date.data):
            raise ValidationError(str(_l("Type the name and the birth date, or the record number.")))

    def search(self) -> Search:
        """Return what was typed."""
        return Search(self.words.data, self.birth_date.data, record_number=self.record_number.data)


class FindingForm(Form):
    """What the officer found about an emergency access."""

    finding = RadioField(
        _l("Was this access called for?"),
        choices=[
            SelectChoice(str(Finding.APPROPRIATE), _l("Yes, it was appropriate")),
            SelectChoice(str(Finding.NOT_APPROPRIATE), _l("No, it was not appropriate")),
        ],
        validators=[InputRequired(_l("Choose what you found."))],
    )
    words = TextAreaField(_l("What you found, and what you did about it"), [_WORDS_NEEDED, _LENGTH])


class DemandForm(Form):
    """A legal demand as it came."""

    demander = SelectField(_l("Who demands it?"), choices=choices(demand_words.DEMANDERS))
    demander_name = StringField(_l("Which authority, and who signed"), [_LINE])
    kind = SelectField(_l("On what paper?"), choices=choices(demand_words.KINDS))
    reference = StringField(_l("The number on the paper"), [_LINE])
    received_on = DateField(_l("When it came"), [InputRequired(_l("Say when it came."))])
    due_on = DateField(_l("Until when they want an answer"), [Optional()])
    about = RadioField(
        _l("Whom is it about?"), choices=choices(demand_words.ABOUT), default=str(DemandScope.ONE_PATIENT)
    )
    asked = TextAreaField(
        _l("What is asked, in their words"),
        [_WORDS_NEEDED, _LENGTH],
        description=_l(
            "Name no patient here: these words stay when a record is erased. Copy the sentence that says what is asked,"
            " without the name. Only privacy officers of your clinic read it."
        ),
    )

    def demand(self, about_patient_id: UUID | None) -> NewDemand:
        """Return what was typed."""
        return NewDemand(
            demander=Demander(self.demander.data),
            kind=DemandKind(self.kind.data),
            about=DemandScope(self.about.data),
            received_on=self.received_on.data,
            asked=self.asked.data,
            demander_name=self.demander_name.data,
            reference=self.reference.data,
            due_on=self.due_on.data,
            about_patient_id=about_patient_id,
        )


class StepForm(Form):
    """What was done about a demand. `seen` is how many steps the page showed."""

    step = RadioField(_l("What was done?"), validators=[InputRequired(_l("Choose what was done."))])
    done_on = DateField(_l("When"), [InputRequired(_l("Say when."))])
    words = TextAreaField(
        _l("In words"),
        [_WORDS_NEEDED, _LENGTH],
        description=_l("For an answer: the answer itself. For an error: why it was one."),
    )
    handed_over = TextAreaField(
        _l("What was handed over"),
        [_LENGTH],
        description=_l("Only for an answer. Leave it empty if nothing was handed over."),
    )
    untold_until = DateField(
        _l("The patient is not told until"),
        [Optional()],
        description=_l("Only if the authority says in writing that telling the patient now would hinder its work."),
    )
    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def offer(self, steps: Iterable[DemandStep]) -> None:
        """Offer the steps that are possible now."""
        self.step.choices = [SelectChoice(str(step), demand_words.STEPS[step]) for step in steps]

    def taken(self) -> StepTaken:
        """Return what was typed."""
        return StepTaken(
            step=DemandStep(self.step.data),
            done_on=self.done_on.data,
            words=self.words.data,
            handed_over=self.handed_over.data,
            untold_until=self.untold_until.data,
        )
