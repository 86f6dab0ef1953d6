"""The invented people of the demo: read from people.yaml, and stored through the same actions as real ones."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select

from referral.accounts.actions import NewMember, add_membership, add_person, create_member, name_owners
from referral.accounts.models import Member, Person
from referral.accounts.passwords import DEMO_PASSWORD, hash_password
from referral.accounts.roles import MemberKind, Role
from referral.kit.i18n import LANGUAGES, page_languages
from referral.kit.scope import ScopedSession
from referral.patients.actions import PatientFacts, PhoneFacts
from referral.patients.states import PhoneHolder, SmsSafety
from resources_directory.models.organization import Organization

PEOPLE_FILE = Path(__file__).with_name("people.yaml")

#: Names of languages that cover several of ours: the one that a clinic would write.
WIDER_LANGUAGES = {"zh": "zh-Hans", "pa": "pa-Guru", "pt": "pt-BR"}


@dataclass(frozen=True)
class StaffMember:
    """Somebody who signs in, with their (member key, role) pairs."""

    name: str
    email: str
    language: str
    memberships: tuple[tuple[str, Role], ...]


@dataclass(frozen=True)
class InventedMember:
    """A clinic, organization or network. `listing`: its organization's id in the county's files."""

    key: str
    kind: MemberKind
    name: str
    texting_name: str
    phone: str
    email: str
    timezone_name: str
    zip_code: str | None = None
    listing: str | None = None
    owner: str | None = None
    deputy: str | None = None


@dataclass(frozen=True)
class InventedPatient:
    """A patient with phones; `consents` to texts."""

    clinic: str
    facts: PatientFacts
    phones: tuple[PhoneFacts, ...]
    consents: bool


@dataclass(frozen=True)
class Cast:
    """Everybody, in the order of the file."""

    members: tuple[InventedMember, ...]
    staff: tuple[StaffMember, ...]
    patients: tuple[InventedPatient, ...]


@dataclass(frozen=True)
class Settled:
    """Members as stored: their ids by key, and the listings of those organizations that have people of their own."""

    members: dict[str, UUID]
    listed: frozenset[UUID]


def read_cast(file: Path = PEOPLE_FILE) -> Cast:
    """Return the invented people."""
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    members = (
        _member(raw["network"], MemberKind.NETWORK),
        *(_member(each, MemberKind.CLINIC) for each in raw["clinics"]),
        *(_member(each, MemberKind.ORGANIZATION) for each in raw["organizations"]),
    )
    return Cast(members, tuple(map(_staff, raw["staff"])), tuple(map(_patient, raw["patients"])))


def settle(session: ScopedSession, cast: Cast, listings: dict[str, UUID]) -> Settled:
    """Store members and staff; return their ids. `listings`: the directory's organization of each member key.

    Flushes; the caller commits.
    """
    members = {each.key: _store_member(session, each, listings.get(each.key)) for each in cast.members}
    password_hash = hash_password(DEMO_PASSWORD)
    staff: dict[str, Person] = {}
    for each in cast.staff:
        person = add_person(session, each.email, name=each.name, password_hash=password_hash, language=each.language)
        staff[each.email] = person
        for key, role in each.memberships:
            add_membership(session, members[key], person, role)
    for each_member in cast.members:
        if each_member.owner and each_member.deputy:
            owner, deputy = staff[each_member.owner].id, staff[each_member.deputy].id
            name_owners(session, members[each_member.key], owner=owner, deputy=deputy)
    return Settled({key: member.id for key, member in members.items()}, frozenset(listings.values()))


def county_listings(session: ScopedSession, cast: Cast) -> dict[str, UUID]:
    """Return the imported organization of each member that names one of the county's."""
    named = {each.listing: each.key for each in cast.members if each.listing}
    rows = session.execute(
        select(Organization.source_record_id, Organization.id)
        .where(Organization.source_record_id.in_(sorted(named)))
        .order_by(Organization.id)
    )
    return {named[record_id]: organization_id for record_id, organization_id in rows if record_id}


def our_language(code: str | None) -> str | None:
    """Return the code as the product's table of languages has it; "none" stays."""
    if code is None or code == "none" or code in LANGUAGES:
        return code
    return WIDER_LANGUAGES[code]


def _store_member(session: ScopedSession, each: InventedMember, listing_id: UUID | None) -> Member:
    return create_member(
        session,
        NewMember(
            kind=each.kind,
            name=each.name,
            texting_name=each.texting_name,
            phone=each.phone,
            email=each.email,
            timezone_name=each.timezone_name,
            zip_code=each.zip_code,
            listing_id=listing_id,
        ),
    )


def _member(raw: dict[str, Any], kind: MemberKind) -> InventedMember:
    return InventedMember(
        key=raw["key"],
        kind=kind,
        name=raw["name"],
        texting_name=raw["texting_name"],
        phone=raw["phone"],
        email=raw["email"],
        timezone_name=raw["timezone_name"],
        zip_code=raw.get("zip_code", raw.get("zip")),
        listing=raw.get("listing_id"),
        owner=raw.get("owner"),
        deputy=raw.get("deputy"),
    )


def _staff(raw: dict[str, Any]) -> StaffMember:
    pages = {language.code for language in page_languages()}
    language = next((code for code in raw["languages"] if code in pages), "en")
    memberships = tuple((each["member"], Role(each["role"])) for each in raw["memberships"])
    return StaffMember(raw["name"], raw["email"], language, memberships)


def _patient(raw: dict[str, Any]) -> InventedPatient:
    facts = PatientFacts(
        given_name=raw["given_name"],
        family_name=raw["family_name"],
        second_family_name=raw["second_family_name"],
        chosen_name=raw["chosen_name"],
        birth_date=date.fromisoformat(raw["birth_date"]) if raw["birth_date"] else None,
        record_number=raw["record_number"],
        zip_code=raw["zip_code"],
        written_language=our_language(raw["written_language"]),
        spoken_language=our_language(raw["spoken_language"]),
        interpreter_needed=raw["interpreter_needed"],
    )
    phones = tuple(
        PhoneFacts(each["number"], PhoneHolder(each["whose"]), each["shared"], SmsSafety(each["sms_ok"]))
        for each in raw["phones"]
    )
    return InventedPatient(raw["clinic"], facts, phones, raw["texting_consent"])
