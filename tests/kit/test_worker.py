"""The worker's loop and its supervisor."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from referral.kit import clock
from referral.kit.installation import WorkerHeartbeat, worker_is_stale
from referral.kit.scope import job_scope
from referral.kit.supervisor import Supervisor
from referral.kit.transaction import Database
from referral.kit.worker import Task, Worker, one_by_one


def wait_for(path: Path, lines: int) -> list[str]:
    """Return the lines of a file once there are enough; fail after ten seconds."""
    for _ in range(200):
        found = path.read_text().split() if path.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{path} never had {lines} lines")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"


CHILD = "import os,sys,time; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); sys.stdin.read()"


def test_a_failing_task_stops_no_other(database: Database) -> None:
    done: list[str] = []

    def fail(_database: Database) -> int:
        raise ValueError

    def work(_database: Database) -> int:
        done.append("x")
        return 1

    Worker(database, [Task("fails", 0, fail), Task("works", 0, work)]).tick()

    assert done == ["x"]


def test_the_worker_says_that_it_is_alive(database: Database) -> None:
    worker = Worker(database, [])
    worker._alive()

    with database.reading(job_scope("tests")) as session:
        names = session.scalars(select(WorkerHeartbeat.worker).order_by(WorkerHeartbeat.worker)).all()
        assert worker.name in names
        assert not worker_is_stale(session)


def test_a_dead_child_is_started_again_and_ends_with_us(tmp_path: Path) -> None:
    seen = tmp_path / "pids"
    supervisor = Supervisor([sys.executable, "-c", CHILD, str(seen)])
    supervisor.start()
    first = int(wait_for(seen, 1)[0])

    os.kill(first, signal.SIGKILL)
    second = int(wait_for(seen, 2)[1])
    supervisor.stop()

    assert first != second
    assert not alive(second)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_child_of_a_killed_parent_ends(tmp_path: Path) -> None:
    seen = tmp_path / "pids"
    parent_code = (
        "import sys,time; from referral.kit.supervisor import Supervisor; "
        f"s=Supervisor([sys.executable,'-c',{CHILD!r},{str(seen)!r}]); s.start(); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", parent_code])
    child = int(wait_for(seen, 1)[0])

    parent.kill()
    parent.wait()
    for _ in range(100):
        if not alive(child):
            break
        clock.sleep_s(0.05)

    assert not alive(child)


def test_one_thing_that_fails_keeps_none_of_the_others_waiting() -> None:
    assert one_by_one("dividing", [1, 0, 2], lambda number: 2 // number) == 3
