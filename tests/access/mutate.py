"""`make mutate`: removes one rule of access at a time, and shows that the matrix and the walls notice every time.

First mutants that change nothing meet the walls: they must survive, or nothing that follows would tell anything. A
mutant is killed when the matrix or a wall says that something is wrong, and the same cells say nothing without it; an
accident kills nothing. Ends with status 1 after an accident, and unless 100 % of the policy mutants and 95 % of the
tenant mutants are killed.
"""

import argparse
import logging
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.pool import Pool
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, text

from tests import databases
from tests.access.killing import LONGEST_S, Result, known_faults, prepare, try_mutant
from tests.access.mutants import NULL, ROOT, Mutant, all_mutants
from tests.access.walls import guarded_tables, row_security_faults
from tests.access.world import build_world

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
BARS = {"policy": 100.0, "tenant": 95.0}
PROCESSES = int(os.environ.get("MUTATE_PROCESSES", "2"))


def main() -> int:
    """Run all mutants, print the table, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose module or words hold this")
    parser.add_argument("--kind", default="", help="policy or tenant")
    parser.add_argument("--every", type=int, default=1, help="only each n-th mutant, for a quick look")
    options = parser.parse_args()
    began, equivalent = time.monotonic(), _equivalent()
    chosen = [each for each in all_mutants() if options.only in str(each) and options.kind in each.kind]
    mutants = sorted(chosen[:: options.every], key=lambda each: (each.kind, each.without_scopes))
    with tempfile.TemporaryDirectory() as folder:
        template = _template(Path(folder))
        context = multiprocessing.get_context("spawn")
        with context.Pool(PROCESSES, initializer=prepare, initargs=(template,)) as pool:
            results = _in_pool(pool, mutants, equivalent)
    if results is None:
        return 1
    if not options.only and options.kind != "policy":
        results += _row_security()
    return _report(results, equivalent, time.monotonic() - began)


def _in_pool(pool: Pool, mutants: list[Mutant], equivalent: dict[str, str]) -> list[Result] | None:
    """Return what became of the mutants; None when one that changes nothing does not survive."""
    needed, total = [NULL, replace(NULL, without_scopes=True)], len(mutants)
    nulls = _tried(pool, needed)
    for each in nulls:
        _say(f"{each.mutant.what}: {each.by or each.accident or 'survives, as it must'} ({each.seconds:.0f} s)")
    if any(each.by or each.accident for each in nulls):
        _say("A mutant that changes nothing did not survive: the others would tell nothing.")
        return None
    alone = [each for each in mutants if each.without_scopes]
    results = list(_told(_tried_one_by_one(pool, [each for each in mutants if each not in alone]), total, equivalent))
    off: frozenset[str] = pool.apply(known_faults, (None,)) if alone else frozenset()
    _say(f"{len(alone)} mutants are tried with the scopes off, where {len(off)} answers are wrong already")
    results += _told(_tried_one_by_one(pool, alone, off), total, equivalent, after=len(results))
    again = [each.mutant for each in results if each.accident]  # once more: chance does not strike twice
    kept = [each for each in results if not each.accident]
    return kept + _tried(pool, again, off) + _nulls_again(pool, needed)


def _nulls_again(pool: Pool, needed: list[Mutant]) -> list[Result]:
    """Nothing of a mutant may have stayed behind in the processes that tried them."""
    found = [each for each in _tried(pool, needed * PROCESSES) if each.by or each.accident]
    return [
        Result(each.mutant, "", each.seconds, f"did not survive at the end: {each.by}{each.accident}") for each in found
    ]


def _tried(pool: Pool, mutants: list[Mutant], off: frozenset[str] = frozenset()) -> list[Result]:
    return list(_tried_one_by_one(pool, mutants, off))


def _tried_one_by_one(pool: Pool, mutants: list[Mutant], off: frozenset[str] = frozenset()) -> Iterator[Result]:
    """Give results as they come. A process that died takes its mutant with it: waiting for that ends with an error."""
    jobs = [(each, off if each.without_scopes else frozenset()) for each in mutants]
    coming = pool.imap_unordered(try_mutant, jobs)
    for _ in jobs:
        yield coming.next(timeout=3 * LONGEST_S)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _told(results: Iterator[Result], total: int, equivalent: dict[str, str], *, after: int = 0) -> Iterator[Result]:
    for number, result in enumerate(results, after + 1):
        mark = "killed" if result.by else "equivalent" if _key(result.mutant) in equivalent else "SURVIVED"
        mark, why = ("ACCIDENT", result.accident) if result.accident else (mark, result.by)
        _say(f"[{number}/{total}] {mark:10} {result.mutant} ({result.seconds:.1f} s) {why[:110]}")
        yield result


def _key(mutant: Mutant) -> str:
    return f"{mutant.module} | {mutant.what}"


def _equivalent() -> dict[str, str]:
    """Return mutant to the reason why it changes nothing."""
    lines = [line for line in EQUIVALENT.read_text().splitlines() if line and not line.startswith("#")]
    return {line.rpartition(" | ")[0]: line.rpartition(" | ")[2] for line in lines}


def _template(folder: Path) -> str:
    """Return the path of an empty SQLite database with all tables, made in another process."""
    path = folder / "template.sqlite3"
    code = (
        "from referral.tables import metadata; from resources_directory.db import engine_for; "
        f"engine = engine_for('sqlite:///{path}'); connection = engine.connect(); metadata.create_all(connection); "
        "connection.commit(); connection.close(); engine.dispose()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    return str(path)


def _row_security() -> list[Result]:
    """Switch PostgreSQL's row-level security off, table by table, and ask the wall."""
    server = databases.find_postgres()
    if server is None:
        _say("LEFT OUT: row-level security (no PostgreSQL)")
        return []
    logging.disable(logging.CRITICAL)
    url, found = server.new_guarded_database(), []
    try:
        world = build_world(url, FileSystemBytecodeCache(tempfile.gettempdir()))
        if wrong := list(row_security_faults(world)):
            return [Result(Mutant("null", "PostgreSQL", 0, 0, "", "nothing"), "", 0.0, wrong[0])]
        owner = create_engine(databases.owner_of(url), isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            for table in guarded_tables(world):
                began = time.monotonic()
                connection.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
                by = next(iter(row_security_faults(world, [table])), "")
                connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
                mutant = Mutant("tenant", "PostgreSQL", 0, 0, "policy", f"no row-level security on {table}")
                found.append(Result(mutant, by, time.monotonic() - began))
        owner.dispose()
        world.close()
    finally:
        server.close()
    return list(_told(iter(found), len(found), {}))


def _report(results: list[Result], equivalent: dict[str, str], seconds: float) -> int:
    """Print the table of rates, what survived and what went wrong; return 1 below the bars and after accidents."""
    accidents = [each for each in results if each.accident]
    told = [each for each in results if not each.accident]
    argued = [each for each in told if not each.by and _key(each.mutant) in equivalent]
    for each in argued:
        _say(f"equivalent: {each.mutant}: {equivalent[_key(each.mutant)]}")
    for each in told:
        if not each.by and each not in argued:
            _say(f"SURVIVED: {each.mutant}")
    for each in accidents:
        _say(f"ACCIDENT: {each.mutant}: {each.accident}")
    made = Counter(each.mutant.kind for each in results if each not in argued)
    killed = Counter(each.mutant.kind for each in told if each.by)
    status = int(bool(accidents))
    for kind, bar in BARS.items():
        if made[kind]:
            rate = 100.0 * killed[kind] / made[kind]
            status |= rate < bar
            _say(f"{kind} removals: {killed[kind]} of {made[kind]} killed, {rate:.1f} % (bar {bar:.0f} %)")
    _say(f"{len(results)} mutants, {len(argued)} equivalent, {len(accidents)} accidents, {seconds:.0f} s")
    return int(status)


if __name__ == "__main__":
    raise SystemExit(main())
