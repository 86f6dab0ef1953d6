"""`flask demo` as a user starts it: one command, a server with a worker, both gone together."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from referral.kit.installation import beat
from referral.tables import metadata
from resources_directory.db import engine_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]

#: Seconds for a demo that makes its database first, on a slow machine that does other things too.
COLD_START_S = 180
WARM_START_S = 45
SOON_S = 45


@dataclass
class Demo:
    """A running `flask demo`."""

    process: subprocess.Popen[str]
    port: int

    def health(self) -> str | None:
        """Return what /healthz says of the worker; None while nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return str(json.load(answer)["worker"])
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def workers(self) -> list[int]:
        """Return the process ids of the server's living children."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = [int(child) for file in listed.parent.parent.glob("*/children") for child in file.read_text().split()]
        return [child for child in found if is_alive(child)]

    def page(self, path: str) -> str:
        """Return a page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return str(answer.read().decode())


def is_alive(pid: int) -> bool:
    """Return True if the process runs and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def soon(look: Callable[[], object], within_s: float = SOON_S) -> bool:
    """Return True as soon as `look` finds something; False when it does not within the time."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if look():
            return True
        time.sleep(0.2)
    return False


def start(folder: Path, *options: str, port: int, **environ: str) -> Demo:
    """Start `flask demo` with nothing in its environment but what is named."""
    known = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--port", str(port), *options]
    environ = {**known, "NEEDSRX_INSTANCE": str(folder), **environ}
    log = (folder / "demo.log").open("a+")
    return Demo(subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log, text=True), port)


def stop(demo: Demo) -> None:
    """End the demo as Ctrl-C does."""
    demo.process.send_signal(signal.SIGINT)
    try:
        demo.process.wait(20)
    except subprocess.TimeoutExpired:
        demo.process.kill()
        demo.process.wait()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a demo that was made once."""
    folder = tmp_path_factory.mktemp("instance")
    demo = start(folder, port=free_port())
    answered = soon(demo.health, COLD_START_S)
    stop(demo)
    assert answered, (folder / "demo.log").read_text()[-2000:]
    return folder


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    """A warm demo that answers."""
    demo = start(folder, port=free_port())
    assert soon(demo.health, WARM_START_S), (folder / "demo.log").read_text()[-2000:]
    yield demo
    stop(demo)


def test_one_command_makes_it_and_prints_address_simulator_and_people(folder: Path) -> None:
    said = (folder / "demo.log").read_text()

    assert "http://localhost:" in said
    assert "/simulator" in said
    assert "luz.carranza@hazel-grove-pediatrics.example" in said
    assert "SIMULATED" in said


def test_its_keys_are_for_its_owner_alone(folder: Path) -> None:
    assert (folder / "demo.env").stat().st_mode & 0o777 == 0o600


def test_the_worker_lives_and_the_simulator_answers(demo: Demo) -> None:
    assert soon(lambda: demo.health() == "alive")
    assert "Mateo Aldana Quiroz" in demo.page("/simulator")


def test_a_worker_killed_with_9_is_started_again(demo: Demo) -> None:
    assert soon(demo.workers)
    [first] = demo.workers()

    os.kill(first, signal.SIGKILL)

    assert soon(lambda: demo.workers() and first not in demo.workers())
    assert demo.health() is not None


def test_a_server_killed_with_9_takes_its_worker_along(demo: Demo) -> None:
    assert soon(demo.workers)
    [worker] = demo.workers()

    demo.process.kill()
    demo.process.wait()

    assert soon(lambda: not is_alive(worker))


def test_a_server_that_is_stopped_takes_its_worker_along(demo: Demo) -> None:
    assert soon(demo.workers)
    [worker] = demo.workers()

    stop(demo)

    assert soon(lambda: not is_alive(worker))


def test_a_busy_port_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        second = start(tmp_path, port=port)

        assert second.process.wait(WARM_START_S) == 1
    assert f"Port {port} is in use" in (tmp_path / "demo.log").read_text()
    assert not (tmp_path / "demo.sqlite3").exists()


def test_a_database_that_is_no_demo_is_refused_by_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/production.sqlite3"
    engine = engine_for(url)
    metadata.create_all(engine)
    with Session(engine) as session:
        beat(session, "the worker of a real installation")
        session.commit()
    engine.dispose()

    refused = start(tmp_path, "--reset", port=free_port(), DATABASE_URL=url)

    assert refused.process.wait(WARM_START_S) == 1
    assert "is not a demo. Nothing was changed" in (tmp_path / "demo.log").read_text()
