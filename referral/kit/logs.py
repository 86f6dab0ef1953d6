"""Logs: one JSON object a line, in UTC, with no protected health information."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, request

from referral.kit import clock
from referral.kit.scope import NOBODY

#: The extra fields a line may carry. Anything else is left out: names, numbers and texts of people never get in.
ALLOWED = (
    "request",
    "method",
    "route",
    "status",
    "ms",
    "actor",
    "person",
    "membership",
    "event",
    "message_id",
    "state",
    "task",
    "error",
    "count",
    "head",
)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_requests = logging.getLogger("referral.requests")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON line. Tracebacks carry file, line and error type, never the values."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "what": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        line.update({name: getattr(record, name) for name in ALLOWED if hasattr(record, name)})
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = _frames(record.exc_info[1])
        return json.dumps(line, default=str)


def _frames(error: BaseException) -> list[str]:
    frames, trace = [type(error).__name__], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames


def init_request_lines(app: Flask) -> None:
    """Write one line for each request that was answered: who, what, when and how it went.

    Never the address or its values: the route's template stands for it, so that no token of a link gets here.
    """
    app.before_request(_begin)
    app.after_request(_write_line)


def _begin() -> None:
    g.began_s = clock.monotonic_s()


def _write_line(response: Response) -> Response:
    scope = g.get("scope", NOBODY)
    line = {
        "request": g.get("request_id"),
        "method": request.method if request.method in _METHODS else "other",
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "ms": round((clock.monotonic_s() - g.get("began_s", clock.monotonic_s())) * 1000, 1),
        "actor": scope.label,
        "person": str(scope.person_id) if scope.person_id else None,
        "membership": str(scope.membership_id) if scope.membership_id else None,
    }
    _requests.info("request", extra={name: value for name, value in line.items() if value is not None})
    return response


def start_logs(level: int = logging.INFO) -> None:
    """Send every log line to standard error as JSON."""
    root = logging.getLogger()
    if any(isinstance(each.formatter, JsonLines) for each in root.handlers):
        return
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(JsonLines())
    root.handlers = [stream]
    root.setLevel(level)
    logging.getLogger("waitress").setLevel(logging.WARNING)
    logging.getLogger("twilio").setLevel(logging.ERROR)  # its debug lines carry message bodies
