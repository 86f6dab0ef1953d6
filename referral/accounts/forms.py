"""Forms of accounts."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, HiddenField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import PasswordInput

from referral.accounts.actions import LONGEST_TEXTING_NAME, USUAL_TIMEZONE
from referral.accounts.names import KIND_NAMES, ROLE_NAMES, read_email
from referral.accounts.passwords import LONGEST
from referral.accounts.queries import MemberPerson
from referral.accounts.roles import HEARS_PATIENTS, Role
from referral.kit.errors import InvalidInput
from referral.kit.forms import Form, PhoneField, ZipCode

LONGEST_NAME = 120

_NEEDED = _l("Please fill this in.")
_CHOOSE = _l("Please choose.")


class SecretField(Field):  # type: ignore[misc]  # WTForms has no types
    """A password as it was typed: no blank is stripped, nothing is shown again."""

    widget = PasswordInput()
    data: str

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the text whole."""
        if valuelist:
            self.data = valuelist[0]

    def _value(self) -> str:
        return ""


class EmailAddress:
    """Validator: an e-mail address, or nothing; leaves it in its stored form."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Raise ValidationError unless the field is empty or an address."""
        if field.data:
            try:
                field.data = read_email(field.data)
            except InvalidInput as error:
                raise ValidationError(str(error.message)) from error


def _name(label: str) -> StringField:
    return StringField(label, validators=[DataRequired(_NEEDED), Length(max=LONGEST_NAME)])


class SignInForm(Form):
    """E-mail address and password."""

    email = EmailField(_l("E-mail address"), validators=[DataRequired(_NEEDED)])
    password = SecretField(_l("Password"), validators=[InputRequired(_NEEDED)])
    next = HiddenField()


#: What a form says whose question was answered with yes.
YES = "yes"


class NewAccountForm(Form):
    """Somebody new takes up an invitation."""

    name = _name(_l("Your name, as colleagues should see it"))
    password = SecretField(_l("Choose a password"), validators=[InputRequired(_NEEDED), Length(max=2 * LONGEST)])


class KnownAccountForm(Form):
    """Somebody who has an account takes up an invitation."""

    password = SecretField(_l("Your password"), validators=[InputRequired(_NEEDED)])


class PasswordForm(Form):
    """A new password for the old one."""

    current_password = SecretField(_l("Current password"), validators=[InputRequired(_NEEDED)])
    password = SecretField(_l("New password"), validators=[InputRequired(_NEEDED), Length(max=2 * LONGEST)])


class InvitationForm(Form):
    """Whom to invite to what."""

    name = _name(_l("Name"))
    email = EmailField(_l("E-mail address"), validators=[DataRequired(_NEEDED), EmailAddress()])
    role = SelectField(_l("Role"), validators=[InputRequired(_CHOOSE)])

    def offer_roles(self, roles: Iterable[Role]) -> None:
        """Offer the roles that the reader may give."""
        self.role.choices = [SelectChoice(str(role), ROLE_NAMES[role]) for role in roles]


class OwnersForm(Form):
    """Who owns the to-dos that nobody else does."""

    owner = SelectField(_l("Owner"), coerce=str, validators=[InputRequired(_CHOOSE)])
    deputy = SelectField(_l("Deputy"), coerce=str, validators=[Optional()])

    def offer_people(self, people: Sequence[MemberPerson]) -> None:
        """Offer the member's people, each once; who may not own to-dos stands apart, and choosing them says why."""
        names = {str(each.person_id): each.name for each in people if not each.suspended}
        able = {str(each.person_id) for each in people if each.role in HEARS_PATIENTS}
        choices = [SelectChoice(value, name) for value, name in names.items() if value in able]
        choices += [
            SelectChoice(value, _l("%(name)s: may not own to-dos", name=name))
            for value, name in names.items()
            if value not in able
        ]
        self.owner.choices = [SelectChoice("", _l("Choose a person")), *choices]
        self.deputy.choices = [SelectChoice("", _l("Nobody")), *choices]

    def chosen(self) -> tuple[UUID, UUID | None]:
        """Return (owner, deputy)."""
        return UUID(self.owner.data), UUID(self.deputy.data) if self.deputy.data else None


class SureForm(Form):
    """The answer to "are you sure?"."""

    sure = HiddenField()


class MemberForm(Form):
    """A new member and its first administrator."""

    kind = SelectField(
        _l("Kind of member"),
        choices=[SelectChoice(str(kind), name) for kind, name in KIND_NAMES.items()],
        validators=[InputRequired(_CHOOSE)],
    )
    name = _name(_l("Name of the member"))
    texting_name = StringField(
        _l("Name in text messages"),
        description=_l("At most 20 letters. It should not tell what patients come for."),
        validators=[Optional(), Length(max=LONGEST_TEXTING_NAME)],
    )
    phone = PhoneField(_l("Phone"), validators=[Optional()])
    email = EmailField(_l("E-mail address of the member"), validators=[Optional(), EmailAddress()])
    zip_code = StringField(_l("ZIP code"), validators=[Optional(), ZipCode()])
    timezone_name = SelectField(
        _l("Time zone"),
        choices=sorted(zone for zone in available_timezones() if zone.startswith(("America/", "Pacific/"))),
        default=USUAL_TIMEZONE,
    )
    administrator_name = _name(_l("Name of its first administrator"))
    administrator_email = EmailField(
        _l("E-mail address of its first administrator"), validators=[DataRequired(_NEEDED), EmailAddress()]
    )
