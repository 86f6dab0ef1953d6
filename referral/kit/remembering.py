"""What a page has looked up, kept until its transaction ends: many rooms of one page ask the same small thing."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from referral.kit.scope import ScopedSession


def remembered(session: ScopedSession, what: str) -> dict[Any, Any]:
    """Return what was found of `what` in this reading transaction under this scope, to look into and add to.

    Where the transaction may write it is empty each time: what was found may have changed.
    """
    if not session.get_bind().get_execution_options().get("postgresql_readonly"):
        return {}
    everything: dict[Any, dict[Any, Any]] = session.info.setdefault("remembered", {})
    return everything.setdefault((what, session.scope), {})


@event.listens_for(ScopedSession, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("remembered", None)
