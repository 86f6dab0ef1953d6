"""Commands of the audit: verify its chains, print their heads."""

from pathlib import Path
from uuid import UUID

import click
from flask.cli import with_appcontext

from referral.audit.chain import Bad, Wrong
from referral.audit.heads import head_lines
from referral.audit.verifying import BadHeadLine, Heads, Verified, read_heads, torn_line, verify
from referral.kit import clock
from referral.kit.command_line import needs_database
from referral.kit.scope import ScopedSession, job_scope
from referral.kit.settings import settings_of
from referral.kit.transaction import database

#: What each finding means, for whoever reads the terminal.
WORDS = {
    Wrong.CHANGED: "the event, or its seal, is not what was sealed",
    Wrong.EVENT_MISSING: "the event was deleted",
    Wrong.SEAL_MISSING: "its seal was deleted; later ones are there",
    Wrong.NEVER_SEALED: "added behind the worker's back, or the worker has not run for longer than ten minutes",
    Wrong.OUT_OF_ORDER: "it stands in the place of another; nothing in it was changed",
    Wrong.SEALED_LATE: "it was added hours after the time that its id tells",
    Wrong.OTHER_TIME: "its moment is not the one at which it was written",
    Wrong.OTHER_CHAIN: "it concerns another clinic than its chain",
    Wrong.REWRITTEN: "it is not what was noted in the second place: the chain was computed anew, up to here or further",
    Wrong.HEAD_NOT_REACHED: "the second place has seen this number; the end of the chain was cut off",
}

#: Not even the first row of a chain is there.
CHAIN_GONE = "the second place has seen this chain; nothing of it is left"

#: A file of heads that says nothing about these chains proves nothing.
NOTHING_COMPARED = (
    "Not whole: nothing could be compared. The file of heads holds no head of these chains: it is empty, it is of"
    " another installation, or its lines were taken out.\n"
    "Nothing was changed. What to do now: docs/operating.md, Audit."
)


@click.group("audit")
def audit_commands() -> None:
    """Prove that nobody changed the audit."""


@audit_commands.command("verify")
@click.option("--heads", "place", type=click.Path(path_type=Path), help="The file of heads (AUDIT_HEAD_FILE).")
@click.option("--chain", type=click.UUID, help="Only the chain of this clinic; all zeros: of events of no clinic.")
@with_appcontext
@needs_database
def verify_chains(place: Path | None, chain: UUID | None) -> None:
    """Walk every chain and name the first bad row. Exit status 1 when there is one, or nothing to compare with."""
    started = clock.monotonic_s()
    with database().reading(job_scope("audit verify")) as session:
        heads = _heads(session, place)
        found = verify(session, heads or {}, chain=chain)
    if found.bad is not None:
        raise click.ClickException(bad_words(found.bad))
    if heads is not None and not found.heads:
        raise click.ClickException(NOTHING_COMPARED)
    click.echo(whole_words(found, clock.monotonic_s() - started))
    if heads is None:
        click.echo(
            "No heads were compared, because AUDIT_HEAD_FILE is not set: a chain cut off at its end looks whole."
        )


@audit_commands.command("heads")
@with_appcontext
@needs_database
def print_heads() -> None:
    """Print the newest link of each chain, signed, to be kept outside this machine: `audit verify --heads` reads it."""
    with database().reading(job_scope("audit heads")) as session:
        for line in head_lines(session):
            click.echo(line)


def bad_words(bad: Bad) -> str:
    """Return the sentence that names the first bad row."""
    number = f", number {bad.number}" if bad.number is not None else ""
    event = f", event {UUID(hex=bad.event_id)}" if bad.event_id is not None else ""
    gone = bad.wrong is Wrong.HEAD_NOT_REACHED and bad.number == 1
    words = CHAIN_GONE if gone else WORDS[bad.wrong]
    return (
        f"First bad row: chain {UUID(hex=bad.chain)}{number}{event}: {bad.wrong}: {words}.\n"
        "Nothing was changed. What to do now: docs/operating.md, Audit."
    )


def whole_words(found: Verified, seconds: float) -> str:
    """Return the sentence that says all is well."""
    waiting = f" {found.waiting} new events wait for their seal." if found.waiting else ""
    headless = f" {found.headless} of the chains have no head to compare with." if found.headless else ""
    return (
        f"Whole: {found.events:,} events in {found.chains} chains, {found.heads} heads compared, "
        f"{seconds:.1f} seconds.{headless}{waiting}"
    )


def _heads(session: ScopedSession, place: Path | None) -> Heads | None:
    """Return the heads of the named file, or the installation's own; None where there is no such setting."""
    configured = settings_of(session).audit_head_file
    place = place or (Path(configured) if configured else None)
    if place is None:
        return None
    try:
        heads, torn = read_heads(session, place), torn_line(session, place)
    except OSError as error:
        raise click.ClickException(f"The file of heads {place} cannot be read: {error.strerror}.") from error
    except BadHeadLine as error:
        raise click.ClickException(
            f"First bad line of {place}: {error.number}: it is not a head that this installation signed.\n"
            "Nothing was changed. What to do now: docs/operating.md, Audit."
        ) from error
    if torn is not None:
        click.echo(f"Line {torn} of {place} was left unfinished, as by a power cut: passed over.", err=True)
    return heads
