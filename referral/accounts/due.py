"""What the worker does for accounts: forgets old sign-in tries and counts of mails."""

from referral.accounts.mail_allowances import forget_old_allowances
from referral.accounts.single_sign_on import forget_old_steps
from referral.accounts.throttles import forget_old_tries
from referral.kit.transaction import Database


def clear_sign_in_tries(database: Database) -> int:
    """Delete the tries and steps that no rule looks at any more; return how many. Once an hour is enough."""
    with database.job("sign-in tries") as session:
        return forget_old_tries(session) + forget_old_steps(session)


def clear_mail_allowances(database: Database) -> int:
    """Delete the counts of mails that limit nothing any more; return how many. Once an hour is enough."""
    with database.job("mail allowances") as session:
        return forget_old_allowances(session)
