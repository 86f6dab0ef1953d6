"""The engine recipe: read-then-write is safe with it, and seen to fail without it."""

import multiprocessing
import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from resources_directory.db import UtcDateTime, engine_for, reading

WORKERS, ROUNDS = 4, 40


def count_up(engine: Engine) -> int:
    """Read, then write, ROUNDS times; return how many were refused."""
    refused = 0
    for _ in range(ROUNDS):
        try:
            with engine.begin() as connection:
                n = connection.scalar(text("SELECT n FROM counter"))
                connection.execute(text("UPDATE counter SET n = :n"), {"n": (n or 0) + 1})
        except OperationalError:
            refused += 1
    return refused


def naive_engine(url: str) -> Engine:
    return create_engine(url, connect_args={"timeout": 10})


def work(url: str, recipe: str, refused: "multiprocessing.Queue[int]") -> None:
    engine = engine_for(url) if recipe == "ours" else naive_engine(url)
    refused.put(count_up(engine))


def run(tmp_path: Path, recipe: str) -> tuple[int, int]:
    """Return (how many were refused, what the counter says)."""
    url = f"sqlite:///{tmp_path}/counter.sqlite3"
    with engine_for(url).begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    context = multiprocessing.get_context("spawn")
    refused: multiprocessing.Queue[int] = context.Queue()
    workers = [context.Process(target=work, args=(url, recipe, refused)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    total = sum(refused.get() for _ in workers)
    for worker in workers:
        worker.join()
    with engine_for(url).begin() as connection:
        return total, connection.scalar(text("SELECT n FROM counter")) or 0


def test_four_writers_who_read_first_lose_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, "ours") == (0, WORKERS * ROUNDS)


def one_after_the_other_reads_first(engine: Engine) -> int:
    """Two transactions read, then both write n + 1; return what the counter says, or -1 when one was refused."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    read, write = text("SELECT n FROM counter"), text("UPDATE counter SET n = :n")
    try:
        with engine.connect() as one, engine.connect() as other:
            seen = [connection.scalar(read) for connection in (one, other)]
            for connection, n in zip((one, other), seen, strict=True):
                connection.execute(write, {"n": (n or 0) + 1})
                connection.commit()
    except OperationalError:
        return -1
    with engine.connect() as connection:
        return connection.scalar(read) or 0


def test_the_naive_recipe_loses_an_update_or_is_refused(tmp_path: Path) -> None:
    assert one_after_the_other_reads_first(naive_engine(f"sqlite:///{tmp_path}/n.sqlite3")) in (-1, 1)


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/x.sqlite3")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))

    with engine.begin() as writer, reading(engine).begin() as reader:
        writer.execute(text("INSERT INTO t VALUES (1)"))
        seen = reader.scalar(text("SELECT count(*) FROM t"))

    assert seen == 0


def test_a_moment_without_a_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), engine_for("sqlite://").dialect)  # noqa: DTZ001 - on purpose


def modes(path: Path) -> set[int]:
    return {stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob(f"{path.name}*")}


def test_a_new_database_file_and_what_stands_beside_it_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    engine = engine_for(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))

        assert modes(path) == {0o600}
        assert len(list(tmp_path.iterdir())) > 1  # its log is there
    engine.dispose()


def test_a_database_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    path.touch(0o644)
    path.chmod(0o644)
    engine = engine_for(f"sqlite:///{path}")

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))

    assert modes(path) == {0o600}
    engine.dispose()
