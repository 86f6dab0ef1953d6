"""Signed webhooks of the provider: texts that arrive, and what became of those we sent."""

import logging
from uuid import UUID

from flask import Blueprint, Response, abort, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from twilio.request_validator import RequestValidator

from referral.kit.policy import public
from referral.kit.scope import job_scope
from referral.kit.transaction import current_settings, request_session
from referral.messaging import hooks
from referral.messaging.arrivals import arrival_of
from referral.messaging.inbound import receive_text
from referral.messaging.models import InboundSource
from referral.outbox.receipts import Receipt, record_receipt

log = logging.getLogger(__name__)

blueprint = Blueprint("webhooks", __name__, url_prefix="/sms", template_folder="templates")

NO_CONTENT = ("", 204)

#: More than any count of a text; the smallest column of numbers holds it.
LARGEST_COUNT = 9_999


@blueprint.before_request
def _check_signature() -> ResponseReturnValue | None:
    """Refuse what the provider did not sign. The URL is built from our own setting, never from the request."""
    settings = current_settings()
    url = settings.public_base_url + request.path
    if request.query_string:
        url += "?" + request.query_string.decode("ascii", "replace")
    signature = request.headers.get("X-Twilio-Signature", "")
    token = settings.twilio_auth_token
    if token and RequestValidator(token).validate(url, request.form, signature):
        g.scope = job_scope("webhook")
        return None
    log.warning("unsigned webhook", extra={"route": request.path})
    return Response(status=403)


@blueprint.errorhandler(DBAPIError)
def _not_stored(error: DBAPIError) -> Response:
    """Answer 503, never 200: the provider asks again, and nothing is swallowed."""
    log.error("webhook not stored", extra={"error": type(error).__name__})
    return Response(status=503, headers={"Retry-After": "10"})


@blueprint.post("/inbound")
@public("signed by the provider")
def inbound() -> ResponseReturnValue:
    """Store a text that arrived and do what it asks. 204; replies go through the outbox, never in the answer.

    400 without MessageSid.
    """
    return _take_in(for_staff=False)


@blueprint.post("/staff/inbound")
@public("signed by the provider")
def staff_inbound() -> ResponseReturnValue:
    """Store a text that came to the sender of organizations' staff, and do what it says. As `inbound`."""
    return _take_in(for_staff=True)


def _take_in(*, for_staff: bool) -> ResponseReturnValue:
    """Take a text in where it belongs: by the service it was sent to, where that is named, else by the address."""
    arrival = arrival_of(
        _message_sid(),
        request.form.get("From", ""),
        request.form.get("Body", ""),
        source=InboundSource.WEBHOOK,
        media_count=_small(request.form.get("NumMedia", 0, type=int)) or 0,
        told_opt_out="OptOutType" in request.form,
    )
    settings, service = current_settings(), request.form.get("MessagingServiceSid")
    if service and service in (settings.twilio_messaging_service_sid, settings.twilio_staff_messaging_service_sid):
        for_staff = service == settings.twilio_staff_messaging_service_sid
    if for_staff:
        hooks.on_staff_text(request_session(), arrival)
    else:
        receive_text(request_session(), arrival)
    return NO_CONTENT


@blueprint.post("/status")
@public("signed by the provider")
def status() -> ResponseReturnValue:
    """Store what became of a text we sent. 204, also for one we do not know; 400 without MessageSid."""
    record_receipt(
        request_session(),
        Receipt(
            provider_id=_message_sid(),
            status=request.form.get("MessageStatus", "")[:32],
            error_code=request.form.get("ErrorCode", "")[:16],
            message_id=_uuid(request.args.get("m", "")),
            attempt_no=_small(request.args.get("a", type=int)),
        ),
    )
    return NO_CONTENT


def _small(number: int | None) -> int | None:
    """Return a count as a column holds it; None where it is none."""
    return number if number is not None and 0 <= number <= LARGEST_COUNT else None


def _message_sid() -> str:
    """Return the provider's name of the text. Nameless texts would count as one and be dropped but the first."""
    name = request.form.get("MessageSid", "").strip()[:64]
    return name or abort(400)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
