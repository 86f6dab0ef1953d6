"""The command line of the running product: serve, worker."""

import sys
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from referral.kit.command_line import PortInUse, warn_when_away
from referral.kit.supervisor import Supervisor
from referral.kit.transaction import database
from referral.kit.worker import Worker, die_with_parent, obey_signals
from referral.records.erasure_list import warn_without_list
from referral.tasks import worker_tasks
from referral.web.server import open_server

WORKER_COMMAND = (sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--with-parent")


@click.command("worker")
@click.option("--with-parent", is_flag=True, help="End when standard input closes.")
@with_appcontext
def worker(with_parent: bool) -> None:
    """Send messages and run clocks until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's own way to hand the app on
    busy = Worker(database(), worker_tasks(app))
    obey_signals(busy)
    if with_parent:
        die_with_parent(busy)
    busy.run()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-worker", is_flag=True, help="Run the web server alone.")
@with_appcontext
def serve(host: str, port: int, no_worker: bool) -> None:
    """Run the web server with a worker beside it."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's own way to hand the app on
    warn_when_away()
    warn_without_list(app.extensions["settings"])
    run_server(app, host, port, with_worker=not no_worker)


def run_server(app: Flask, host: str, port: int, *, with_worker: bool, ready: Event | None = None) -> None:
    """Serve until stopped; the worker is restarted when it dies and ends with us. Raises PortInUse."""
    try:
        server = open_server(app, host, port)
    except OSError as error:
        raise PortInUse(port) from error
    supervisor = Supervisor(WORKER_COMMAND)
    if with_worker:
        supervisor.start()
    if ready is not None:
        ready.set()
    try:
        server.run()
    finally:
        supervisor.stop()
