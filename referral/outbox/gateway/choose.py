"""Which gateways this installation sends through. What is not configured is blocked, never simulated."""

from dataclasses import dataclass

from referral.kit.settings import Settings
from referral.outbox.gateway.base import EmailGateway, SmsGateway
from referral.outbox.gateway.simulator import SimulatorGateway
from referral.outbox.gateway.smtp import SmtpGateway, read_smtp_url
from referral.outbox.gateway.twilio_sms import TwilioGateway


@dataclass(frozen=True)
class Gateways:
    """The way out of each channel; None means blocked: messages wait, and a banner says so."""

    sms: SmsGateway | None
    email: EmailGateway | None


def choose_gateways(settings: Settings) -> Gateways:
    """Return the gateways that the settings name.

    The simulator takes both channels, so that nothing can leave a demo. Raises SmtpUrlError when SMTP_URL cannot
    be read.
    """
    if settings.message_gateway == "simulator":
        simulator = SimulatorGateway()
        return Gateways(sms=simulator, email=simulator)
    if settings.message_gateway is None:
        return Gateways(sms=None, email=None)
    return Gateways(sms=_twilio(settings), email=_smtp(settings))


def _twilio(settings: Settings) -> SmsGateway | None:
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    service = settings.twilio_messaging_service_sid
    if settings.message_gateway != "twilio" or not (sid and token and service):
        return None
    return TwilioGateway(sid, token, messaging_service_sid=service, base_url=settings.twilio_base_url)


def _smtp(settings: Settings) -> EmailGateway | None:
    if not settings.smtp_url:
        return None
    return SmtpGateway(read_smtp_url(settings.smtp_url), settings.mail_from)
