"""The table of sign-ins that were put aside while a browser is in a patient's hands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from referral.kit.columns import Identified
from resources_directory.db import Base


class PutAside(Identified, Base):
    """A browser whose sign-in sleeps: it shows one thing and nothing else until staff takes it back. Times are real."""

    __tablename__ = "put_aside"
    __table_args__ = (
        Index(
            "uq_put_aside_live",
            "login_session_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    login_session_id: Mapped[UUID] = mapped_column(ForeignKey("login_session.id", ondelete="CASCADE"))
    #: The member whose person handed it over.
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"))
    #: What is shown instead: a screening that was started.
    subject_id: Mapped[UUID]
    language: Mapped[str]
    #: Keyed mark of the code that staff chose for this one time.
    code_mark: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
