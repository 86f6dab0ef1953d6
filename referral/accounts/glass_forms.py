"""The form of emergency access."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from referral.accounts.glass import SHORTEST_REASON
from referral.kit.forms import Form

LONGEST_REASON = 1000


class EmergencyForm(Form):
    """Which clinic's records, and why."""

    clinic = SelectField(_l("Clinic"), validators=[DataRequired(_l("Choose the clinic."))])
    reason = TextAreaField(
        _l("Why do you need these records now?"),
        validators=[
            DataRequired(_l("Write why.")),
            Length(
                min=SHORTEST_REASON,
                max=LONGEST_REASON,
                message=_l("Write between 20 and 1000 letters, so that whoever reviews this understands it."),
            ),
        ],
        description=_l(
            "Name no patient here. At least 20 letters. The privacy officer of that clinic reads it; nobody else does."
        ),
    )
