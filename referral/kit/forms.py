"""The base of every form: stripped text, tokens against forged and doubled sending, errors from the rules below."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.i18n import Translations
from wtforms import DateField, HiddenField, IntegerField, StringField, ValidationError

from referral.kit.errors import InvalidInput
from referral.kit.phone import parse_phone

#: Nothing that anybody types here was before or will be after; days at the end of the calendar cannot be reckoned with.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)

#: What a column of numbers holds.
LARGEST = 2**31 - 1


def strip(value: str | None) -> str | None:
    """Return the text without the blanks around it and without NUL, which PostgreSQL refuses; empty becomes None."""
    if value is None:
        return None
    return value.replace("\x00", "").strip() or None


def known_day(day: date | None) -> date | None:
    """Return the day. Raises ValueError, with words for the person, where its year cannot be meant."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(_l("Check the year of this date: it must be between 1900 and 2200."))
    return day


def known_number(number: int | None) -> int | None:
    """Return the number. Raises ValueError, with words for the person, where it is larger than a column holds."""
    if number is not None and abs(number) > LARGEST:
        raise ValueError(_l("This number is too large. Check it and type it again."))
    return number


_NOT_OFFERED = _l("What was sent cannot be chosen here. Choose one of what the page offers.")

#: What WTForms says of what no page offers, and what is said instead: its own words repeat what was sent.
_OWN_WORDS = {
    "Not a valid choice.": _NOT_OFFERED,
    "Invalid Choice: could not coerce.": _NOT_OFFERED,
    "'%(value)s' is not a valid choice for this field.": _NOT_OFFERED,
    "'%(value)s' are not valid choices for this field.": _NOT_OFFERED,
}


class OwnWords(Translations):  # type: ignore[misc]  # Flask-WTF has no types
    """The library's messages in the reader's language, but for those that we say otherwise."""

    def gettext(self, string: str) -> str:
        """Return our words for a message, or the library's."""
        return str(_OWN_WORDS.get(string) or super().gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the same for a message about a number."""
        return str(_OWN_WORDS.get(singular if n == 1 else plural) or super().ngettext(singular, plural, n))


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form. `form_id` names this one filling, so that sending it twice makes one row."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        """Strip every text field; bound every date and number; say in our words what cannot be chosen."""

        def get_translations(self, _form: Any) -> Translations:
            """Return what the library's messages are said in."""
            return OwnWords()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Bind a field, with the filter of its kind before its own."""
            for kind, filtered in ((StringField, strip), (DateField, known_day), (IntegerField, known_number)):
                if issubclass(unbound_field.field_class, kind):
                    options["filters"] = [filtered, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, **options)

    form_id = HiddenField(default=lambda: str(uuid4()))

    def filling_id(self) -> UUID:
        """Return the id of this filling. A broken one gets a fresh id."""
        try:
            return UUID(self.form_id.data)
        except (ValueError, TypeError):
            return uuid4()

    def blame(self, error: InvalidInput) -> None:
        """Put a broken rule beside its field, or on top of the form."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]

    def say_above(self) -> None:
        """Say on top of the form what is wrong with its fields: the page that comes back does not show them."""
        for field in self:
            self.form_errors += [f"{field.label.text}: {error}" for error in field.errors]
            field.errors = []


class PhoneField(StringField):  # type: ignore[misc]  # WTForms has no types
    """A phone number; `data` is E.164 once valid."""

    data: str | None

    def pre_validate(self, form: Any) -> None:
        """Read the number. Raises ValidationError with what to do."""
        if self.data:
            try:
                self.data = parse_phone(self.data)
            except InvalidInput as error:
                raise ValidationError(str(error.message)) from error


class ZipCode:
    """Validator: five digits, or nothing."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Raise ValidationError unless the field is empty or five digits."""
        if field.data and not (len(field.data) == 5 and field.data.isascii() and field.data.isdigit()):
            raise ValidationError(str(_l("A ZIP code has five digits. Leave it empty if there is none.")))
