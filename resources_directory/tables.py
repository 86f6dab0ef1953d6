"""Every table of the directory, imported once, so that `Base.metadata` is complete for migrations and tests."""

from resources_directory import text_index
from resources_directory.models import (
    capacity,
    language,
    location,
    metadata,
    organization,
    schedule,
    service,
    source,
    taxonomy,
)

__all__ = [
    "capacity",
    "language",
    "location",
    "metadata",
    "organization",
    "schedule",
    "service",
    "source",
    "taxonomy",
    "text_index",
]
