"""A small SMTP server on this machine that breaks off where a test asks it to. Only for tests."""

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Self


@dataclass
class FakeSmtp:
    """The mail server. Use it as a context manager; `url` is its SMTP_URL.

    `replies`: command ("CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "END") to the line it answers with; "" closes
    the connection instead, "stall" says nothing more.
    """

    replies: dict[str, str] = field(default_factory=dict)
    #: Every e-mail whose data came whole, in order, also when the answer to it was bad or got lost.
    taken: list[EmailMessage] = field(default_factory=list)
    #: The envelope recipients of those e-mails.
    recipients: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.released = threading.Event()
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, fake: FakeSmtp) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), _Handler)


class _BrokenOff(Exception):
    """The conversation ends here."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            self._say("CONNECT", "220 fake.test ready")
            while line := self.rfile.readline():
                self._obey(line.decode().strip())
        except (_BrokenOff, OSError):
            return

    def _obey(self, line: str) -> None:
        verb = line.split(" ", 1)[0].upper()
        if verb == "EHLO":
            self._say("EHLO", "250-fake.test\r\n250 AUTH PLAIN")
        elif verb == "RCPT":
            self._recipient = line.partition("<")[2].partition(">")[0]
            self._say("RCPT", "250 ok")
        elif verb == "DATA":
            self._say("DATA", "354 go on")
            if self.server.fake.replies.get("DATA", "354").startswith("354"):
                self._take()
        elif verb == "QUIT":
            self._say("QUIT", "221 bye")
            raise _BrokenOff
        else:
            self._say(verb, "235 welcome" if verb == "AUTH" else "250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise _BrokenOff
            lines.append(line[1:] if line.startswith(b".") else line)
        message = message_from_bytes(b"".join(lines), policy=default)
        self.server.fake.taken.append(message)
        self.server.fake.recipients.append(self._recipient)
        self._say("END", "250 taken")

    def _say(self, step: str, usual: str) -> None:
        answer = self.server.fake.replies.get(step, usual)
        if answer == "stall":
            self.server.fake.released.wait(30)
            raise _BrokenOff
        if not answer:
            raise _BrokenOff
        self.wfile.write(f"{answer}\r\n".encode())
