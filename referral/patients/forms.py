"""Forms about patients: finding, registering, correcting, phones and consents."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from referral.kit.forms import Form, PhoneField, ZipCode
from referral.patients.actions import PatientFacts, PhoneFacts
from referral.patients.consents import ConsentTaken
from referral.patients.fact_words import LABELS
from referral.patients.queries import Search, name_words
from referral.patients.states import TAKEN_BY_STAFF, ConsentMethod, PhoneHolder, PrivacyLevel, SmsSafety
from referral.patients.words import (
    HOLDERS,
    METHODS,
    PRIVACY,
    SAFETY,
    SPEAKERS,
    choices,
    spoken_language_choices,
    written_language_choices,
)

#: Who uses a number that two people give as theirs.
BOTH, OWN = "both", "own"

LONGEST = Length(max=120, message=_l("This is longer than 120 letters. Shorten it."))


class NameHasWords:
    """Validator: a letter or a digit, or nothing. A name of signs alone would narrow no search."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Raise ValidationError for a name in which there is nothing to look for."""
        if field.data and not name_words(field.data):
            raise ValidationError(
                str(_l("There is no letter and no digit in this name. Type the name, or a part of it."))
            )


class SearchForm(Form):
    """What somebody knows of a patient. It is posted, so that no name or number stands in an address."""

    words = StringField(_l("Name"), [LONGEST, NameHasWords()], description=_l("Whole, or the first three letters."))
    birth_date = DateField(_l("Birth date"), [Optional()])
    phone = PhoneField(_l("Phone"))
    record_number = StringField(_l("Record number"), [LONGEST])

    def search(self) -> Search:
        """Return what was typed."""
        return Search(self.words.data, self.birth_date.data, self.phone.data, self.record_number.data)


class PatientForm(Form):
    """All facts of a patient; one name is enough."""

    given_name = StringField(
        LABELS["given_name"], [LONGEST], description=_l("If they have only one name, type it here.")
    )
    family_name = StringField(LABELS["family_name"], [LONGEST])
    second_family_name = StringField(LABELS["second_family_name"], [LONGEST])
    chosen_name = StringField(
        LABELS["chosen_name"], [LONGEST], description=_l("What they want to be called, if it is another name.")
    )
    birth_date = DateField(LABELS["birth_date"], [Optional()], description=_l("Leave it empty if it is not known."))
    record_number = StringField(LABELS["record_number"], [LONGEST])
    zip_code = StringField(
        LABELS["zip_code"], [ZipCode()], description=_l("Where they stay most nights. Leave it empty if there is none.")
    )
    spoken_language = SelectField(LABELS["spoken_language"], choices=spoken_language_choices)
    written_language = SelectField(
        LABELS["written_language"],
        choices=written_language_choices,
        description=_l(
            "Texts and papers come in this language. Ask; do not guess. Somebody who reads no language gets no texts: "
            "we call instead."
        ),
    )
    interpreter_needed = BooleanField(_l("Needs an interpreter"))
    privacy_level = RadioField(LABELS["privacy_level"], choices=choices(PRIVACY), default=str(PrivacyLevel.STANDARD))

    def facts(self) -> PatientFacts:
        """Return what was typed; empty means not known."""
        return PatientFacts(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            second_family_name=self.second_family_name.data,
            chosen_name=self.chosen_name.data,
            birth_date=self.birth_date.data,
            record_number=self.record_number.data,
            zip_code=self.zip_code.data,
            written_language=self.written_language.data or None,
            spoken_language=self.spoken_language.data or None,
            interpreter_needed=self.interpreter_needed.data,
            privacy_level=PrivacyLevel(self.privacy_level.data),
        )


class PhoneFields(Form):
    """How a phone is used: whose, who else reads it, whether texts are safe."""

    holder = SelectField(_l("Whose phone is it?"), choices=choices(HOLDERS), default=str(PhoneHolder.SELF))
    is_shared = BooleanField(_l("Other people read what arrives on it"))
    sms_ok = RadioField(
        _l("Is it safe to send texts to this phone?"),
        choices=choices(SAFETY),
        default=str(SmsSafety.UNKNOWN),
        description=_l("Ask the patient. Until they say yes, no text is sent."),
    )
    #: Asked where another record that may be seen has the number.
    same_number = RadioField(
        _l("Who uses this number?"),
        [Optional()],
        choices=[
            SelectChoice(BOTH, _l("Both, or it is not known: it counts as shared, and texts stay neutral")),
            SelectChoice(OWN, _l("This patient alone: on the other record the number is out of date")),
        ],
        default=BOTH,
    )

    def facts_about(self, e164: str) -> PhoneFacts:
        """Return what was said about the phone `e164`."""
        own = self.same_number.data == OWN
        return PhoneFacts(e164, PhoneHolder(self.holder.data), self.is_shared.data, SmsSafety(self.sms_ok.data), own)

    def is_unasked(self) -> bool:
        """Return True if it is given as the patient's own, and nobody was asked yet who else uses the number."""
        said = self.is_shared.data or self.holder.data != PhoneHolder.SELF
        return not said and not self.same_number.raw_data


class PhoneForm(PhoneFields):
    """A phone to add to a patient."""

    phone = PhoneField(_l("Phone"), [DataRequired(_l("Type the phone number, with its area code."))])

    def phone_facts(self) -> PhoneFacts:
        """Return the phone with what was said about it. Only after `validate`."""
        return self.facts_about(self.phone.data or "")


class RegisterForm(PatientForm, PhoneFields):
    """A new patient with the first phone, if there is one."""

    phone = PhoneField(_l("Phone"), description=_l("Leave it empty if there is none."))

    def phone_facts(self) -> PhoneFacts | None:
        """Return the phone with what was said about it, if there is one."""
        return self.facts_about(self.phone.data) if self.phone.data else None

    def search(self) -> Search:
        """Return what would find the same person."""
        facts = self.facts()
        names = (facts.given_name, facts.family_name, facts.second_family_name, facts.chosen_name)
        words = " ".join(name for name in names if name)
        return Search(words, facts.birth_date, self.phone.data, facts.record_number)


class CorrectForm(PatientForm):
    """A patient's facts to correct. `version`, `opened`: of the row and its facts when the page was opened."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    opened = StringField(widget=HiddenInput())


class ConsentForm(Form):
    """How a consent was taken or taken back, and by whom: the patient, or whoever is recorded for them."""

    method = RadioField(
        _l("How did they answer?"),
        choices=[SelectChoice(str(method), METHODS[method]) for method in TAKEN_BY_STAFF],
        default=str(ConsentMethod.IN_PERSON),
    )
    in_whose_name = SelectField(_l("Who answered?"), choices=choices(SPEAKERS), default="patient")
    interpreter = StringField(_l("Interpreter, if one took part"), [LONGEST])

    def offer_speakers(self, speakers: Iterable[tuple[str, str]]) -> None:
        """Let these be named as having answered: (value, words)."""
        self.in_whose_name.choices = list(speakers)


class TextingForm(ConsentForm, PhoneFields):
    """Texting consent for one phone. `words_language` and `words_version` name the words that the page showed.

    `opened`: what stood about the phone when the page was opened.
    """

    agrees = RadioField(
        _l("What did they say?"),
        choices=[SelectChoice("yes", _l("Yes, you may text me")), SelectChoice("no", _l("No, or not any more"))],
        validators=[InputRequired(_l("Choose what they said."))],
    )
    words_language = StringField(widget=HiddenInput())
    words_version = StringField(widget=HiddenInput())
    opened = StringField(widget=HiddenInput())


class StopTextsForm(Form):
    """The wish for no more texts, told to staff."""


class StopSharingForm(ConsentForm):
    """The wish that one organization gets no more facts."""


def consent_taken(form: ConsentForm, words: ConsentTaken) -> ConsentTaken:
    """Return `words` with how they were answered on `form`, under the form's id."""
    return ConsentTaken(
        words=words.words,
        words_language=words.words_language,
        words_version=words.words_version,
        method=ConsentMethod(form.method.data),
        taken_by=words.taken_by,
        in_whose_name=form.in_whose_name.data,
        interpreter=form.interpreter.data,
        event_id=form.filling_id(),
    )
