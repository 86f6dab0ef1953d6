"""Commands of keys: change the master key while the product serves, and tell how far that is."""

import click
from flask.cli import with_appcontext

from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit.command_line import needs_database
from referral.kit.crypto import vault_of
from referral.kit.rotation import BATCH, key_counts, reseal_batch, roots_stored, store_roots
from referral.kit.transaction import current_settings, database

JOB = "keys rotate"


@click.group("keys")
def keys_commands() -> None:
    """Change the master key while the product serves."""


@keys_commands.command("rotate")
@click.option("--batch", default=BATCH, show_default=True, type=click.IntRange(1), help="Keys in one transaction.")
@with_appcontext
@needs_database
def rotate(batch: int) -> None:
    """Seal every data key with MASTER_KEY. Safe to stop and to run again, at any time."""
    with database().job(JOB) as session:
        roots = store_roots(session)
        if roots:
            record(session, AuditKind.KEYS_ROTATED, detail={"roots_stored": roots})
    if roots:
        click.echo(f"Stored the {roots} roots of indexes and links.")
    done, unopened = _reseal_all(batch)
    click.echo(f"Done: {done} keys were sealed again.")
    if unopened:
        raise click.ClickException(
            f"{unopened} keys do not open with MASTER_KEY or MASTER_KEY_BEFORE and stay as they are. "
            "Add the key that sealed them to MASTER_KEY_BEFORE (`flask keys status` names it) and run this again."
        )
    click.echo("`flask keys status` says whether the former key can be removed.")


def _reseal_all(size: int) -> tuple[int, int]:
    done, unopened, after = 0, 0, None
    while True:
        with database().job(JOB) as session:
            batch = reseal_batch(session, after, size=size)
            if batch.resealed:
                key_id = vault_of(session).key_id
                record(session, AuditKind.KEYS_ROTATED, detail={"count": batch.resealed, "key": key_id})
        done, unopened, after = done + batch.resealed, unopened + len(batch.unopened), batch.last
        if after is None:
            return done, unopened
        click.echo(f"{done} keys sealed again …")


@keys_commands.command("status")
@with_appcontext
@needs_database
def status() -> None:
    """Print how many data keys each master key seals, and whether a former key can be removed."""
    settings = current_settings()
    in_use, *former = settings.master_keys_ids()
    with database().job("keys status") as session:
        counts, stored = key_counts(session), roots_stored(session)
    for count in counts:
        click.echo(f"{count.key_id or 'older row':<10} {count.rows:>9} keys  {_which(count.key_id, in_use, former)}")
    click.echo(f"Roots of indexes and links are {'stored' if stored else 'not stored yet'}.")
    click.echo(_advice(stored and all(count.key_id == in_use for count in counts), former))


def _which(key_id: str | None, in_use: str, former: list[str]) -> str:
    if key_id is None:
        return "sealed before key names were written down"
    if key_id == in_use:
        return "MASTER_KEY"
    return "MASTER_KEY_BEFORE" if key_id in former else "a key that is in no setting: these rows do not open"


def _advice(finished: bool, former: list[str]) -> str:
    if not finished:
        return "Run `flask keys rotate` before any key is removed."
    if not former:
        return "Everything is sealed with MASTER_KEY."
    return (
        "Nothing needs the keys in MASTER_KEY_BEFORE any more: remove them from the settings and start web and worker "
        "again. Keep them, apart from the backups, as long as you keep backups made before today."
    )
