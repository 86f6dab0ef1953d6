"""What a gateway takes and what it answers: outgoing messages, the outcome of one attempt, and the two protocols."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

#: Seconds one attempt may take at the provider. The lease of a claimed message (45 s) is several times longer.
TIMEOUT_S = 10.0

#: What Twilio is asked to do when our callback address fails: five retries, on every kind of failure
#: (Twilio docs, "Webhooks connection overrides"). The part after # is never transmitted and never signed.
CALLBACK_RETRIES = "rc=5&rp=all"


class OutcomeKind(StrEnum):
    """What is known after one attempt."""

    #: The provider has it and gave it an id.
    ACCEPTED = "accepted"
    #: It certainly never became a message at the provider: trying again is safe.
    NOT_SENT = "not_sent"
    #: We did not even try: the lease was too short. It says nothing of the provider.
    NOT_TRIED = "not_tried"
    #: The provider refused for now because of our rate: trying again later is safe.
    THROTTLED = "throttled"
    #: The provider refused this message for good.
    REJECTED = "rejected"
    #: The provider refuses everything of ours until somebody mends an account or a setting.
    CONFIGURATION = "configuration"
    #: It may or may not have been sent: never try again blindly.
    UNKNOWN = "unknown"


class ErrorClass(StrEnum):
    """Why a provider refused or lost a message, as far as it decides what happens next."""

    #: This address or phone cannot receive.
    RECIPIENT = "recipient"
    #: The person told the provider to stop.
    OPTED_OUT = "opted_out"
    #: Perhaps passing: phone off, congestion.
    CARRIER = "carrier"
    #: Filtered or blocked on the way.
    BLOCKED = "blocked"
    #: The text itself is impossible; our mistake.
    CONTENT = "content"
    #: Account, sender or registration.
    CONFIGURATION = "configuration"
    #: A code we do not know: for good, and somebody should look.
    OTHER = "other"


@dataclass(frozen=True)
class OutgoingSms:
    """One text of one attempt. `to`: E.164. `validity_s`: seconds the provider may still send it."""

    message_id: UUID
    attempt_no: int
    to: str = field(repr=False)
    body: str = field(repr=False)
    status_callback_url: str
    validity_s: int


@dataclass(frozen=True)
class OutgoingEmail:
    """One e-mail of one attempt, plain text."""

    message_id: UUID
    attempt_no: int
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class SendOutcome:
    """What is known after one attempt. `detail` names error classes only, never a phone, an address or a text."""

    kind: OutcomeKind
    provider_id: str | None = None
    error_code: str | None = None
    error_class: ErrorClass | None = None
    http_status: int | None = None
    retry_after_s: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Pace:
    """How fast a sender may go: segments (texts) or e-mails a second, and how many at once after a rest."""

    per_s: float
    burst: float


@dataclass(frozen=True)
class ListedText:
    """A text that the provider knows to have taken from us. `created_at`: the provider's clock.

    `sender`: in whose name, where the provider says so.
    """

    provider_id: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    status: str
    error_code: str
    created_at: datetime
    sender: str | None = None


@dataclass(frozen=True)
class ArrivedText:
    """A text that the provider took for us. `from_e164` as the provider writes it."""

    provider_id: str
    from_e164: str = field(repr=False)
    body: str = field(repr=False)
    media_count: int
    arrived_at: datetime


class ProviderUnreachable(Exception):
    """The provider could not be asked, or its answer could not be read: nothing is known from it."""


class _Gateway(Protocol):
    """A way out."""

    @property
    def provider(self) -> str:
        """The name kept with the message: twilio, smtp or simulated."""

    @property
    def sender(self) -> str:
        """In whose name messages go: a messaging service or a mailbox. It rests and keeps its pace as one."""

    @property
    def pace(self) -> Pace | None:
        """How fast it may go; None: as fast as we can."""


class SmsGateway(_Gateway, Protocol):
    """Something that can take a text."""

    def send_sms(self, sms: OutgoingSms) -> SendOutcome:
        """Try once. Never raises: what cannot be told is UNKNOWN."""


class EmailGateway(_Gateway, Protocol):
    """Something that can take an e-mail."""

    def send_email(self, email: OutgoingEmail) -> SendOutcome:
        """Try once. Never raises: what cannot be told is UNKNOWN."""


class TextList(Protocol):
    """A provider that can be asked what it took. Every method raises ProviderUnreachable."""

    @property
    def provider(self) -> str:
        """The name kept with the messages it took."""

    @property
    def sender(self) -> str:
        """Whose texts it lists."""

    def texts_to(self, phone: str) -> Sequence[ListedText]:
        """Return the newest texts we sent to `phone` (E.164). The list lags: what was just taken may be missing."""

    def text(self, provider_id: str) -> ListedText | None:
        """Return one text we sent, as it stands now; None when the provider knows none of that name."""

    def texts_from_people(self, since: datetime) -> Sequence[ArrivedText]:
        """Return the texts that arrived at our numbers from the UTC day of `since` on, oldest first."""


def status_callback_url(public_base_url: str, message_id: UUID, attempt_no: int) -> str:
    """Return the address for receipts; it names our message and attempt, so a receipt finds its row without our 201."""
    query = urlencode({"m": str(message_id), "a": attempt_no})
    return f"{public_base_url}/sms/status?{query}#{CALLBACK_RETRIES}"
