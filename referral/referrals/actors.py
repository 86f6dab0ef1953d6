"""Who moves a referral: kinds of actors, and which of the machine's permissions each kind can hold at all. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from referral.kit.errors import Denied
from referral.referrals.states import ANSWER, CLOCK, PATIENT_SAYS, REFERRAL_MACHINE, SIGN, TESTIFY, ReferralEvent


class ActorKind(StrEnum):
    """How somebody acts."""

    #: Signed in, in their own name.
    MEMBERSHIP = "membership"
    #: From the link in an e-mail, under the name they typed.
    LINK = "link"
    #: By phone or in person; `person_id` is who wrote it down.
    PHONE = "phone"
    #: A text message of the patient.
    TEXT = "text"
    #: A text message from the phone of one of the organization's people; `person_id` is whose.
    STAFF_TEXT = "staff_text"
    #: The patient's own page.
    PLAN_PAGE = "plan_page"
    CLOCK = "clock"


#: What each kind can do at all. Roles narrow a membership further (policies.RULES).
MAY: dict[ActorKind, frozenset[str]] = {
    ActorKind.MEMBERSHIP: frozenset({SIGN, ANSWER, PATIENT_SAYS, TESTIFY}),
    ActorKind.LINK: frozenset({ANSWER, TESTIFY}),
    ActorKind.PHONE: frozenset({ANSWER, PATIENT_SAYS, TESTIFY}),
    ActorKind.TEXT: frozenset({PATIENT_SAYS, TESTIFY}),
    ActorKind.PLAN_PAGE: frozenset({PATIENT_SAYS}),
    ActorKind.STAFF_TEXT: frozenset({ANSWER}),
    # The clock closes what is lost (product rule) by a testimony of nobody, so it may testify too.
    ActorKind.CLOCK: frozenset({CLOCK, TESTIFY}),
}


@dataclass(frozen=True)
class Actor:
    """Who acts: how, which of our people (acting or writing it down), and the name given.

    `sending`: of the form in which they do, as it was sent (sent_again.py).
    """

    kind: ActorKind
    person_id: UUID | None = None
    name: str | None = None
    sending: str | None = None


THE_CLOCK = Actor(ActorKind.CLOCK)


def check_actor(actor: Actor, event: ReferralEvent) -> None:
    """Raise Denied when an actor of this kind can never cause `event`."""
    if REFERRAL_MACHINE.who[event] not in MAY[ActorKind(actor.kind)]:
        raise Denied
