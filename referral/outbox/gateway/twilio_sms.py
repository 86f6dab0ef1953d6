"""The Twilio gateway: one POST per attempt, an honest reading of what its failure proves, and Twilio's own list.

Twilio's message-create call is not idempotent (Twilio docs, error 20500), so "we do not know" is an outcome of its own.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests import RequestException
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from referral.outbox.gateway.base import (
    TIMEOUT_S,
    ArrivedText,
    ErrorClass,
    ListedText,
    OutcomeKind,
    OutgoingSms,
    Pace,
    ProviderUnreachable,
    SendOutcome,
)
from referral.outbox.gateway.codes import THROTTLE_CODES, class_of

#: Seconds that Twilio accepts as a validity period (Twilio docs, Message resource).
VALIDITY_S = range(1, 36_001)

#: Texts of ours to one phone that are looked through for one of which we know no end.
MOST_LISTED = 50
#: The most that one page of Twilio's list holds.
LARGEST_PAGE = 1000

#: Twilio's own codes have five digits; a smaller "code" is the HTTP status repeated by its library.
FIRST_TWILIO_CODE = 10_000

#: Failures that happen before the first byte of the request leaves.
_BEFORE_SENDING = (NewConnectionError, ConnectTimeoutError, ProxyError)

#: Twilio's library logs addresses at INFO, and a list request names a phone. It gets a logger that says nothing.
_silent = logging.Logger("twilio-silent", level=logging.CRITICAL + 1)


class _Throttled(Exception):
    """Twilio answered 429; the library's own exception would lose the Retry-After header."""

    def __init__(self, retry_after_s: int | None) -> None:
        super().__init__("429")
        self.retry_after_s = retry_after_s


class BoundedHttpClient(TwilioHttpClient):  # type: ignore[misc]  # the library carries no types
    """The Twilio library's HTTP client with a time limit for the whole request and a settable host."""

    def __init__(self, base_url: str | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """`base_url`: where every call goes instead of twilio.com, for tests; `timeout_s`: seconds, in total."""
        super().__init__(logger=_silent)
        # A Timeout counts connecting and reading together; the library's own check only knows plain numbers.
        self.timeout: Any = Timeout(connect=timeout_s / 2, total=timeout_s)
        self._base = urlsplit(base_url) if base_url else None

    def request(self, method: str, url: str, **kwargs: Any) -> Response:
        """Send one request. Raises _Throttled on 429, and what the requests library raises."""
        # A kept-alive connection that the other side just closed would look like a lost answer.
        kwargs["headers"] = {**(kwargs.get("headers") or {}), "Connection": "close"}
        response = super().request(method, self._redirected(url), **kwargs)
        if response.status_code == 429:
            raise _Throttled(_seconds(response.headers))
        return response

    def _redirected(self, url: str) -> str:
        if self._base is None:
            return url
        parts = urlsplit(url)
        return urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))


class TwilioGateway:
    """Sends texts through a Twilio Messaging Service."""

    provider = "twilio"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        messaging_service_sid: str,
        base_url: str | None = None,
        timeout_s: float = TIMEOUT_S,
        pace: Pace | None = None,
    ) -> None:
        """Take the account. Nothing is contacted yet."""
        self.sender, self.pace = messaging_service_sid, pace
        http_client = BoundedHttpClient(base_url, timeout_s)
        self._client = Client(account_sid, auth_token, http_client=http_client)

    def send_sms(self, sms: OutgoingSms) -> SendOutcome:
        """Post the text once and say what is known. Never raises."""
        try:
            message = self._client.messages.create(
                to=sms.to,
                body=sms.body,
                messaging_service_sid=self.sender,
                status_callback=sms.status_callback_url,
                validity_period=max(VALIDITY_S.start, min(sms.validity_s, VALIDITY_S.stop - 1)),
                smart_encoded=True,
            )
        except Exception as error:  # an unforeseen error may come after the POST: it must not end as "not sent"
            return outcome_of(error)
        if not message.sid:
            return SendOutcome(OutcomeKind.UNKNOWN, http_status=201, detail="201 without sid")
        return SendOutcome(OutcomeKind.ACCEPTED, provider_id=message.sid, http_status=201)

    def texts_to(self, phone: str) -> list[ListedText]:
        """Return the newest texts we sent to `phone`, newest first. Raises ProviderUnreachable."""
        with _asking():
            found = self._client.messages.list(to=phone, limit=MOST_LISTED, page_size=MOST_LISTED)
            return [_listed(each) for each in found if str(each.direction).startswith("outbound")]

    def text(self, provider_id: str) -> ListedText | None:
        """Return one text we sent, as it stands now. Raises ProviderUnreachable."""
        with _asking():
            try:
                return _listed(self._client.messages(provider_id).fetch())
            except TwilioRestException as error:
                if error.status == 404:
                    return None
                raise

    def texts_from_people(self, since: datetime) -> list[ArrivedText]:
        """Return what arrived at the numbers of our service, oldest first. Raises ProviderUnreachable.

        Twilio's filter knows days only (Twilio docs, Message resource, "DateSent").
        """
        day = f"{since.astimezone(UTC):%Y-%m-%d}"
        with _asking():
            pool = self._client.messaging.v1.services(self.sender).phone_numbers.list()
            found = [
                _arrived(text)
                for each in pool
                for text in self._client.messages.list(
                    to=each.phone_number, date_sent_after=day, page_size=LARGEST_PAGE
                )
                if text.direction == "inbound"
            ]
        return sorted(found, key=lambda text: (text.arrived_at, text.provider_id))


@contextmanager
def _asking() -> Iterator[None]:
    """Read from the provider; whatever goes wrong raises ProviderUnreachable, which names no phone."""
    try:
        yield
    except Exception as error:  # an answer that is no JSON, a field that is missing: nothing is known from it
        raise ProviderUnreachable(type(error).__name__) from None


def _listed(text: Any) -> ListedText:
    return ListedText(
        provider_id=text.sid,
        to=text.to,
        body=text.body or "",
        status=str(text.status),
        error_code=str(text.error_code or ""),
        created_at=text.date_created,
        sender=text.messaging_service_sid or None,
    )


def _arrived(text: Any) -> ArrivedText:
    return ArrivedText(
        provider_id=text.sid,
        from_e164=text.from_,
        body=text.body or "",
        media_count=int(text.num_media or 0),
        arrived_at=text.date_created,
    )


def outcome_of(error: Exception) -> SendOutcome:
    """Return what a failed create call proves about the message. Whatever proves nothing is UNKNOWN."""
    if isinstance(error, _Throttled):
        return SendOutcome(
            OutcomeKind.THROTTLED, error_code="20429", http_status=429, retry_after_s=error.retry_after_s
        )
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _answered(error.status, error.code)
    causes = list(_causes(error)) if isinstance(error, RequestException) else [error]
    detail = " < ".join(type(each).__name__ for each in causes)
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes):  # no request before the handshake ends
        return SendOutcome(
            OutcomeKind.CONFIGURATION,
            error_code="tls_certificate",
            error_class=ErrorClass.CONFIGURATION,
            detail=detail,
        )
    proven = any(isinstance(each, _BEFORE_SENDING) for each in causes)
    return SendOutcome(OutcomeKind.NOT_SENT if proven else OutcomeKind.UNKNOWN, detail=detail)


def _answered(status: int, code: int | None) -> SendOutcome:
    if status >= 500 or code is None or code < FIRST_TWILIO_CODE:
        # A 5xx may follow an accepted message; an error page without a Twilio code is some proxy's.
        return SendOutcome(
            OutcomeKind.UNKNOWN, error_code=str(code or ""), http_status=status, detail="no Twilio verdict"
        )
    if code in THROTTLE_CODES:
        return SendOutcome(OutcomeKind.THROTTLED, error_code=str(code), http_status=status)
    error_class = class_of(code)
    kind = OutcomeKind.CONFIGURATION if error_class is ErrorClass.CONFIGURATION else OutcomeKind.REJECTED
    return SendOutcome(kind, error_code=str(code), error_class=error_class, http_status=status)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and everything it wraps: a refused and a reset connection differ only inside."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = (*each.args, getattr(each, "reason", None), each.__cause__)
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))


def _seconds(headers: Any) -> int | None:
    text = str((headers or {}).get("Retry-After", ""))
    return int(text) if text.isdigit() else None
