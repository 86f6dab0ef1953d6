"""The text index on both databases."""

from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, delete, inspect, select, text
from sqlalchemy.orm import Session

from resources_directory.db import engine_for
from resources_directory.text_index import (
    INDEX_NAMES_BEGIN,
    ServiceText,
    create_text_index,
    drop_text_index,
    reindex,
    reindex_all,
)
from tests.resources_directory.records import Records


def extra_names(connection: Connection) -> set[str]:
    """What the database holds beside the table itself."""
    if connection.dialect.name == "sqlite":
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE tbl_name LIKE 'service_text%'"))
        return {name for name in names if name != "service_text" and not name.startswith(("sqlite_", "uq_"))}
    found = {index["name"] for index in inspect(connection).get_indexes("service_text")}
    return {name for name in found if name and not name.startswith("uq_")}


def test_the_index_can_be_dropped_and_made_again(owner_url: str) -> None:
    with create_engine(owner_url).connect() as connection:
        before = extra_names(connection)

        drop_text_index(connection)
        dropped = extra_names(connection)
        create_text_index(connection)

        assert dropped == set()
        assert extra_names(connection) == before != set()


def test_everything_beside_the_table_is_known_by_its_name(directory_session: Session) -> None:
    assert all(name.startswith(INDEX_NAMES_BEGIN) for name in extra_names(directory_session.connection()))


def test_rows_that_go_leave_the_index(records: Records, directory_session: Session) -> None:
    records.service("Bread")

    directory_session.execute(delete(ServiceText))

    assert records.found(text="bread") == []


def test_all_services_can_be_indexed_at_once(records: Records, directory_session: Session) -> None:
    for name in ("Bread", "Soup"):
        records.service(name)
    directory_session.execute(delete(ServiceText))

    assert reindex_all(directory_session) == 2
    assert records.found(text="soup") == ["Soup"]


def test_more_services_than_a_batch_are_indexed(
    records: Records, directory_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resources_directory.text_index.BATCH", 2)
    ids = [records.service(f"Bread {number}").id for number in range(5)]

    assert reindex(directory_session, ids) == 5


def test_indexing_twice_keeps_one_row(records: Records, directory_session: Session) -> None:
    service = records.service("Bread")

    reindex(directory_session, [service.id, service.id])

    assert len(directory_session.scalars(select(ServiceText.id)).all()) == 1


def test_an_unknown_service_is_not_indexed(directory_session: Session) -> None:
    assert reindex(directory_session, [uuid4()]) == 0


def test_tables_are_dropped_with_their_index(tmp_path: object) -> None:
    engine: Engine = engine_for(f"sqlite:///{tmp_path}/index.sqlite3")
    ServiceText.metadata.create_all(engine)

    ServiceText.metadata.drop_all(engine)

    assert inspect(engine).get_table_names() == []
