"""The public facts of a service as they stand at signing: what a referral keeps and a slip prints. Pure."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from resources_directory.hours import Opening
from resources_directory.service_hit import ServiceHit


def facts_of(hit: ServiceHit) -> dict[str, Any]:
    """Return the facts as JSON: names, phone, place, timezone_name, website, documents and hours.

    A private place has no place, whoever asks. `hours`: list of {days, opens, closes, words}; days are RFC 5545 codes,
    times "HH:MM", `words` the source's own description where it has one.
    """
    return {
        "service_name": hit.service_name,
        "organization_name": hit.organization_name,
        "phone": hit.phone,
        "place": None if hit.private else hit.place,
        "timezone_name": hit.timezone_name,
        "website": hit.url,
        "documents": list(hit.required_documents),
        "how_to_apply": hit.application_process,
        "hours": _hours(hit.hours),
    }


def _hours(openings: Sequence[Opening]) -> list[dict[str, Any]]:
    return [
        {
            "days": [str(day) for day in opening.weekdays],
            "opens": _clock(opening.opens_at),
            "closes": _clock(opening.closes_at),
            "words": opening.description,
        }
        for opening in openings
        if opening.weekdays or opening.description
    ]


def _clock(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None
