"""Commands of the queue: what waits for a person, sending again, letting go, setting aside."""

from collections.abc import Callable
from uuid import UUID

import click
from flask.cli import with_appcontext

from referral.kit.command_line import needs_database
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.transaction import database
from referral.outbox.quarantine import (
    NotPossible,
    quarantine_messages,
    quarantine_queue,
    release_messages,
    release_queue,
    try_again,
)
from referral.outbox.queries import messages_for_people, messages_in, queue_health
from referral.outbox.states import MessageState

_IDS = click.argument("ids", nargs=-1, type=click.UUID)


@click.group("outbox")
def outbox_commands() -> None:
    """Look after messages that cannot go on alone."""


@outbox_commands.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([str(state) for state in MessageState]))
@click.option("--most", default=100, show_default=True, type=click.IntRange(1, 10_000))
@with_appcontext
@needs_database
def list_messages(states: tuple[str, ...], most: int) -> None:
    """Print the messages that wait for a person, or those in the states named: never their words or their phone."""
    with database().reading(job_scope("outbox command")) as session:
        health = queue_health(session)
        named = [MessageState(state) for state in states]
        listed = messages_in(session, named, most=most) if named else messages_for_people(session, most=most)
    if health.quarantined_at is not None:
        click.echo(f"Quarantined since {health.quarantined_at:%Y-%m-%d %H:%M} UTC: nothing is sent.", err=True)
    for each in listed:
        due = f"{each.due_at:%Y-%m-%d %H:%M}"
        click.echo(f"{each.message_id}  {due}  {each.state}  {each.reason or '-'}  {each.channel}  {each.template}")
    click.echo(f"{len(listed)} listed.", err=True)


@outbox_commands.command("retry")
@_IDS
@with_appcontext
@needs_database
def retry(ids: tuple[UUID, ...]) -> None:
    """Send messages again that were rejected, have expired, or may or may not have been sent."""
    if not ids:
        raise click.UsageError("Name the messages: `flask outbox list` prints them.")
    click.echo(f"{_changed(lambda session: try_again(session, ids))} will be tried again.")


@outbox_commands.command("release")
@_IDS
@click.option("--send", is_flag=True, help="Send what a restored copy held, instead of giving each to a person.")
@with_appcontext
@needs_database
def release(ids: tuple[UUID, ...], *, send: bool) -> None:
    """Let messages go that were set aside. Without IDS: end the quarantine of the whole queue."""
    if ids:
        click.echo(f"{_changed(lambda session: release_messages(session, ids))} will go.")
        return
    count = _changed(lambda session: release_queue(session, send=send))
    click.echo(f"The queue goes on. {count} {'will go' if send else 'were given to people'}.")


@outbox_commands.command("quarantine")
@_IDS
@with_appcontext
@needs_database
def quarantine(ids: tuple[UUID, ...]) -> None:
    """Set messages aside. Without IDS: send nothing at all until `flask outbox release`."""
    if ids:
        click.echo(f"{_changed(lambda session: quarantine_messages(session, ids))} set aside.")
        return
    click.echo(f"Nothing is sent from now on. {_changed(quarantine_queue)} set aside.")


def _changed(change: Callable[[ScopedSession], int]) -> int:
    try:
        with database().job("outbox command") as session:
            return change(session)
    except NotPossible as error:
        raise click.ClickException(f"{error}. Nothing was changed.") from error
