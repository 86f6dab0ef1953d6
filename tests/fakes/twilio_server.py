"""A Twilio on this machine: stateful, not idempotent, and as unkind as the real one. Only for tests.

It behaves like Twilio where that hurts (Twilio docs, Message resource and webhooks): every POST makes a message, the
first status is "accepted" without a callback, callbacks are signed and come late, twice or out of order, its own
keywords block a phone, and a list does not show what was just made.
"""

import base64
import itertools
import json
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit
from urllib.request import HTTPErrorProcessor, Request, build_opener

from twilio.request_validator import RequestValidator

from tests.fakes.twilio_faults import HOLDING, HTML_ANSWERS, JSON_ERRORS, RESETTING, RETRY_AFTER_S, TAKEN, Fault

#: Keywords that a Messaging Service obeys by itself when they are the whole text (Twilio docs, "Advanced Opt-Out").
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

BODY_LIMIT = 1600


@dataclass
class FakeMessage:
    """A message that this Twilio took. `direction`: outbound-api or inbound."""

    sid: str
    to: str
    sender: str
    body: str
    direction: str
    status: str
    created_at: datetime
    status_callback: str | None = None
    error_code: int | None = None
    media_count: int = 0
    #: The Messaging Service that sent it, or that it came to; the first one where none is named.
    service: str | None = None


@dataclass(frozen=True)
class SignedRequest:
    """A webhook as Twilio would post it: `url` without fragment, form fields, headers with the signature."""

    url: str
    fields: dict[str, str]
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The path with its query, for a test client."""
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def post(self) -> int:
        """Post it over the network; return the HTTP status."""
        request = Request(self.url, data=urlencode(self.fields).encode(), headers=self.headers, method="POST")
        with build_opener(_KeepErrors).open(request, timeout=10) as answer:
            return int(answer.status)


class _KeepErrors(HTTPErrorProcessor):
    """Give an answer of 4xx or 5xx back instead of raising."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response

    https_response = http_response


class ErrorAnswer(Exception):
    """Twilio refuses: `status` is the HTTP status, `code` its own."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


@dataclass
class FakeTwilio:
    """The provider. Use it as a context manager; `base_url` is where the client is to be sent."""

    account_sid: str = "AC" + "0" * 32
    auth_token: str = "token-of-the-fake"
    messaging_service_sid: str = "MG" + "0" * 32
    our_number: str = "+15005550006"
    #: A second service with a number of its own, whose keywords are its own too: name to number.
    other_services: dict[str, str] = field(default_factory=dict)
    #: Who stopped a second service: (service, phone).
    opted_out_of: set[tuple[str, str]] = field(default_factory=set)
    #: How long a new message stays out of the list.
    list_lag: timedelta = timedelta(minutes=15)
    invalid_numbers: set[str] = field(default_factory=set)
    landlines: set[str] = field(default_factory=set)
    opted_out: set[str] = field(default_factory=set)
    #: Everything taken or received, in order.
    messages: list[FakeMessage] = field(default_factory=list)
    #: The form of every POST that arrived whole, taken or not.
    posts: list[dict[str, str]] = field(default_factory=list)
    #: The Connection header of each POST.
    connection_headers: list[str | None] = field(default_factory=list)
    #: When set, a POST waits for it before it is looked at: a test holds messages in the air.
    gate: threading.Event | None = None
    #: Called with each message that was taken, before its POST is answered: a callback may come first.
    before_answer: Callable[[FakeMessage], None] | None = None
    #: How many of the next questions (GET) end in an error of the server.
    failing_questions: int = 0
    #: Every path that was asked for.
    questions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._posted = threading.Condition(self._lock)
        self._faults: defaultdict[str | None, deque[Fault]] = defaultdict(deque)
        self._skew = timedelta()
        self._released = threading.Event()
        self._numbers = itertools.count(1)
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    # What a test arranges

    def fail_next(self, *faults: Fault, to: str | None = None) -> None:
        """The next POSTs meet these faults, one each, in order; with `to`: the next to that phone."""
        with self._lock:
            self._faults[to].extend(faults)

    def advance(self, delta: timedelta) -> None:
        """Move this Twilio's clock on; the list shows what is older than its lag."""
        self._skew += delta

    # What a test asks

    def texts_to(self, phone: str) -> list[FakeMessage]:
        """Return the texts that were taken for `phone`, oldest first."""
        with self._lock:
            return [each for each in self.messages if each.to == phone and each.direction == "outbound-api"]

    def wait_for_posts(self, count: int) -> None:
        """Return once `count` POSTs have arrived; fail after 20 seconds."""
        with self._posted:
            assert self._posted.wait_for(lambda: len(self.posts) >= count, 20), f"{len(self.posts)} of {count} POSTs"

    def message(self, sid: str) -> FakeMessage:
        return next(each for each in self.messages if each.sid == sid)

    # What Twilio posts to us

    def callback(self, sid: str, status: str, error_code: int | None = None) -> SignedRequest:
        """Return the signed status callback for a message. Post it as often and in whatever order the test wants."""
        message = self.message(sid)
        assert message.status_callback is not None, "this message asked for no callback"
        message.status, message.error_code = status, error_code
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "MessageSid": sid,
            "MessageStatus": status,
            "MessagingServiceSid": message.service or self.messaging_service_sid,
            "SmsSid": sid,
            "SmsStatus": status,
            "To": message.to,
        }
        if error_code is not None:
            fields["ErrorCode"] = str(error_code)
        return self.signed(message.status_callback, fields)

    def inbound(self, url: str, sender: str, body: str, service: str | None = None, **more: str) -> SignedRequest:
        """Return the signed webhook of a text from `sender`; this Twilio obeys its own keywords first.

        `service`: the one it was sent to, if not the first.
        """
        word = body.strip().upper()
        opt_out = self._obey_keyword(sender, word, service)
        number = self._number_of(service or self.messaging_service_sid)
        message = self._keep(
            FakeMessage(self._sid(), number, sender, body, "inbound", "received", self.now(), service=service)
        )
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "Body": body,
            "From": sender,
            "MessageSid": message.sid,
            "MessagingServiceSid": service or self.messaging_service_sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "To": number,
        }
        return self.signed(url, fields | ({"OptOutType": opt_out} if opt_out else {}) | more)

    def signed(self, url: str, fields: dict[str, str]) -> SignedRequest:
        """Return a webhook with these fields, signed as Twilio signs: over the URL without its fragment."""
        bare = urldefrag(url).url
        signature = RequestValidator(self.auth_token).compute_signature(bare, fields)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return SignedRequest(bare, fields, headers)

    # What the server calls

    def take_fault(self, to: str | None) -> Fault | None:
        with self._lock:
            waiting = self._faults[to] or self._faults[None]
            return waiting.popleft() if waiting else None

    def hold(self) -> None:
        """Wait until the test ends; the client gives up first."""
        self._released.wait(30)

    def create(self, form: dict[str, str]) -> FakeMessage:
        """Take a message. Never looks whether it has been asked before. Raises ErrorAnswer."""
        to, body = form.get("To", ""), form.get("Body", "")
        callback = form.get("StatusCallback")
        service = form.get("MessagingServiceSid", "")
        if service != self.messaging_service_sid and service not in self.other_services:
            raise ErrorAnswer(400, 21701)
        if not to.startswith("+") or not to[1:].isdigit() or to in self.invalid_numbers:
            raise ErrorAnswer(400, 21211)
        if to in self.landlines:
            raise ErrorAnswer(400, 21614)
        if (service, to) in self.opted_out_of or (service == self.messaging_service_sid and to in self.opted_out):
            raise ErrorAnswer(400, 21610)
        if len(body) > BODY_LIMIT:
            raise ErrorAnswer(400, 21617)
        if callback is not None and "_" in (urlsplit(callback).hostname or "_"):
            raise ErrorAnswer(400, 21609)
        return self._keep(
            FakeMessage(
                self._sid(),
                to,
                self._number_of(service),
                body,
                "outbound-api",
                "accepted",
                self.now(),
                status_callback=callback,
                service=service,
            )
        )

    def listed(self, query: dict[str, str]) -> list[FakeMessage]:
        """Return what the list shows: filtered by To, From and day, newest first, nothing younger than the lag."""
        day = query.get("DateSent>", query.get("DateSent", ""))
        with self._lock:
            return [
                each
                for each in reversed(self.messages)
                if each.created_at <= self.now() - self.list_lag
                and query.get("To", each.to) == each.to
                and query.get("From", each.sender) == each.sender
                and f"{each.created_at:%Y-%m-%d}" >= day
            ]

    def now(self) -> datetime:
        return datetime.now(UTC) + self._skew

    def note_post(self, form: dict[str, str]) -> None:
        with self._posted:
            self.posts.append(form)
            self._posted.notify_all()

    def as_json(self, message: FakeMessage) -> dict[str, Any]:
        """Return the Message resource of API 2010-04-01."""
        moment = format_datetime(message.created_at)
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": message.body,
            "date_created": moment,
            "date_sent": None if message.status == "accepted" else moment,
            "date_updated": moment,
            "direction": message.direction,
            "error_code": message.error_code,
            "error_message": None,
            "from": None if message.status == "accepted" else message.sender,
            "messaging_service_sid": message.service or self.messaging_service_sid,
            "num_media": str(message.media_count),
            "num_segments": "0" if message.status == "accepted" else "1",
            "price": None,
            "price_unit": None,
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {},
            "to": message.to,
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}.json",
        }

    def numbers_as_json(self, service: str) -> dict[str, Any]:
        """Return the list of a service's numbers, of API messaging v1."""
        number = {"sid": "PN" + "0" * 32, "phone_number": self._number_of(service), "service_sid": service}
        meta = {"key": "phone_numbers", "page": 0, "page_size": 50, "next_page_url": None}
        return {"phone_numbers": [number], "meta": meta}

    def _number_of(self, service: str) -> str:
        return self.other_services.get(service, self.our_number)

    def _obey_keyword(self, sender: str, word: str, service: str | None) -> str | None:
        stopped: set[Any] = self.opted_out if service is None else self.opted_out_of
        who = sender if service is None else (service, sender)
        if word in STOP_WORDS:
            stopped.add(who)
            return "STOP"
        if word in START_WORDS:
            stopped.discard(who)
            return "START"
        return "HELP" if word in HELP_WORDS else None

    def _keep(self, message: FakeMessage) -> FakeMessage:
        with self._lock:
            self.messages.append(message)
        return message

    def _sid(self) -> str:
        return f"SM{next(self._numbers):032x}"


class _Server(ThreadingHTTPServer):
    """Listens on a free port of this machine only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, fake: FakeTwilio) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    """Speaks the few routes of the Message resource."""

    server: _Server

    def do_POST(self) -> None:
        form = self._form()
        self.server.fake.connection_headers.append(self.headers.get("Connection"))
        self.server.fake.note_post(form)
        if self.server.fake.gate is not None:
            self.server.fake.gate.wait(30)
        fault = self.server.fake.take_fault(form.get("To"))
        try:
            self._refuse_strangers()
            message = self.server.fake.create(form) if fault is None or fault in TAKEN else None
        except ErrorAnswer as error:
            self._error(error.status, error.code)
            return
        if message is not None and self.server.fake.before_answer is not None:
            self.server.fake.before_answer(message)
        if fault is not None:
            self._fail(fault)
        elif message is not None:
            self._json(201, self.server.fake.as_json(message))

    def do_GET(self) -> None:
        fake, parts = self.server.fake, urlsplit(self.path)
        fake.questions.append(self.path)
        if fake.failing_questions:
            fake.failing_questions -= 1
            self._error(500, 20500)
            return
        try:
            self._refuse_strangers()
            for service in (fake.messaging_service_sid, *fake.other_services):
                if parts.path == f"/v1/Services/{service}/PhoneNumbers":
                    self._json(200, fake.numbers_as_json(service))
                    return
            sid = parts.path.rsplit("/", 1)[1].removesuffix(".json")
            if sid != "Messages":
                self._json(200, fake.as_json(fake.message(sid)))
                return
        except ErrorAnswer as error:
            self._error(error.status, error.code)
            return
        except StopIteration:
            self._error(404, 20404)
            return
        messages = [fake.as_json(each) for each in fake.listed(dict(parse_qsl(parts.query)))]
        self._json(200, {"messages": messages, "next_page_uri": None, "page": 0, "page_size": 50, "uri": self.path})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _form(self) -> dict[str, str]:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        return dict(parse_qsl(body.decode(), keep_blank_values=True))

    def _refuse_strangers(self) -> None:
        fake = self.server.fake
        wanted = base64.b64encode(f"{fake.account_sid}:{fake.auth_token}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            raise ErrorAnswer(401, 20003)
        services = (fake.messaging_service_sid, *fake.other_services)
        places = (f"/Accounts/{fake.account_sid}/Messages", *(f"/Services/{each}/PhoneNumbers" for each in services))
        if not any(place in self.path for place in places):
            raise ErrorAnswer(404, 20404)

    def _fail(self, fault: Fault) -> None:
        self.close_connection = True
        if fault in HOLDING:
            self.server.fake.hold()
        elif fault in RESETTING:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault in JSON_ERRORS:
            self._error(*JSON_ERRORS[fault])
        elif fault in HTML_ANSWERS:
            self._answer(HTML_ANSWERS[fault], "text/html", b"<html><body>Hello from a proxy</body></html>")
        elif fault is Fault.NO_SID_201_AFTER:
            self._json(201, {"status": "accepted"})
        elif fault is Fault.TRUNCATE_AFTER:
            self._answer(201, "application/json", b'{"sid": "SM', length=5000)

    def _error(self, status: int, code: int) -> None:
        more = {"Retry-After": str(RETRY_AFTER_S)} if status == 429 else {}
        self._json(status, {"code": code, "message": "refused for To number +15550100", "status": status}, **more)

    def _json(self, status: int, content: dict[str, Any], **headers: str) -> None:
        self._answer(status, "application/json", json.dumps(content).encode(), **headers)

    def _answer(self, status: int, kind: str, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
