"""Small pieces that every table uses: ids, closed sets, versions."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from resources_directory.db import new_id


def one_of(column: str, values: type[StrEnum] | Iterable[StrEnum]) -> CheckConstraint:
    """Return the CHECK that `column` holds one of `values` (or NULL)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Identified:
    """A row with a time-ordered id of its own. Mixin."""

    #: Made in Python, so that a row knows its id before it is stored.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class PatientOwned:
    """A row about one patient; reading it is audited. Mixin, beside ClinicOwned or Shared."""

    #: Whom the row is about.
    patient_id: Mapped[UUID] = mapped_column(index=True)
