"""A real server in a process of its own, and a socket that says to it whatever bytes a test likes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from referral.tables import metadata
from resources_directory.db import engine_for
from tests.conftest import MASTER_KEY

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 60


@dataclass
class Served:
    """The running server."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def say(self, sent: bytes) -> bytes:
        """Return everything that the server answers to these bytes until it closes the connection or falls silent."""
        with self.connect() as connection:
            connection.sendall(sent)
            return everything(connection)

    def memory_kb(self) -> int:
        """Return the resident memory of the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def everything(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes, or nothing more comes for three seconds."""
    connection.settimeout(3)
    answer = b""
    try:
        while piece := connection.recv(65536):
            answer += piece
    except (TimeoutError, ConnectionError):
        pass
    return answer


def status_of(answer: bytes) -> int:
    """Return the status of the first answer."""
    return int(answer.split(b" ", 2)[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`flask serve` without a worker, as it is installed, on an empty database."""
    folder = tmp_path_factory.mktemp("served")
    address = f"sqlite:///{folder}/test.sqlite3"
    engine = engine_for(address)
    metadata.create_all(engine)
    engine.dispose()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    environ |= {"DATABASE_URL": address, "SECRET_KEY": "tests-only", "MASTER_KEY": MASTER_KEY}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--no-worker", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    served = Served(port, process)
    try:
        wait_for(served)
        yield served
    finally:
        process.terminate()
        process.wait(30)


def wait_for(served: Served) -> None:
    """Return as soon as the server takes connections."""
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            served.connect().close()
        except OSError:
            assert served.process.poll() is None, "the server has ended"
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server does not start")
