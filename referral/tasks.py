"""What the worker does, and how often."""

from collections.abc import Callable

from flask import Flask

from referral.accounts.due import clear_mail_allowances, clear_sign_in_tries
from referral.accounts.glass_closing import end_dead_glass
from referral.accounts.reset import answer_reset_wishes
from referral.audit.heads import HeadWriter
from referral.audit.sealing import seal_new_events, seal_stragglers
from referral.followups.due import ask_due_questions, close_silent_questions
from referral.kit.installation import is_demo
from referral.kit.limits import forget_old_counts
from referral.kit.scope import job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from referral.kit.worker import Task
from referral.messaging.fetching import Fetcher
from referral.navigation.due import keep_contact_plans
from referral.navigation.needs_left import watch_needs
from referral.navigation.watching import watch_referrals
from referral.outbox.gateway.choose import Gateways, choose_gateways
from referral.outbox.reconcile import Reconciler
from referral.outbox.restored import RestoreWatch, marks_file
from referral.outbox.sending import Sender, sweep_outbox
from referral.outbox.states import Channel
from referral.prescriptions.due import offer_again
from referral.records.due import ErasureFinisher, remove_old
from referral.referrals.clocks import run_clocks
from referral.todos.absences import move_absent_peoples_to_dos


def worker_tasks(app: Flask) -> list[Task]:
    """Return the tasks of the worker in the order they run in. Words for people need the application's languages."""
    return [*story_tasks(app), *housekeeping_tasks(app)]


def story_tasks(app: Flask) -> list[Task]:
    """Return the tasks by which referrals, questions and messages go on; a demo's clock runs these."""
    settings: Settings = app.extensions["settings"]
    gateways = choose_gateways(settings)
    sender, watch = Sender(gateways, settings.public_base_url), RestoreWatch(marks_file(settings))
    simulated = settings.message_gateway == "simulator"

    def send(database: Database) -> int:
        if not watch.looked or simulated != _is_demo(database):
            return 0  # a demo only simulates, and nothing else does: messages wait, and a banner says so
        return sender.send_due(database)

    return [
        Task("restore watch", 5.0, _inside(app, watch.look)),
        Task("send", 1.0, _inside(app, send)),
        Task("clocks", 1.0, _inside(app, run_clocks)),
        Task("questions", 1.0, _inside(app, ask_due_questions)),
        Task("offers", 60.0, _inside(app, offer_again)),
        Task("silence", 10.0, _inside(app, close_silent_questions)),
        Task("contact plans", 5.0, _inside(app, keep_contact_plans)),
        Task("absences", 30.0, _inside(app, move_absent_peoples_to_dos)),
        Task("password resets", 1.0, _inside(app, answer_reset_wishes)),
        Task("sweep", 5.0, _inside(app, sweep_outbox)),
        *_asking_tasks(app, gateways),
    ]


def _asking_tasks(app: Flask, gateways: Gateways) -> list[Task]:
    """Return the tasks that ask the provider, where there is one: not in a demo."""
    if gateways.texts is None:
        return []
    tasks = [
        Task("look", 15.0, _inside(app, Reconciler(gateways.texts).look)),  # one account: every sender's texts
        Task("fetch texts", 300.0, _inside(app, Fetcher(gateways.texts).fetch)),
    ]
    if gateways.staff_texts is not None:
        staff = Fetcher(gateways.staff_texts, Channel.STAFF_SMS)
        tasks.append(Task("fetch staff texts", 300.0, _inside(app, staff.fetch)))
    return tasks


def housekeeping_tasks(app: Flask) -> list[Task]:
    """Return the tasks that keep the house: ends, seals, what was kept long enough. They go by machine time."""
    return [
        Task("emergency access", 30.0, _inside(app, end_dead_glass)),
        Task("watching", 300.0, _inside(app, watch_referrals)),
        Task("watching needs", 300.0, _inside(app, watch_needs)),
        Task("seal", 2.0, _inside(app, seal_new_events)),
        Task("seal stragglers", 3600.0, _inside(app, seal_stragglers)),
        Task("audit heads", 60.0, _inside(app, HeadWriter().write_due)),
        Task("limits", 3600.0, _inside(app, forget_old_counts)),
        Task("sign-in tries", 3600.0, _inside(app, clear_sign_in_tries)),
        Task("mail allowances", 3600.0, _inside(app, clear_mail_allowances)),
        Task("erasures", 60.0, _inside(app, ErasureFinisher().finish_due)),
        Task("retention", 3600.0, _inside(app, remove_old)),
    ]


def _inside(app: Flask, run: Callable[[Database], int]) -> Callable[[Database], int]:
    def inside(database: Database) -> int:
        with app.app_context():
            return run(database)

    return inside


def _is_demo(database: Database) -> bool:
    with database.reading(job_scope("send")) as session:
        return is_demo(session)
