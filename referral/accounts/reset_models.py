"""Table of password resets that were asked for and not yet looked at."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from referral.kit.columns import Identified
from referral.kit.crypto import SealedRow, sealed
from resources_directory.db import Base


class ResetWish(Identified, SealedRow, Base):
    """Somebody typed an e-mail address and asked for a new password; gone once the worker has looked at it."""

    __tablename__ = "reset_wish"

    #: The address as typed, folded, sealed with the installation's key; whether anybody has it is not known yet.
    email_sealed: Mapped[bytes | None]
    asked_at: Mapped[datetime]

    email = sealed("email_sealed")
