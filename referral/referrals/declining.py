"""What a "no" of an organization must say: why, and where it is a rule, which one."""

from flask_babel import lazy_gettext as _l

from referral.kit.errors import InvalidInput
from referral.referrals.states import DeclineReason

NAME_THE_RULE = _l("Type which rule it is, such as “only families with children”, so that the next place fits better.")


def check_rule(reason: str | None, note: str | None) -> None:
    """Raise InvalidInput for a person who does not fit the rules where none is named."""
    if reason == DeclineReason.NOT_ELIGIBLE and not note:
        raise InvalidInput(NAME_THE_RULE, "note")
