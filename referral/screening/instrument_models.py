"""The table of imported instruments: one row a version, network-wide, only ever added to."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from referral.kit.columns import Identified
from resources_directory.db import Base


class StoredInstrument(Identified, Base):
    """One version of an instrument. A changed file is a new version: what was asked once can always be read again."""

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("key", "number"),)

    #: Names the instrument across its versions; made from the file's own id.
    key: Mapped[str]
    #: 1, 2, 3…: the version, in the order of import.
    number: Mapped[int]
    title: Mapped[str]
    #: What the file was: "plain" or "fhir".
    kind: Mapped[str]
    #: Questions, answers, rules, licence and citation, in the shape of instruments.read_instrument.
    definition: Mapped[str]
    #: SHA-256 of the file as it came, hexadecimal.
    file_hash: Mapped[str]
    imported_at: Mapped[datetime]
