"""What the reply reader gives: the kind of a reply, the digit chosen, and the rule that decided."""

from dataclasses import dataclass
from enum import StrEnum

from referral.messaging.lexicon import READER_VERSION

__all__ = ["READER_VERSION", "Reading", "ReplyKind"]


class ReplyKind(StrEnum):
    """What a reply is. Only `option` answers the open question."""

    OPTION = "option"
    STOP = "stop"
    START = "start"
    HELP = "help"
    CRISIS = "crisis"
    WRONG_NUMBER = "wrong_number"
    TAPBACK = "tapback"
    MULTIPLE = "multiple"
    CONTRADICTION = "contradiction"
    OUT_OF_RANGE = "out_of_range"
    EMPTY = "empty"
    REVIEW_POSSIBLE_STOP = "review_possible_stop"
    UNCLEAR = "unclear"
    FREE_TEXT = "free_text"


@dataclass(frozen=True)
class Reading:
    """One reply, read. `value` is the digit chosen ("1") and stands only with the kind option.

    `rule` is the short stable name of the rule that decided. `also` names what the text says besides, where one kind
    must not hide another: a STOP that tells of danger is a stop, and a person must still see the danger.
    """

    kind: ReplyKind
    value: str | None
    rule: str
    also: tuple[ReplyKind, ...] = ()
