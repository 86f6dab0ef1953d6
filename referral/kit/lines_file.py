"""Files of lines that only grow: what is added is whole and on the disk, whatever a power cut left before it."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def append_lines(file: Path, lines: Sequence[str]) -> None:
    """Add the lines, whole and on the disk before this returns; their ends are added here.

    A line that was left without its end stays alone: what is added begins on a line of its own. The file is readable
    by its owner only. Raises OSError.
    """
    written = "".join(f"{line}\n" for line in lines).encode()
    opened = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(opened).st_size
        if size and os.pread(opened, 1, size - 1) != b"\n":
            written = b"\n" + written
        while written:
            written = written[os.write(opened, written) :]
        os.fsync(opened)
    finally:
        os.close(opened)


def drop_torn_end(file: Path) -> None:
    """Take away an end that a power cut left unfinished; what was whole is written again by whoever wrote it.

    A place that only grows keeps it. Raises OSError when the file cannot be read.
    """
    try:
        opened = os.open(file, os.O_RDWR)
    except (FileNotFoundError, PermissionError):
        return
    with os.fdopen(opened, "r+b") as written:
        whole = written.read()
        start = whole.rfind(b"\n") + 1
        if not is_torn(whole[start:] or b"{}"):
            return
        with suppress(PermissionError):
            written.truncate(start)


def is_torn(line: bytes) -> bool:
    """Return True for a line that is no JSON at all: a power cut left it, and nothing can be read from it.

    Whoever can write to the file could take a line out as well, so skipping a torn one trusts nobody more. A line that
    is JSON was finished, and whoever reads it asks for its proof.
    """
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False
