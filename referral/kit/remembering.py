"""What a page has looked up, kept until its transaction ends: many rooms of one page ask the same small thing."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from referral.kit.scope import ScopedSession

Found = TypeVar("Found")


def remembered(session: ScopedSession, what: str, about: Hashable, find: Callable[[], Found]) -> Found:
    """Return what `find` finds; asked again for the same in this reading transaction and scope, what it found then.

    Where the transaction may write it looks each time: what was found may have changed.
    """
    if not session.get_bind().get_execution_options().get("postgresql_readonly"):
        return find()
    known: dict[Any, Any] = session.info.setdefault("remembered", {})
    key = what, about, session.scope
    if key not in known:
        known[key] = find()
    return known[key]  # type: ignore[no-any-return]  # put there under this name by `find`


@event.listens_for(ScopedSession, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("remembered", None)
