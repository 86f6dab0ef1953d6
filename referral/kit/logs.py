"""Logs: one JSON object a line, in UTC, with no protected health information."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

#: The extra fields a line may carry. Anything else is left out: names, numbers and texts of people never get in.
ALLOWED = (
    "request",
    "method",
    "route",
    "status",
    "ms",
    "actor",
    "event",
    "message_id",
    "state",
    "task",
    "error",
    "count",
)


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
