"""Transactions: the only module that commits.

A request is one transaction, committed after a response below 400 to an unsafe method and rolled back otherwise;
a job is one transaction; a short write (audit, sign-in bookkeeping) is one of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from referral.kit.crypto import Vault
from referral.kit.hooks import Hook
from referral.kit.scope import NOBODY, Scope, ScopedSession, job_scope
from referral.kit.settings import Settings
from resources_directory.db import engine_for, reading

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

#: Writes the audit rows of the protected rows that this session read. Filled by wiring.
record_reads: Hook[[ScopedSession, ScopedSession], None] = Hook("record_reads")


class Database:
    """The engine, its reading twin, and sessions that carry a scope and the vault."""

    def __init__(self, url: str, vault: Vault, settings: Settings | None = None) -> None:
        """Open the database of `url` (an SQLAlchemy URL); sessions carry the vault and the settings."""
        self.engine: Engine = engine_for(url)
        self.read_engine: Engine = reading(self.engine)
        self._info = {"vault": vault, "settings": settings}
        self._sessions = sessionmaker(class_=ScopedSession, expire_on_commit=False)

    def open(self, scope: Scope, *, read: bool = False) -> ScopedSession:
        """Return a new session under `scope`; `read` uses the engine on which readers do not queue."""
        bind = self.read_engine if read else self.engine
        return self._sessions(bind=bind, info={"scope": scope, **self._info})

    @contextmanager
    def writing(self, scope: Scope) -> Iterator[ScopedSession]:
        """Give a session that commits at the end and rolls back on any error."""
        session = self.open(scope)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[ScopedSession]:
        """Give a session that never writes."""
        session = self.open(scope, read=True)
        try:
            yield session
        finally:
            session.rollback()
            session.close()

    @contextmanager
    def job(self, name: str) -> Iterator[ScopedSession]:
        """Give the named job its transaction, over all rows."""
        with self.writing(job_scope(name)) as session:
            yield session


class TransactionalFlask(Flask):
    """A Flask whose every dispatch is one transaction under the scope that sign-in or a link put into `g.scope`."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in its transaction; audit what it read before the response leaves; then commit or roll back."""
        safe = request.method in SAFE_METHODS
        session = database().open(g.get("scope", NOBODY), read=safe)
        g.session = session
        try:
            response = self.make_response(super().dispatch_request())
            if safe or response.status_code >= 400:
                session.rollback()
                _record_reads_apart(session)
            else:
                record_reads(session, session)
                session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        return response


def database() -> Database:
    """Return the database of the running application."""
    return cast("Database", current_app.extensions["database"])


def current_settings() -> Settings:
    """Return the settings of the running application."""
    return cast("Settings", current_app.extensions["settings"])


def request_session() -> ScopedSession:
    """Return the session of this request. Under g.scope; NOBODY sees no rows of patients."""
    return cast("ScopedSession", g.session)


def rescope(scope: Scope) -> ScopedSession:
    """Continue this request under another scope: a link that was opened, a person who just signed in."""
    g.scope = scope
    session = request_session()
    session.take_scope(scope)
    return session


def _record_reads_apart(session: ScopedSession) -> None:
    if session.info.get("reads"):
        with database().writing(session.scope) as own:
            record_reads(session, own)
