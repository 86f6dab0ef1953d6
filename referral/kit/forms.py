"""The base of every form: stripped text, tokens against forged and doubled sending, errors from the rules below."""

from typing import Any
from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, ValidationError

from referral.kit.errors import InvalidInput
from referral.kit.phone import parse_phone


def strip(value: str | None) -> str | None:
    """Return the text without the blanks around it and without NUL, which PostgreSQL refuses; empty becomes None."""
    if value is None:
        return None
    return value.replace("\x00", "").strip() or None


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form. `form_id` names this one filling, so that sending it twice makes one row."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        """Strip every text field."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Bind a field, with `strip` before its own filters where it holds text."""
            if issubclass(unbound_field.field_class, StringField):
                options["filters"] = [strip, *unbound_field.kwargs.get("filters", ())]
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
