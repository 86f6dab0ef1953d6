"""Files of an organization: its requests taken along, its answers sent back with a look before anything is done."""

from functools import partial

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.http import dump_options_header

from referral.accounts.models import Member
from referral.accounts.principal import current_person
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.forms import Form
from referral.kit.limits import RECORD_EXPORTS, limited
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.referrals import words
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.csv_apply import apply_rows
from referral.referrals.csv_columns import READ, Answer
from referral.referrals.csv_in import MOST_ROWS as MOST_LINES
from referral.referrals.csv_in import Planned, carried, plan, read_lines, text_of
from referral.referrals.csv_out import MOST_ROWS, requests_file
from referral.referrals.desk_forms import ConfirmForm, UploadForm
from referral.referrals.desk_page import appointment_words
from referral.referrals.inbox_filters import read_filters
from referral.referrals.inbox_pages import list_words
from referral.referrals.policies import ReferralPermission
from referral.referrals.several import read_chosen

blueprint = Blueprint("request_files", __name__, template_folder="templates")

P = ReferralPermission

#: What a row will do, for the look before it is done.
ANSWER_WORDS = {
    Answer.ACCEPT: _l("It will be accepted"),
    Answer.DECLINE: _l("It will be declined"),
    Answer.WAITLIST: _l("It will stand on your waiting list"),
    Answer.START: _l("It will be under way"),
    Answer.RECEIVED: _l("It will be closed: help was received"),
    Answer.PARTLY_RECEIVED: _l("It will be closed: part of the help was received"),
    Answer.NOT_RECEIVED: _l("It will be closed: help did not come"),
}


@blueprint.get("/inbox/files")
@requires(P.INBOX)
def show() -> ResponseReturnValue:
    """Offer the file of requests as the list was filtered, and take a file of answers."""
    return _page(UploadForm(formdata=None))


@blueprint.post("/inbox/files/requests.csv")
@limited(RECORD_EXPORTS)
@requires(P.INBOX)
def take() -> ResponseReturnValue:
    """Send the file; it is made while the reader waits, and kept nowhere."""
    session = request_session()
    member = session.get_one(Member, current_person().member_id)
    text = requests_file(session, member, read_filters(request.args), file_id=Form().filling_id())
    answer = Response("\ufeff" + text, mimetype="text/csv")
    name = f"requests-{clock.now():%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    return answer


@blueprint.post("/inbox/files/look")
@requires(P.INBOX)
def look() -> ResponseReturnValue:
    """Show what each row of a file will change, or why not. Changes nothing."""
    form, stored = UploadForm(), request.files.get("file")
    try:
        chosen = isinstance(stored, FileStorage) and bool(stored.filename)
        lines = read_lines(text_of(stored.read() if isinstance(stored, FileStorage) else b"", chosen=chosen))
        text = carried(lines)
    except InvalidInput as error:
        form.blame(error)
        return _page(form), 422
    session, member_id = request_session(), current_person().member_id
    zone = session.get_one(Member, member_id).timezone_name
    return _preview(plan(session, member_id, lines), text, timezone_name=zone)


@blueprint.post("/inbox/files/apply")
@requires(P.INBOX)
def apply() -> ResponseReturnValue:
    """Do what was looked at. Sent twice, the second time finds everything answered and changes nothing."""
    form, person = ConfirmForm(), current_person()
    try:
        lines = read_lines(form.text.data or "")
    except InvalidInput as error:
        upload = UploadForm(formdata=None)
        upload.form_errors.append(error.message)
        return _page(upload), 422
    planned = plan(request_session(), person.member_id, lines)
    actor = Actor(ActorKind.MEMBERSHIP, person.person_id, person.name)
    results = apply_rows(request_session(), planned, read_chosen(form.row.data or [], MOST_LINES), actor)
    return render_template("referrals/several.html", results=results, kept={})


def _preview(planned: list[Planned], text: str, *, timezone_name: str) -> str:
    return render_template(
        "referrals/file_preview.html",
        planned=planned,
        changing=[row for row in planned if row.will_change],
        form=ConfirmForm(formdata=None, data={"text": text}),
        answers=ANSWER_WORDS,
        moment_of=partial(appointment_words, timezone_name=timezone_name),
        words=words,
    )


def _page(form: UploadForm) -> str:
    filters = read_filters(request.args)
    return render_template(
        "referrals/files.html",
        list_words=list_words(request_session(), filters),
        form=form,
        filters=filters,
        most=MOST_ROWS,
        columns=[str(column) for column in READ],
        answers=[str(answer) for answer in Answer],
        words=words,
    )
