"""Forms of staff phones: naming one with the consent to its words, and typing the code."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from referral.kit.forms import Form, PhoneField
from referral.staff_phones.consent_words import TEXTING_WORDS


class AddPhoneForm(Form):
    """A phone, and that its person agrees to the words shown beside it, in the language they stood in."""

    phone = PhoneField(_l("Your cell phone"), [DataRequired(_l("Type the number of the phone that is to be texted."))])
    agrees = BooleanField(
        _l("Yes, I agree to this"), [InputRequired(_l("Without your yes no text is sent to your phone."))]
    )
    words = HiddenField(validators=[AnyOf(list(TEXTING_WORDS))])


class CodeForm(Form):
    """The code that was texted."""

    code = StringField(
        _l("The code in the text"), [DataRequired(_l("Type the eight digits of the text.")), Length(max=40)]
    )
