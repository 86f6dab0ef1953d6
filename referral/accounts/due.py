"""What the worker does for accounts: forgets old sign-in tries."""

from referral.accounts.throttles import forget_old_tries
from referral.kit.transaction import Database


def clear_sign_in_tries(database: Database) -> int:
    """Delete the tries that no rule looks at any more; return how many. Once an hour is enough."""
    with database.job("sign-in tries") as session:
        return forget_old_tries(session)
