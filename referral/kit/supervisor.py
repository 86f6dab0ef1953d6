"""The supervisor: starts the worker beside the web server, restarts it when it dies, ends it with the server."""

import logging
import subprocess
import threading
from collections.abc import Sequence

from referral.kit import clock

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0


class Supervisor:
    """Keeps one child process alive. The child reads our pipe: when we are gone, it closes and the child stops."""

    def __init__(self, command: Sequence[str]) -> None:
        """Take the command line of the child."""
        self._command = list(command)
        self._stop = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_alive, daemon=True)

    def start(self) -> None:
        """Start the child and watch over it."""
        self._thread.start()

    def stop(self) -> None:
        """End the child and stop watching."""
        self._stop.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _keep_alive(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._stop.is_set():
            started = clock.monotonic_s()
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own command line
            code = self._child.wait()
            if self._stop.is_set():
                return
            lived_s = clock.monotonic_s() - started
            pause = FIRST_PAUSE_S if lived_s > HEALTHY_AFTER_S else min(pause * 2, LONGEST_PAUSE_S)
            log.error("worker died and is started again", extra={"state": code})
            self._stop.wait(pause)
