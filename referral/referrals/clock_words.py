"""The words of the clock policy: paces, steps, waits, and what is wrong with a wait."""

from collections.abc import Mapping

from flask_babel import LazyString, ngettext
from flask_babel import lazy_gettext as _l

from referral.referrals.clock_policy import ClockStep, FaultKind, Pace, Wait

PACES: Mapping[Pace, LazyString] = {
    Pace.WITHIN_THE_HOUR: _l("Within the hour"),
    Pace.FASTEST: _l("Fastest"),
    Pace.FAST: _l("Fast"),
    Pace.USUAL: _l("Usual"),
    Pace.SLOW: _l("Slow"),
}

PACE_HINTS: Mapping[Pace, LazyString] = {
    Pace.WITHIN_THE_HOUR: _l("Everything that is prescribed for today."),
    Pace.FASTEST: _l("Fast needs that are prescribed as soon."),
    Pace.FAST: _l("Needs that cannot wait, and usual ones that are prescribed as soon."),
    Pace.USUAL: _l("All other needs, and slow ones that are prescribed as soon."),
    Pace.SLOW: _l("Needs whose offices answer slowly."),
}

STEPS: Mapping[ClockStep, LazyString] = {
    ClockStep.REMIND: _l("Remind the organization"),
    ClockStep.SECOND_CONTACT: _l("Write to a second person there"),
    ClockStep.TO_DO: _l("Tell a navigator to call"),
    ClockStep.EXPIRE: _l("Look for another place"),
    ClockStep.WATCH: _l("After it was accepted: ask what became of it"),
}

FAULTS: Mapping[FaultKind, LazyString] = {
    FaultKind.TOO_SHORT: _l("This is too short: at least 1 business day, or 5 minutes."),
    FaultKind.TOO_LONG: _l("This is too long: nobody waits that long for this step."),
    FaultKind.OUT_OF_ORDER: _l("This comes before the step before it. Another place is looked for last of all."),
    FaultKind.SLOWER_THAN_SLOWER: _l("This is longer than at the next slower pace."),
}


def wait_words(wait: Wait) -> str:
    """Return a wait as "3 business days" or "20 minutes"."""
    if wait.minutes:
        return str(ngettext("%(num)s minute", "%(num)s minutes", wait.minutes))
    return str(ngettext("%(num)s business day", "%(num)s business days", wait.business_days))
