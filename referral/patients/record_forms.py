"""Forms about a whole record and its wishes: death, merge, move, who speaks for the patient, whom they bar."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from referral.kit.forms import Form
from referral.patients.deaths import Death
from referral.patients.double_requests import Doubles
from referral.patients.forms import LONGEST, ConsentForm
from referral.patients.hooks import SentRequest
from referral.patients.need_words import NEEDS
from referral.patients.proxies import OPEN_TO_OTHERS
from referral.patients.states import ProxyRelation, Reach
from referral.patients.words import REACHES, SPEAKERS, choices
from resources_directory.needs import SENSITIVE, NeedDomain

#: How the names of the fields begin in which a request is chosen that goes on.
_GOING_ON = "going_on_"


class DeathForm(Form):
    """That the patient has died, and when, if it is known."""

    died_on = DateField(_l("Day of the death"), [Optional()], description=_l("Leave it empty if it is not known."))
    withdraw = BooleanField(
        _l("Withdraw what is under way with organizations, and tell them to stop"),
        description=_l("They are not told why."),
        default="y",
    )

    def death(self) -> Death:
        """Return what was typed."""
        day: date | None = self.died_on.data
        return Death(day, self.withdraw.data)


class MergeForm(Form):
    """That two records are one person. `merge_form` adds a choice for each need that both have a request for."""

    why = StringField(_l("How do you know that they are the same person?"), [LONGEST])
    #: What the page said that a bar ends with the merge.
    ends_seen = StringField(widget=HiddenInput())

    def choices(self) -> list[Any]:
        """Return the fields in which somebody chooses which request goes on."""
        return [field for field in self if field.name.startswith(_GOING_ON)]

    def going_on(self) -> set[UUID]:
        """Return the requests that were chosen. Only after `validate`."""
        return {UUID(field.data) for field in self.choices()}


def merge_form(doubles: Doubles, kept_id: UUID) -> MergeForm:
    """Return the form, with a choice for each need that both records have a request for; nothing is chosen before."""
    fields = {
        f"{_GOING_ON}{domain}": RadioField(
            _("%(need)s: which request goes on?", need=rows[0].need),
            choices=[SelectChoice(str(row.id), _request_words(row, is_kept=row.patient_id == kept_id)) for row in rows],
            validators=[InputRequired(_l("Choose which request goes on."))],
            description=_("Both records have one. The other is taken back, and its organization is told to stop."),
        )
        for domain, rows in doubles.items()
    }
    form_class: type[MergeForm] = type("MergeFormOfTwo", (MergeForm,), fields)
    return form_class()


def _request_words(request: SentRequest, *, is_kept: bool) -> str:
    facts = {"place": request.place, "state": request.state_label, "day": format_date(request.since, "medium")}
    if is_kept:
        return str(_("%(place)s: %(state)s, since %(day)s, on the record that is kept", **facts))
    return str(_("%(place)s: %(state)s, since %(day)s, on the record that is merged", **facts))


class UndoMergeForm(Form):
    """That two records are not one person after all."""


class MoveForm(ConsentForm):
    """A patient's word that they want to move to another clinic. The words shown are named by language and version."""

    to = SelectField(_l("Clinic"), choices=[], validate_choice=False)
    agrees = BooleanField(_l("Yes, they agree to this"), [InputRequired(_l("Without their yes nobody can move them."))])
    note = StringField(_l("A word for the other clinic"), [LONGEST])
    words_language = StringField(widget=HiddenInput())
    words_version = StringField(widget=HiddenInput())


class ProxyForm(Form):
    """Somebody who speaks for the patient. One field for each need says how far; `reach()` reads them."""

    name = StringField(_l("Name"), [DataRequired(_l("Type the name of this person.")), LONGEST])
    relation = SelectField(
        _l("Who is it?"),
        choices=[
            SelectChoice("", _l("Choose who it is")),
            *choices({str(each): SPEAKERS[each] for each in ProxyRelation}),
        ],
        validators=[DataRequired(_l("Choose who this person is to the patient."))],
    )
    phone = SelectField(_l("Which phone do they hold?"), choices=[], default="")

    def offer_phones(self, phones: Mapping[str, str]) -> None:
        """Let one of the patient's phones be chosen. `phones`: id to the number as it is shown."""
        self.phone.choices = [("", _("None of those written down")), *phones.items()]

    def reach(self) -> dict[NeedDomain, Reach]:
        """Return how far the say goes in each need. Only after `validate`."""
        return {domain: Reach(self[f"reach_{domain}"].data) for domain in OPEN_TO_OTHERS}


for _domain in OPEN_TO_OTHERS:
    _usual = Reach.NOTHING if _domain in SENSITIVE else Reach.CONSENT
    setattr(ProxyForm, f"reach_{_domain}", SelectField(NEEDS[_domain], choices=choices(REACHES), default=str(_usual)))


class PrivateForm(Form):
    """Which needs the patient keeps to themselves. `opened`: those that were private when the page was opened."""

    domains = SelectMultipleField(
        _l("The patient keeps these to themselves"),
        choices=[SelectChoice(str(domain), NEEDS[domain]) for domain in OPEN_TO_OTHERS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l(
            "Nobody else sees them, answers for them or agrees to them, and no text about them goes to their phone."
        ),
    )
    opened = StringField(widget=HiddenInput())

    def seen(self) -> frozenset[NeedDomain] | None:
        """Return what was private when the page was opened; None where the form does not say."""
        named = [name for name, domain in _BY_NAME.items() if name in (self.opened.data or "").split()]
        return frozenset(_BY_NAME[name] for name in named) if self.opened.data else None


#: What stands in `opened` for a page on which nothing was private.
NOTHING_PRIVATE = "-"

_BY_NAME = {str(domain): domain for domain in NeedDomain}


class BarPersonForm(Form):
    """Somebody of the clinic who shall not see the patient."""

    person = SelectField(
        _l("Who shall not see this patient?"),
        choices=[],
        validators=[DataRequired(_l("Choose somebody who works here."))],
    )
    person_why = StringField(_l("Why, if the patient wants to say"), [LONGEST])


class BarOrganizationForm(ConsentForm):
    """An organization that shall never be asked for the patient. Found by its name first."""

    organization_name = StringField(
        _l("Name of the organization"), [DataRequired(_l("Type the name, or a part of it.")), LONGEST]
    )
    organization = RadioField(_l("Which one?"), choices=[], validators=[Optional()], validate_choice=False)
    why = StringField(_l("Why, if the patient wants to say"), [LONGEST])
