"""The form of a new version of the clock policy: a number for each pace and step, a pace for each need."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from referral.kit.forms import Form
from referral.referrals import clock_words as words
from referral.referrals.clock_policy import WAITS, ClockPolicy, ClockStep, Fault, Pace, Wait, in_minutes, policy_from
from referral.screening.words import NEEDS
from resources_directory.needs import NeedDomain

WHY_LETTERS = 300
#: Paces that a need can have; "within the hour" and "fastest" come from the urgency.
CHOSEN = (Pace.FAST, Pace.USUAL, Pace.SLOW)


class ClockPolicyForm(Form):
    """When the clocks do what. Waits are fields `wait_<pace>_<step>`, paces of needs `pace_<need>`."""

    effective_on = DateField(
        _l("From which day"),
        [Optional()],
        description=_l(
            "Leave it empty to begin at once. What was signed before keeps the version it was signed under."
        ),
    )
    why = StringField(_l("Why is it changed?"), [InputRequired(_l("Say why, in a sentence.")), Length(max=WHY_LETTERS)])

    def wait_field(self, pace: Pace, step: ClockStep) -> Any:
        """Return the field of one wait, for the page."""
        return self[f"wait_{pace}_{step}"]

    def pace_field(self, need: NeedDomain) -> Any:
        """Return the field of one need's pace, for the page."""
        return self[f"pace_{need}"]

    def policy(self, version: str) -> ClockPolicy:
        """Return what was typed as a policy of this name; the form must be valid."""
        waits = {str(pace): {str(step): self._wait(pace, step) for step in WAITS} for pace in Pace}
        paces = {str(need): self.pace_field(need).data for need in NeedDomain}
        return policy_from(version, {"waits": waits, "paces": paces})

    def blame_waits(self, faults: list[Fault]) -> None:
        """Put what is wrong beside each wait."""
        for fault in faults:
            field = self.wait_field(fault.pace, fault.step)
            field.errors = [*field.errors, words.FAULTS[fault.kind]]

    def _wait(self, pace: Pace, step: ClockStep) -> list[int]:
        number = self.wait_field(pace, step).data
        return [0, number] if in_minutes(pace, step) else [number, 0]


def facts_of_form(policy: ClockPolicy) -> dict[str, Any]:
    """Return the values of the fields for a policy, to begin from."""
    waits = {
        f"wait_{pace}_{step}": _number(policy.wait(pace, step), minutes=in_minutes(pace, step))
        for pace in Pace
        for step in WAITS
    }
    return waits | {f"pace_{need}": str(policy.paces.get(need, Pace.USUAL)) for need in NeedDomain}


def _number(wait: Wait, *, minutes: bool) -> int:
    return wait.minutes if minutes else wait.business_days


def _label(pace: Pace, step: ClockStep) -> Any:
    if in_minutes(pace, step):
        return _l("%(step)s, in minutes", step=words.STEPS[step])
    return _l("%(step)s, in business days", step=words.STEPS[step])


def _paces() -> list[tuple[str, Any]]:
    return [(str(pace), words.PACES[pace]) for pace in CHOSEN]


for _pace in Pace:
    for _step in WAITS:
        _field = IntegerField(_label(_pace, _step), [InputRequired(_l("Type a whole number."))])
        setattr(ClockPolicyForm, f"wait_{_pace}_{_step}", _field)
for _need in NeedDomain:
    _select = SelectField(NEEDS[_need], choices=_paces, default=str(Pace.USUAL))
    setattr(ClockPolicyForm, f"pace_{_need}", _select)
