"""Forms of the patient's own page and of those who look after it."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length

from referral.kit.forms import Form
from referral.kit.i18n import LANGUAGES
from referral.plan.keys import MOST_LETTERS
from referral.plan.words import STARS


class OpenForm(Form):
    """The code of the address, and what the patient knows. Without a form token: the page sets no cookie."""

    class Meta(Form.Meta):
        """No token."""

        csrf = False

    code = HiddenField()
    language = HiddenField()
    answer = StringField(
        _l("Your year of birth, or the word that you chose"),
        [Length(max=MOST_LETTERS)],
        description=_l("The year has four digits, such as 1984."),
    )


class AboutForm(Form):
    """A button about one thing: an organization, a request, a place. `sure`: asked once, and they said yes."""

    about = HiddenField()
    sure = HiddenField()

    def about_id(self) -> UUID | None:
        """Return the id that the button names, or None for none."""
        try:
            return UUID(self.about.data or "")
        except ValueError:
            return None

    def blame_the_button(self) -> None:
        """Say that what was pressed names nothing on the page; its other errors then have no place on it."""
        for each in self:
            each.errors = []
        self.form_errors.append(_l("That did not reach us whole. Press the button on this page once more."))


class PlaceForm(AboutForm):
    """A button about another place. `back`: they do not want it any more."""

    back = HiddenField()


class LanguageForm(Form):
    """The language in which we write to the patient."""

    language = SelectField(_l("We write to you in"), [InputRequired(_l("Choose a language from the list."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every language by its own name."""
        super().__init__(*args, **kwargs)
        self.language.choices = [SelectChoice(each.code, each.endonym) for each in LANGUAGES.values()]


class RateForm(AboutForm):
    """What the patient thought of a finished request."""

    stars = RadioField(
        _l("How was it?"),
        [InputRequired(_l("Choose a number from 1 to 5."))],
        choices=[SelectChoice(str(number), words) for number, words in STARS.items()],
    )


class WordForm(Form):
    """The word that opens the page."""

    word = PasswordField(
        _l("A word that only you know"),
        [InputRequired(_l("Type a word of 4 to 60 letters.")), Length(max=MOST_LETTERS)],
        description=_l("It opens this page instead of your year of birth. Capitals and blanks do not matter."),
    )


class StaffWordForm(Form):
    """The word that the patient told us."""

    word = StringField(
        _l("The word that the patient chose"),
        [InputRequired(_l("Type a word of 4 to 60 letters.")), Length(max=MOST_LETTERS)],
        description=_l("It is stored so that nobody can read it, not even you. Capitals and blanks do not matter."),
    )


class ShownForm(Form):
    """What the page may tell of."""

    need = HiddenField()
    shown = HiddenField()

    def need_id(self) -> UUID | None:
        """Return the need that the button names, or None for none."""
        try:
            return UUID(self.need.data or "")
        except ValueError:
            return None
