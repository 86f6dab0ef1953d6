"""Commands of accounts: the first administrator, fresh keys, the policy as a table."""

import base64
import secrets

import click
from flask import current_app
from flask.cli import with_appcontext

from referral.accounts.invitations import AdministratorExists, first_administrator
from referral.accounts.links import url_for_link
from referral.accounts.lost_factors import mend_factors, others_who_can
from referral.accounts.queries import person_by_email
from referral.kit.command_line import needs_database
from referral.kit.errors import InvalidInput
from referral.kit.policy import policy, route_policies
from referral.kit.transaction import database


@click.command("create-administrator")
@click.argument("email")
@click.argument("name")
@click.option("--again", is_flag=True, help="Invite one more although there is one: for when nobody can sign in.")
@with_appcontext
@needs_database
def create_administrator(email: str, name: str, again: bool) -> None:
    """Invite the platform's first administrator and print the link."""
    try:
        with database().job("create-administrator") as session:
            url = url_for_link(session, first_administrator(session, email, name=name, again=again))
    except AdministratorExists as error:
        raise click.ClickException("There is an administrator already. They invite others; or say --again.") from error
    except InvalidInput as error:
        raise click.ClickException(str(error.message)) from error
    click.echo("Open this address within 7 days to choose a password. It works once.")
    click.echo(url)


@click.command("mend-factors")
@click.argument("email")
@click.option("--reason", required=True, help="Why, and how you know who asks. It is kept in the audit.")
@click.option("--force", is_flag=True, help="Do it although an administrator could do it on their page.")
@with_appcontext
@needs_database
def mend_lost_factors(email: str, reason: str, force: bool) -> None:
    """Take away the second factors of the last administrator, who lost them."""
    if not reason.strip():
        raise click.ClickException('Say why: --reason "…"')
    with database().job("mend-factors") as session:
        person = person_by_email(session, email)
        if person is None:
            raise click.ClickException("Nobody has this e-mail address.")
        others = others_who_can(session, person.id)
        if others and not force:
            raise click.ClickException(
                f"An administrator can do it on the page of people: {', '.join(others)}. If none can, say --force."
            )
        ended = mend_factors(session, person, reason=reason.strip())
    click.echo(f"{ended} taken away. Recovery codes are dead, and every browser is signed out.")
    click.echo("Next: they sign in with their password and set up a new second proof; an e-mail tells them so.")
    click.echo("Your reason stands in the audit.")


@click.command("new-keys")
def new_keys() -> None:
    """Print fresh SECRET_KEY and MASTER_KEY lines for the environment."""
    click.echo(f"SECRET_KEY={secrets.token_urlsafe(32)}")
    click.echo(f"MASTER_KEY={base64.b64encode(secrets.token_bytes(32)).decode()}")


@click.command("policy")
@with_appcontext
def show_policy() -> None:
    """Print which roles hold which permission, and which permission each page asks."""
    click.echo("Permissions and the roles that hold them")
    for permission, roles in sorted(policy.rules.items()):
        click.echo(f"  {permission:<28} {', '.join(sorted(roles))}")
    click.echo("\nPages and the permission they ask")
    views = current_app.view_functions
    for path, methods, endpoint, name in route_policies(current_app._get_current_object()):  # type: ignore[attr-defined]  # Flask's own way to hand the app on
        reason = getattr(views[endpoint], "public_reason", "")
        click.echo(f"  {methods:<9} {path:<48} {name}{f' ({reason})' if reason else ''}")
