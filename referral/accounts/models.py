"""Tables of accounts: members, people, memberships, invitations, sign-in sessions, sign-in tries, signed links."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referral.accounts.roles import GIVEN_ROLES, MemberKind
from referral.kit.columns import Identified, one_of
from resources_directory.db import Base


class Member(Identified, Base):
    """A clinic, community organization or network that takes part."""

    __tablename__ = "member"
    __table_args__ = (one_of("kind", MemberKind),)

    kind: Mapped[str]
    name: Mapped[str]
    #: The name in texts, at most 20 letters, telling no specialty.
    texting_name: Mapped[str]
    #: E.164, for "call us" in texts and on pages.
    phone: Mapped[str | None]
    #: Where an organization without people of its own gets its links.
    email: Mapped[str | None]
    #: IANA name; the calendar of its clocks.
    timezone_name: Mapped[str] = mapped_column(default="America/New_York")
    zip_code: Mapped[str | None]
    #: The organization of the directory that it is, if it is listed.
    listing_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), unique=True)
    #: Who owns to-dos that nobody else does, and who stands in.
    owner_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    deputy_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Person(Identified, Base):
    """Somebody who signs in. What they may do stands in their memberships."""

    __tablename__ = "person"

    #: Folded to small letters.
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: argon2id; none until an invitation is taken up.
    password_hash: Mapped[str | None]
    #: The language of their pages, BCP 47.
    language: Mapped[str] = mapped_column(default="en")
    suspended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(Identified, Base):
    """One person's role in one member."""

    __tablename__ = "membership"
    __table_args__ = (one_of("role", GIVEN_ROLES), UniqueConstraint("member_id", "person_id", "role"))

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Invitation(Identified, Base):
    """An administrator's invitation of one e-mail address to one role."""

    __tablename__ = "invitation"
    __table_args__ = (one_of("role", GIVEN_ROLES),)

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id"), index=True)
    role: Mapped[str]
    email: Mapped[str]
    name: Mapped[str]
    #: None for the first administrator, invited by the command line.
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class LoginSession(Identified, Base):
    """A browser that is signed in. The cookie holds a random secret; only its SHA-256 is stored."""

    __tablename__ = "login_session"

    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    #: The membership being acted under.
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: When the second factor was given; none after one factor only.
    second_factor_at: Mapped[datetime | None]
    #: When password or factor was last proven.
    confirmed_at: Mapped[datetime | None]
    #: The identity at a member's provider that opened it; it then acts for that member only.
    identity_id: Mapped[UUID | None] = mapped_column(index=True)
    #: The emergency access that this browser acts under.
    break_glass_id: Mapped[UUID | None]


class SignInTry(Identified, Base):
    """One failed or successful try, for the throttle. Keys are keyed hashes, never addresses."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_key_tried_at", "key", "tried_at"),)

    #: Index of the account's e-mail, or of the caller's address, or of both together.
    key: Mapped[bytes]
    tried_at: Mapped[datetime]
    failed: Mapped[bool]


class LinkPurpose(StrEnum):
    """What a signed link is good for."""

    REFERRAL_ANSWER = "referral_answer"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, no password
    #: The patient's own page.
    PLAN = "plan"
    #: Questions that the patient answers alone.
    SCREENING = "screening"


class SignedLink(Identified, Base):
    """A link in a message. Its token is minted from (id, generation) when the message is rendered; none is stored."""

    __tablename__ = "signed_link"
    __table_args__ = (one_of("purpose", LinkPurpose), Index("ix_signed_link_subject", "purpose", "subject_id"))

    purpose: Mapped[str]
    #: The referral or invitation it opens.
    subject_id: Mapped[UUID]
    #: Raised to kill the tokens minted before.
    generation: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
