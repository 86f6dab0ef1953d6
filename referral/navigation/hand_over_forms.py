"""Forms of owners: what is handed over to whom, and who is away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from referral.kit.forms import Form
from referral.navigation.handing_over import NewHandOver
from referral.todos.absences import NewAbsence

NOTE_LETTERS = 2000

_CHOOSE = _l("Choose one.")


def _ids(values: list[str]) -> frozenset[UUID]:
    found = set()
    for value in values:
        try:
            found.add(UUID(value))
        except ValueError:
            continue
    return frozenset(found)


class TickBoxes(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """Several of a list, as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class HandOverForm(Form):
    """What goes from one person to another."""

    giver = HiddenField()
    which = RadioField(
        _l("What do you hand over?"),
        [InputRequired(_CHOOSE)],
        choices=lambda: [("all", _l("Everything")), ("some", _l("Only what is ticked below"))],
        default="all",
    )
    to_dos = TickBoxes(_l("To-dos"), choices=[])
    plans = TickBoxes(_l("Planned contacts"), choices=[])
    to = SelectField(_l("Who takes it?"), [InputRequired(_CHOOSE)])
    note = TextAreaField(_l("What should they know?"), [Optional(), Length(max=NOTE_LETTERS)], render_kw={"rows": 3})

    def offer(self, people: Mapping[UUID, str], *, to_dos: list[tuple[str, Any]], plans: list[tuple[str, Any]]) -> None:
        """Offer who may take it, and what there is."""
        self.to.choices = [("", _l("Choose a person")), *((str(each), name) for each, name in people.items())]
        self.to_dos.choices, self.plans.choices = to_dos, plans

    def hand_over(self, giver_id: UUID) -> NewHandOver:
        """Return what a valid form says."""
        some = self.which.data == "some"
        return NewHandOver(
            from_person_id=giver_id,
            to_person_id=UUID(self.to.data),
            to_do_ids=_ids(self.to_dos.data) if some else None,
            plan_ids=_ids(self.plans.data) if some else None,
            note=self.note.data,
        )


class AbsenceForm(Form):
    """Who is away, from when until when."""

    person = SelectField(_l("Who is away?"), [InputRequired(_CHOOSE)])
    first_day = DateField(_l("From"), [InputRequired(_l("Choose the first day."))])
    last_day = DateField(_l("Until, that day included"), [InputRequired(_l("Choose the last day."))])

    def offer(self, people: Mapping[UUID, str]) -> None:
        """Offer who works here."""
        self.person.choices = [(str(each), name) for each, name in people.items()]

    def absence(self) -> NewAbsence:
        """Return what a valid form says."""
        return NewAbsence(UUID(self.person.data), self.first_day.data, self.last_day.data)
