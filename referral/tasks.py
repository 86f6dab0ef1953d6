"""What the worker does, and how often."""

from collections.abc import Callable

from flask import Flask

from referral.accounts.due import clear_sign_in_tries
from referral.followups.due import ask_due_questions, close_silent_questions
from referral.kit.installation import is_demo
from referral.kit.scope import job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.kit.worker import Task
from referral.outbox.gateway.choose import choose_gateways
from referral.outbox.sending import Sender, sweep_outbox
from referral.referrals.clocks import run_clocks


def worker_tasks(app: Flask) -> list[Task]:
    """Return the tasks of the worker in the order they run in. Words for people need the application's languages."""
    settings: Settings = app.extensions["settings"]
    sender = Sender(choose_gateways(settings), settings.public_base_url)
    simulated = settings.message_gateway == "simulator"

    def send(database: Database) -> int:
        if simulated != _is_demo(database):
            return 0  # a demo only simulates, and nothing else does: messages wait, and a banner says so
        return sender.send_due(database)

    return [
        Task("send", 1.0, _inside(app, send)),
        Task("clocks", 1.0, _inside(app, run_clocks)),
        Task("questions", 1.0, _inside(app, ask_due_questions)),
        Task("silence", 10.0, _inside(app, close_silent_questions)),
        Task("sweep", 5.0, _inside(app, sweep_outbox)),
        Task("sign-in tries", 3600.0, _inside(app, clear_sign_in_tries)),
    ]


def _inside(app: Flask, run: Callable[[Database], int]) -> Callable[[Database], int]:
    def inside(database: Database) -> int:
        with app.app_context():
            return run(database)

    return inside


def _is_demo(database: Database) -> bool:
    with database.reading(job_scope("send")) as session:
        return is_demo(session)
