"""Which gateways this installation sends through. What is not configured is blocked, never simulated."""

from dataclasses import dataclass

from referral.kit.settings import Settings
from referral.outbox.gateway.base import EmailGateway, Pace, SmsGateway, TextList
from referral.outbox.gateway.simulator import STAFF_SENDER, SimulatorGateway
from referral.outbox.gateway.smtp import SmtpGateway, read_smtp_url
from referral.outbox.gateway.twilio_sms import TwilioGateway

#: Seconds' worth of texts that may go at once after a rest; the provider itself queues what comes faster.
BURST_S = 10


@dataclass(frozen=True)
class Gateways:
    """The way out of each channel; None means blocked: messages wait, and a banner says so.

    `texts`: who can be asked what became of texts, and which arrived; none for the simulator. `staff_sms`,
    `staff_texts`: the same for texts to phones of organizations' staff, which never go in the patients' sender's name.
    """

    sms: SmsGateway | None
    email: EmailGateway | None
    texts: TextList | None = None
    staff_sms: SmsGateway | None = None
    staff_texts: TextList | None = None


def choose_gateways(settings: Settings) -> Gateways:
    """Return the gateways that the settings name.

    The simulator takes all channels, so that nothing can leave a demo. Raises SmtpUrlError when SMTP_URL cannot
    be read.
    """
    if settings.message_gateway == "simulator":
        simulator = SimulatorGateway()
        return Gateways(sms=simulator, email=simulator, staff_sms=SimulatorGateway(STAFF_SENDER))
    if settings.message_gateway is None:
        return Gateways(sms=None, email=None)
    patients = _twilio(settings, settings.twilio_messaging_service_sid)
    staff = _twilio(settings, settings.twilio_staff_messaging_service_sid)
    return Gateways(sms=patients, email=_smtp(settings), texts=patients, staff_sms=staff, staff_texts=staff)


def _twilio(settings: Settings, service: str | None) -> TwilioGateway | None:
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    if settings.message_gateway != "twilio" or not (sid and token and service):
        return None
    per_s = float(settings.text_segments_per_second)
    return TwilioGateway(
        sid,
        token,
        messaging_service_sid=service,
        base_url=settings.twilio_base_url,
        pace=Pace(per_s=per_s, burst=per_s * BURST_S),
    )


def _smtp(settings: Settings) -> EmailGateway | None:
    if not settings.smtp_url:
        return None
    return SmtpGateway(read_smtp_url(settings.smtp_url), settings.mail_from)
