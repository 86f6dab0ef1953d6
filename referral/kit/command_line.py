"""What commands say instead of a trace: the port is taken, the database does not answer."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from referral.kit.scope import NOBODY
from referral.kit.transaction import current_settings, database

P = ParamSpec("P")
R = TypeVar("R")


class PortInUse(click.ClickException):
    """The port is taken; the text names it, and how to choose another."""

    def __init__(self, port: int) -> None:
        """Name the port."""
        super().__init__(f"Port {port} is in use. Stop what uses it, or choose another: make demo PORT={port + 1}")


class DatabaseAway(click.ClickException):
    """The database does not answer, or holds no tables yet."""

    def __init__(self, error: DBAPIError) -> None:
        """Name the database, without its password, and the driver's reason."""
        settings = current_settings()
        url = make_url(settings.database_url).render_as_string(hide_password=True)
        reason = (str(error.orig).splitlines() or ["no reason given"])[0]
        super().__init__(
            f"The database {url} does not answer: {reason}\n"
            "Nothing was changed. Is it running, and does DATABASE_URL name it? If it is new, run `flask db upgrade`."
        )


def warn_when_away() -> None:
    """Say on standard error that the database does not answer yet. Whoever serves goes on: it may come later."""
    settings = current_settings()
    if not settings.database_is_proven:
        click.echo("The database is on another machine and proves nothing: use sslmode=verify-full.", err=True)
    try:
        with database().reading(NOBODY) as session:
            session.execute(text("SELECT 1"))
    except OperationalError as error:
        click.echo(f"{DatabaseAway(error).message}\nUntil it answers, every page says so.", err=True)


def needs_database(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command, inside its application context, so that it raises DatabaseAway instead of the driver's error."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (OperationalError, ProgrammingError) as error:
            raise DatabaseAway(error) from error

    return run
