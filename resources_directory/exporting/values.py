"""Writes stored values as HSDS 3.2 has them: times with offset, extensions as numbers, whole addresses or none."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from urllib.parse import quote
from uuid import UUID

from resources_directory.geo import zip_point
from resources_directory.importing.cells import EMAILS, URLS
from resources_directory.importing.columns import Kind, columns_of
from resources_directory.importing.web_addresses import is_email

#: The only things said about a place that must not be shown.
PRIVATE_LOCATION = frozenset({"id", "location_type", "organization_id"})
#: What stays here of a confidential service: it is reached by phone only.
CONFIDENTIAL_SERVICE = ("email", "url", "assurer_email")
#: HSDS 3.2.3 asks for all of these in an address.
WHOLE_ADDRESS = ("address_1", "city", "state_province", "postal_code", "country")
#: Columns that HSDS asks for and that get the name where the source has none.
NAMED_FOR_WANT = dict.fromkeys(("organization", "program", "taxonomy", "taxonomy_term"), "description")
#: Signs of a web address that stay as they are when the others are written in ASCII (RFC 3986, section 2).
SAFE = "%/:=&?~#+!$,;'@()*[]"
WEB = re.compile(r"^https?://[^\s]+$")

Outgoing = dict[str, Any]


def outgoing(table: str, row: Any) -> Outgoing | None:
    """Return a row's values by HSDS column, without empty ones, or None where HSDS has no place for what is left.

    Values are texts, numbers, UUIDs as text; links are included.
    """
    stored = {"id": row.id} | {name: getattr(row, name) for name in columns_of(table)}
    if table == "location" and row.is_private:
        stored = {name: value for name, value in stored.items() if name in PRIVATE_LOCATION}
    if table == "service" and row.is_confidential:
        stored |= dict.fromkeys(CONFIDENTIAL_SERVICE)
    if table == "address" and not _complete(stored):
        return None
    if table == "phone":
        _move_extension(stored)
    if table == "schedule":
        zone = None if stored["timezone"] is None else timezone(timedelta(hours=stored["timezone"]))
        stored |= {name: stored[name] and stored[name].replace(tzinfo=zone) for name in ("opens_at", "closes_at")}
    if table in NAMED_FOR_WANT:
        stored[NAMED_FOR_WANT[table]] = stored[NAMED_FOR_WANT[table]] or stored["name"]
    if table == "taxonomy_term":
        stored["code"] = stored["code"] or str(row.id)
    for name in URLS & stored.keys():
        stored[name] = stored[name] and quote(stored[name], safe=SAFE)
    return {name: _plain(value) for name, value in stored.items() if value is not None and _is_sound(name, value)}


def is_text(table: str, column: str) -> bool:
    """Return whether a column holds free text, which a spreadsheet might take for a formula."""
    known = columns_of(table).get(column)
    return known is not None and known.kind is Kind.TEXT


def _complete(address: dict[str, Any]) -> bool:
    if not address["country"] and zip_point(address["postal_code"] or ""):
        address["country"] = "US"
    return all(address[name] for name in WHOLE_ADDRESS)


def _move_extension(phone: dict[str, Any]) -> None:
    """HSDS has a number there: leading zeros and letters move to the description."""
    extension = phone["extension"]
    if extension is None:
        return
    if extension.isascii() and extension.isdigit() and str(int(extension)) == extension:
        phone["extension"] = int(extension)
    else:
        phone["extension"] = None
        phone["description"] = " ".join(filter(None, (phone["description"], f"ext. {extension}")))


def _is_sound(name: str, value: object) -> bool:
    """HSDS refuses a record with an address that is none; the record is worth more than the address."""
    if name in URLS:
        return WEB.match(str(value)) is not None
    return is_email(str(value)) if name in EMAILS else True


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if isinstance(value, UUID) else value
