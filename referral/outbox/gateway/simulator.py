"""The simulator's gateway: it accepts everything, and nothing leaves this server."""

from uuid import UUID

from referral.outbox.gateway.base import OutcomeKind, OutgoingEmail, OutgoingSms, SendOutcome

#: Every id the simulator gives begins so: a row, a page or a report can always tell.
SIMULATED_PREFIX = "simulated:"

#: In whose name the simulator texts phones of organizations' staff.
STAFF_SENDER = "simulator-staff"


class SimulatorGateway:
    """Accepts texts and e-mails without sending them. The simulator's pages read them from the outbox."""

    provider = "simulated"
    pace = None

    def __init__(self, sender: str = "simulator") -> None:
        """`sender`: in whose name it pretends to send."""
        self.sender = sender

    def send_sms(self, sms: OutgoingSms) -> SendOutcome:
        """Accept the text."""
        return _accepted(sms.message_id, sms.attempt_no)

    def send_email(self, email: OutgoingEmail) -> SendOutcome:
        """Accept the e-mail."""
        return _accepted(email.message_id, email.attempt_no)


def _accepted(message_id: UUID, attempt_no: int) -> SendOutcome:
    return SendOutcome(OutcomeKind.ACCEPTED, provider_id=f"{SIMULATED_PREFIX}{message_id}:{attempt_no}")
