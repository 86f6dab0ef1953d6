"""`flask demo`: the invented county in a browser, with nothing to set up before."""

import logging
import os
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo

from referral.accounts.passwords import DEMO_PASSWORD
from referral.accounts.queries import demo_accounts
from referral.demo.environment import HOST, check_port, prepare_environment
from referral.demo.ground import check_keys, clear_ground, is_seeded
from referral.demo.seed import mark_as_demo, seed_demo
from referral.demo.simulator import blueprint as simulator
from referral.kit.migrations import upgrade_database
from referral.kit.scope import job_scope
from referral.kit.transaction import Database


@click.command("demo")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Where the pages answer on this computer.",
)
@click.option("--reset", is_flag=True, help="Throw the demo's data away and start over.")
@click.option(
    "--directory",
    type=click.Path(exists=True, path_type=Path),
    help="A folder or zip of a real directory (HSDS), instead of the invented county's.",
)
@click.pass_context
def demo(context: click.Context, port: int, reset: bool, directory: Path | None) -> None:
    """Run the invented county in your browser; texts and e-mails go to a simulator."""
    prepare_environment(os.environ, port)
    check_port(port)
    clear_ground(os.environ["DATABASE_URL"], reset=reset)
    app = context.ensure_object(ScriptInfo).load_app()
    logging.getLogger().setLevel(logging.WARNING)
    with app.app_context():
        upgrade_database()
    prepare_demo(app, directory)
    click.echo(welcome(app, port))
    _serve(context, port)


def prepare_demo(app: Flask, directory: Path | None) -> None:
    """Mark the database as a demo and fill it where it is empty; a filled one keeps its data. Raises OtherKeys."""
    database: Database = app.extensions["database"]
    with database.reading(job_scope("demo")) as session:
        check_keys(session)
        seeded = is_seeded(session)
    if seeded and directory is not None:
        click.echo("The demo keeps the directory it was made with. To use another, start over: RESET=1")
    if not seeded:
        mark_as_demo(database)
        seed_demo(app, directory, say=click.echo)


def welcome(app: Flask, port: int) -> str:
    """Return what is printed when the demo is ready: the address, the simulator, and whom one may sign in as."""
    database: Database = app.extensions["database"]
    with database.reading(job_scope("demo")) as session, app.test_request_context():
        accounts = demo_accounts(session)
        lines = [f"  {each.email:<55} {each.role_label}, {each.member_name}" for each in accounts]
    return "\n".join(
        (
            "",
            f"NeedsRx demo:  http://localhost:{port}",
            f"Simulator:     http://localhost:{port}{simulator.url_prefix}  (phones, mailboxes, clock)",
            f"Password of everybody below: {DEMO_PASSWORD}",
            "",
            *lines,
            "",
            "SIMULATED: every person is invented and no message leaves this computer. Stop with Ctrl-C.",
        )
    )


def _serve(context: click.Context, port: int) -> None:
    """Go on as `flask serve`, worker included; the command is looked up because it stands above this slice."""
    root = context.find_root().command
    serve = root.get_command(context, "serve") if isinstance(root, click.Group) else None
    if serve is None:
        raise click.ClickException("The command `flask serve` is missing. Install the product again: make demo")
    context.invoke(serve, host=HOST, port=port, no_worker=False)
