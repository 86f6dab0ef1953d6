"""The world of the matrix: the product with two tenants and a network, watched and put back by a keeper."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.orm import Session

from referral.accounts.factor_models import FactorKind, SecondFactor
from referral.accounts.identity_models import Identity, IdentityProvider
from referral.accounts.models import Membership, Person
from referral.accounts.roles import MemberKind, Role
from referral.accounts.sessions import open_login
from referral.app import create_app
from referral.kit import clock
from referral.kit.installation import WorkerHeartbeat, installation
from referral.kit.scope import job_scope
from referral.kit.settings import Settings
from referral.kit.transaction import Database
from tests.access.canaries import FOREIGN, OWN, Aviary
from tests.access.keeping import Keeper, keeper_of
from tests.access.tenants import Settler, Tenant
from tests.factories import Town

MASTER_KEY = "a2V5LW9mLXRoZS10ZXN0cy0tLTMyLWJ5dGVzLWxvbmc="

#: The prefix of cookies is real only over https.
BASE_URL = "https://localhost"

NETWORK_PEOPLE = (Role.PLATFORM_ADMINISTRATOR, Role.DIRECTORY_EDITOR, Role.ANALYST, Role.PRIVACY_OFFICER)


@dataclass
class World:
    """A running product with everybody in it."""

    app: Flask
    database: Database
    settings: Settings
    aviary: Aviary
    own: Tenant
    foreign: Tenant
    network_id: UUID
    network_people: dict[str, UUID] = field(default_factory=dict)
    network_memberships: dict[str, UUID] = field(default_factory=dict)
    #: A browser of somebody at the foreign clinic.
    foreign_login_id: UUID | None = None
    _keeper: Keeper | None = None

    @property
    def keeper(self) -> Keeper:
        """Watches and puts back."""
        assert self._keeper is not None
        return self._keeper

    def tenant(self, name: str) -> Tenant:
        """Return one of the two tenants."""
        return self.own if name == OWN else self.foreign

    def close(self) -> None:
        """Let go of the database."""
        self.keeper.close()
        self.database.engine.dispose()


def settings_for(url: str) -> Settings:
    """Return the settings of an installation in real use: over https, no demo."""
    return Settings(database_url=url, secret_key="tests-only", master_key=MASTER_KEY, public_base_url=BASE_URL)


def open_app(url: str, templates: FileSystemBytecodeCache) -> Flask:
    """Return the product as the matrix asks it."""
    app = create_app(settings_for(url))
    app.config["WTF_CSRF_ENABLED"] = False  # its own pass turns it on
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.bytecode_cache = templates
    return app


def build_world(url: str, templates: FileSystemBytecodeCache) -> World:
    """Return a world on an empty database with all tables."""
    app = open_app(url, templates)
    database: Database = app.extensions["database"]
    aviary = Aviary()
    with app.test_request_context(), database.writing(job_scope("tests")) as session:
        installation(session)
        # A world lives for minutes: the banner of a worker that stands still must not come up between two answers.
        session.merge(WorkerHeartbeat(worker="tests", seen_at=clock.wall() + timedelta(days=1)))
        town = Town(session)
        settlers = [Settler(town, aviary, name) for name in (OWN, FOREIGN)]
        own, foreign = (settler.settle() for settler in settlers)
        settlers[0].offer_to(foreign)
        settlers[1].offer_to(own)
        network = town.member(MemberKind.NETWORK, name="The Network")
        people, memberships = {}, {}
        for role in (*NETWORK_PEOPLE, Role.ANALYST):
            name = str(role) if str(role) not in people else "colleague"
            person = town.person(network, role, name.title())
            people[name] = person.id
            memberships[name] = session.query(Membership).filter_by(person_id=person.id).one().id
        _bar(session, own)
        _give_factors(session, own, people)
        login_id, _secret = open_login(session, foreign.people["clinician"], foreign.memberships["clinician"])
        world = World(app, database, app.extensions["settings"], aviary, own, foreign, network.id, people, memberships)
        world.foreign_login_id = login_id
    if database.engine.dialect.name == "sqlite":  # nobody reads what a power cut would lose
        event.listen(
            database.engine, "connect", lambda connection, _entry: connection.execute("PRAGMA synchronous=OFF")
        )
        database.engine.dispose()
    world._keeper = keeper_of(database.engine)
    return world


def _give_factors(session: Session, own: Tenant, network_people: dict[str, UUID]) -> None:
    """Give everybody an app that counts and one that does not yet, and an identity at a provider that is gone."""
    provider = IdentityProvider(
        member_id=own.clinic_id, name="gone", issuer="https://gone.example", client_id="needsrx",
        created_at=clock.now(), removed_at=clock.now(),
    )  # fmt: skip
    session.add(provider)
    session.flush()
    everybody = own.people | {f"network {name}": person_id for name, person_id in network_people.items()}
    for name, person_id in everybody.items():
        for state in ("", "new"):
            counts = None if state else clock.wall()
            row = SecondFactor(
                person_id=person_id, kind=FactorKind.APP, label="App", created_at=clock.wall(), confirmed_at=counts
            )
            row.secret = "JBSWY3DPEHPK3PXP" * 2
            session.add(row)
            session.flush()
            own.rows["second_factor", f"{name} {state}".strip()] = row.id
        identity = Identity(
            provider_id=provider.id, person_id=person_id, issuer=provider.issuer, subject=name, linked_at=clock.now()
        )
        session.add(identity)
        session.flush()
        own.rows["identity", name] = identity.id


def _bar(session: Session, own: Tenant) -> None:
    """Suspend one person of the clinic and end the membership of another."""
    session.get_one(Person, own.people["suspended"]).suspended_at = clock.now()
    session.get_one(Membership, own.memberships["ended"]).ended_at = clock.now()
    session.flush()
