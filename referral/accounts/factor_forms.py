"""Forms of second factors."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length, Optional

from referral.accounts.factors import LONGEST_LABEL
from referral.accounts.forms import SecretField
from referral.accounts.passwords import LONGEST
from referral.kit.forms import Form

_NEEDED = _l("Please fill this in.")
LONGEST_CODE = 40


class CodeForm(Form):
    """A code of an app, or a recovery code."""

    code = StringField(_l("Code"), validators=[DataRequired(_NEEDED), Length(max=LONGEST_CODE)])
    next = HiddenField()


class ConfirmForm(Form):
    """Password or code, whichever is at hand."""

    current_password = SecretField(_l("Your password"), validators=[Optional(), Length(max=LONGEST)])
    code = StringField(_l("Or a code"), validators=[Optional(), Length(max=LONGEST_CODE)])
    next = HiddenField()


class LabelForm(Form):
    """What a factor is called."""

    label = StringField(_l("What do you call it?"), validators=[DataRequired(_NEEDED), Length(max=LONGEST_LABEL)])


class KeyForm(LabelForm):
    """A new security key with what it answered."""

    answer = HiddenField()


class KeyProofForm(Form):
    """What a security key answered."""

    answer = HiddenField()
    next = HiddenField()
