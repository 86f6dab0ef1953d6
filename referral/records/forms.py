"""Forms about whole records: finding one, taking it along, erasing, holding."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from referral.kit.forms import Form
from referral.patients.forms import SearchForm
from referral.patients.words import choices
from referral.records.words import FORMATS, PURPOSES, Format

LONGEST = Length(max=500, message=_l("This is longer than 500 letters. Shorten it."))


class FindForm(SearchForm):
    """Who is looked for; posted, so that no name stands in an address."""


class ExportForm(Form):
    """A copy of the record: for whom, why, in which form."""

    purpose = RadioField(
        _l("Why does the copy leave the clinic?"),
        choices=choices(PURPOSES),
        validators=[InputRequired(_l("Choose why."))],
    )
    words = TextAreaField(
        _l("Who asked, and what for?"),
        [DataRequired(_l("Write who asked and what for. It is kept, sealed, in the audit.")), LONGEST],
        description=_l("One or two sentences. The privacy officer can read them later."),
    )
    kind = RadioField(_l("In which form?"), choices=choices(FORMATS), default=str(Format.PAGE))
    private = BooleanField(
        _l("This copy is for the patient alone: include what is asked only when nobody else is near"),
        description=_l("Leave it out if anybody else may find the copy: at home, in a bag, in an e-mail."),
    )


class ReasonForm(Form):
    """Why something is done to a record."""

    words = TextAreaField(_l("Why?"), [DataRequired(_l("Write why. It is kept, sealed.")), LONGEST])


class EraseForm(ReasonForm):
    """Why the record is erased; then the number of the record, typed, as the last question."""

    words = TextAreaField(
        _l("Why?"),
        [DataRequired(_l("Write why. It is kept, sealed.")), LONGEST],
        description=_l("Name no patient here. These words stay when the record is erased."),
    )
    step = HiddenField(default="reason")
    typed = StringField(_l("Type the number of the record to erase it for good"))


class ConfirmForm(Form):
    """A step without words."""
