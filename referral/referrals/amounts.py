"""Whether what is told of an outcome fits together: how much was given, and why help did not come."""

import re
from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from referral.kit.errors import InvalidInput
from referral.referrals.states import Outcome

#: A number, with a currency before it if it is money; what it counts may follow: "2 boxes", "$40 voucher".
_AMOUNT = re.compile(r"[$€£¥]?\s*(\d[\d.,]*)")

_HELPED = (Outcome.RECEIVED, Outcome.PARTLY_RECEIVED)


def faults_of(outcome: str | None, *, reason: str | None, units: str | None) -> Iterator[InvalidInput]:
    """Yield what does not fit, each beside its field ("reason", "units"); nothing while no outcome is chosen."""
    if units and not is_amount(units):
        words = _l("Begin with a number above zero, such as “2 boxes”, or leave it empty.")
        yield InvalidInput(words, "units")
    elif units and outcome and outcome not in _HELPED:
        words = _l("No help came by what you chose, so nothing was given. Leave this empty, or change what happened.")
        yield InvalidInput(words, "units")
    if reason and outcome in _HELPED:
        words = _l("This is a reason why help did not come. Leave it empty, or change what happened.")
        yield InvalidInput(words, "reason")


def is_amount(units: str) -> bool:
    """Return True for a number above zero, with words after it or none."""
    found = _AMOUNT.match(units.strip())
    return found is not None and any(sign.isdecimal() and int(sign) > 0 for sign in found[1])
