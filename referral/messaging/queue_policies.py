"""Who may see how the queue of messages stands: counts and codes, never a patient."""

from enum import StrEnum

from referral.accounts.roles import Role


class QueuePermission(StrEnum):
    """What somebody may do with the queue."""

    #: See how the queue stands.
    LOOK = "messages.queue"


RULES: dict[str, frozenset[Role]] = {QueuePermission.LOOK: frozenset({Role.PLATFORM_ADMINISTRATOR})}
