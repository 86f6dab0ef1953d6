"""The simulator's pages: patients' phones, organizations' mailboxes, and the demo's clock. Only in a demo database."""

import logging
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError
from wtforms import StringField
from wtforms.validators import AnyOf, Length

from referral.accounts.models import Member
from referral.demo.mailboxes import mailboxes, mails_of
from referral.demo.moving import Advance, move_clock
from referral.demo.simulated import Phone, digits_offered, phone_by_id, phones, waiting_for
from referral.demo.simulated_staff import staff_phone_by_id, staff_phones
from referral.kit.errors import NotFound
from referral.kit.forms import Form
from referral.kit.installation import is_demo
from referral.kit.policy import public
from referral.kit.scope import NOBODY, ScopedSession, job_scope
from referral.kit.settings import settings_of
from referral.kit.transaction import database, request_session, rescope
from referral.messaging.arrivals import Arrival
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundSource
from referral.outbox.gateway.simulator import SIMULATED_PREFIX
from referral.outbox.states import Channel
from referral.staff_phones.reading import DIGITS as STAFF_DIGITS
from referral.staff_phones.receiving import receive_staff_text
from referral.tasks import story_tasks

log = logging.getLogger(__name__)

blueprint = Blueprint("simulator", __name__, template_folder="templates", url_prefix="/simulator")

IN_A_DEMO = "only in a demo database, whose people are invented; elsewhere it is not there"

#: Digits on the phone's buttons while no question is open.
USUAL_DIGITS = ("1", "2", "3", "9")

#: The longest text that the provider would pass on (Twilio docs, Message resource, "body").
LONGEST_TEXT = 1600

ADVANCES = (
    (Advance.NEXT, _l("Until the next thing happens")),
    (Advance.HOUR, _l("One hour")),
    (Advance.DAY, _l("One day")),
    (Advance.THREE_DAYS, _l("Three days")),
)


class ReplyForm(Form):
    """A text written on a phone: typed, or one of the buttons."""

    text = StringField(_l("Your text"), validators=[Length(max=LONGEST_TEXT)])
    digit = StringField(validators=[Length(max=8)])

    @property
    def words(self) -> str:
        """What is sent: the button that was pressed, else what was typed."""
        return self.digit.data or self.text.data or ""


class ClockForm(Form):
    """How far the demo's clock is moved on."""

    advance = StringField(validators=[AnyOf(list(Advance))])


@blueprint.get("")
@public(IN_A_DEMO)
def home() -> ResponseReturnValue:
    """Show the clock, every phone and every mailbox; `q` keeps those whose name or number holds it."""
    session = _demo_session()
    words = request.args.get("q", "").strip() or None
    return render_template(
        "demo/home.html",
        phones=phones(session, words),
        staff_phones=staff_phones(session, words),
        mailboxes=mailboxes(session, words),
        words=words or "",
        advances=ADVANCES,
    )


@blueprint.get("/phones/<uuid:phone_number_id>")
@public(IN_A_DEMO)
def phone(phone_number_id: UUID) -> ResponseReturnValue:
    """Show the texts on one phone, as on the phone, with a form to write back."""
    session = _demo_session()
    return _phone_page(session, _phone(session, phone_number_id), ReplyForm())


@blueprint.post("/phones/<uuid:phone_number_id>")
@public(IN_A_DEMO)
def reply(phone_number_id: UUID) -> ResponseReturnValue:
    """Receive a text from the phone, as the provider's webhook would; the same form sent twice is one text."""
    session = _demo_session()
    shown, form = _phone(session, phone_number_id), ReplyForm()
    if not form.validate_on_submit() or not form.words:
        if not form.words:
            form.text.errors = [_("Type a text, or press one of the buttons.")]
        return _phone_page(session, shown, form), 422
    arrival = Arrival(f"{SIMULATED_PREFIX}{form.filling_id()}", shown.e164, form.words, InboundSource.SIMULATOR)
    try:
        with session.begin_nested():
            receive_text(session, arrival)
    except IntegrityError:
        log.info("a text was sent twice")  # its twin was faster, and is stored
    return redirect(url_for("simulator.phone", phone_number_id=phone_number_id, _anchor="reply"), 303)


@blueprint.get("/phones/<uuid:phone_number_id>/staff")
@public(IN_A_DEMO)
def staff_phone(phone_number_id: UUID) -> ResponseReturnValue:
    """Show what the sender of organizations' staff and the phone of one of them said to each other."""
    session = _demo_session()
    return _staff_page(session, phone_number_id, ReplyForm())


@blueprint.post("/phones/<uuid:phone_number_id>/staff")
@public(IN_A_DEMO)
def staff_reply(phone_number_id: UUID) -> ResponseReturnValue:
    """Receive a text to the staff sender, as the provider's webhook would; sent twice, it is one text."""
    session = _demo_session()
    shown, form = staff_phone_by_id(session, phone_number_id), ReplyForm()
    if shown is None:
        raise NotFound
    if not form.validate_on_submit() or not form.words:
        if not form.words:
            form.text.errors = [_("Type a text, or press one of the buttons.")]
        return _staff_page(session, phone_number_id, form), 422
    name = f"{SIMULATED_PREFIX}staff:{form.filling_id()}"
    try:
        with session.begin_nested():
            receive_staff_text(session, Arrival(name, shown.e164, form.words, InboundSource.SIMULATOR))
    except IntegrityError:
        log.info("a text was sent twice")
    return redirect(url_for("simulator.staff_phone", phone_number_id=phone_number_id, _anchor="reply"), 303)


@blueprint.get("/mailboxes/<uuid:member_id>")
@public(IN_A_DEMO)
def mailbox(member_id: UUID) -> ResponseReturnValue:
    """Show a member's e-mails with their links."""
    session = _demo_session()
    member = session.get(Member, member_id)
    if member is None:
        raise NotFound
    mails = mails_of(session, member_id, base_url=settings_of(session).public_base_url)
    return render_template("demo/mailbox.html", member=member, mails=mails)


@blueprint.post("/clock")
@public(IN_A_DEMO)
def move_on() -> ResponseReturnValue:
    """Move the demo's clock on and do what comes due on the way.

    Everything here runs in transactions of its own: this request's session stays unused, so that none waits for it.
    """
    with database().reading(NOBODY) as session:
        if not is_demo(session):
            raise NotFound
    form = ClockForm()
    if not form.validate_on_submit():
        raise NotFound
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's own way to hand the app on
    moved = move_clock(database(), story_tasks(app), Advance(form.advance.data))
    if moved:
        flash(_("The clock was moved on, and what came due was done."), "success")
    else:
        flash(_("Nothing waits to happen by itself. Sign a prescription, or move the clock by a day."), "info")
    return redirect(url_for("simulator.home"), 303)


def _staff_page(session: ScopedSession, phone_number_id: UUID, form: ReplyForm) -> str:
    shown = staff_phone_by_id(session, phone_number_id)
    if shown is None:
        raise NotFound
    return render_template(
        "demo/phone.html",
        phone=shown,
        waiting=waiting_for(session, phone_number_id, Channel.STAFF_SMS),
        digits=STAFF_DIGITS,
        form=form,
        of_staff=True,
    )


def _demo_session() -> ScopedSession:
    """Return the request's session over all rows. Raises NotFound outside a demo."""
    if not is_demo(request_session()):
        raise NotFound
    return rescope(job_scope("simulator"))


def _phone(session: ScopedSession, phone_number_id: UUID) -> Phone:
    found = phone_by_id(session, phone_number_id)
    if found is None:
        raise NotFound
    return found


def _phone_page(session: ScopedSession, shown: Phone, form: ReplyForm) -> str:
    return render_template(
        "demo/phone.html",
        phone=shown,
        waiting=waiting_for(session, shown.phone_number_id),
        digits=digits_offered(session, shown.phone_number_id) or USUAL_DIGITS,
        form=form,
    )
