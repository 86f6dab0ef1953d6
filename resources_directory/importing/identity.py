"""Names records for good: the same record of the same source gets the same id in every import and every database.

Ids are always version 5 UUIDs (RFC 9562, section 5.5) of the source and the table, also where the source has UUIDs of
its own: two directories that copied the same record must not overwrite each other. The source's own id is kept in
`source_record_id`.
"""

from functools import lru_cache
from uuid import UUID, uuid5

#: The namespace of all sources; drawn once, never to be changed.
ROOT = UUID("6f1c1d0e-9a55-4c0b-8a4e-3d0f5f2b7c11")


class Identities:
    """The ids of one source's records. A source that is renamed gets new ids."""

    def __init__(self, source_name: str) -> None:
        self._namespace = uuid5(ROOT, source_name)

    def of(self, table: str, source_record_id: str) -> UUID:
        """Return the id of a record that the source names."""
        return _named(self._namespace, f"{table}:{source_record_id}")

    def of_content(self, table: str, source_record_id: str, *, fingerprint: str) -> UUID:
        """Return the id of a record that the source does not name, or names like another one: from its content."""
        return uuid5(self._namespace, f"{table}:{source_record_id}#{fingerprint}")


@lru_cache(maxsize=20_000)
def _named(namespace: UUID, name: str) -> UUID:
    """Return the version 5 UUID; a service is named by dozens of its children, one after the other."""
    return uuid5(namespace, name)
