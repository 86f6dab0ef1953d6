"""Forms of an organization beside its answer: appointment, question, room, colleagues, several requests, files."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    DateTimeLocalField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from referral.kit import clock
from referral.kit.forms import Form
from referral.referrals import words
from referral.referrals.forms import LINE_LETTERS, NOTE_LETTERS, NamedForm, WithAppointment
from referral.referrals.said_room import ROOM_WORDS

_NOTE = Length(max=NOTE_LETTERS)
_LINE = Length(max=LINE_LETTERS)


class AppointmentForm(NamedForm, WithAppointment):
    """The organization says, or says anew, when it expects the person."""

    appointment = DateTimeLocalField(
        _l("Day and time"), [DataRequired(_l("Choose the day and the time of the appointment."))]
    )


class AskForm(NamedForm):
    """The organization asks the clinic."""

    words = TextAreaField(_l("Your question to the clinic"), [DataRequired(_l("Type what you want to ask.")), _NOTE])


class RoomForm(NamedForm):
    """The organization says whether it can take people now."""

    status = RadioField(
        _l("Can you take people now?"),
        [InputRequired(_l("Choose one."))],
        choices=lambda: [(str(status), text) for status, text in ROOM_WORDS.items()],
    )
    until = DateField(_l("Until which day?"), [Optional()])
    note = StringField(
        _l("A word for everybody who looks for help, such as “boxes on Mondays only”"), [Optional(), _LINE]
    )


class ServiceRoomForm(RoomForm):
    """The same of one service, by somebody who is signed in."""

    about = None
    version = None
    name = None
    service = SelectField(_l("Which service?"), [InputRequired(_l("Choose one."))])
    #: When the page was shown: what was said since is shown before this is taken.
    as_of = HiddenField(default=lambda: clock.now().isoformat())


class MessageForm(Form):
    """The clinic writes to the organization."""

    words = TextAreaField(_l("Your words to the organization"), [DataRequired(_l("Type what you want to say.")), _NOTE])


class BulkForm(Form):
    """One answer to several requests. `row`: "id:version" of each ticked one."""

    row = SelectMultipleField(_l("Requests"), validate_choice=False)
    answer = HiddenField()
    reason = SelectField(
        _l("If you decline: why?"),
        [Optional()],
        choices=lambda: [("", _l("Choose a reason")), *words.choices(words.DECLINE_REASONS)],
    )
    note = TextAreaField(_l("A word for the clinics"), [Optional(), _NOTE])


class TapForm(Form):
    """What happened, in two taps from the list."""

    version = HiddenField()
    outcome = HiddenField()
    reason = HiddenField()


class AssignForm(Form):
    """Which colleague looks after it. `assigned_version`: of the assignment as the page showed it; 0 for none."""

    assigned_version = HiddenField()
    person = SelectField(_l("Who looks after it?"), [Optional()])


class FindForm(Form):
    """The number of a request: never a name, and never in an address."""

    number = StringField(
        _l("Number of the request"),
        [DataRequired(_l("Type the eight letters and digits of the request.")), Length(max=40)],
        render_kw={"autocomplete": "off", "dir": "ltr"},
    )


class UploadForm(Form):
    """A file of answers."""

    file = FileField(_l("The file"), render_kw={"accept": ".csv,text/csv", "required": True})


class ConfirmForm(Form):
    """What the preview showed. `text`: the file; `row`: "id:version" of each row as it was previewed."""

    text = HiddenField()
    row = SelectMultipleField(validate_choice=False)
