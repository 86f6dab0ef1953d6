"""When the patient wants help with a need, as every page asks it: later, elsewhere already, and what is under way."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.forms import known_day, strip
from referral.kit.scope import ScopedSession
from referral.kit.zones import FALLBACK_ZONE, zone_of
from referral.screening.hooks import NeedAnswer, RunningRequest
from referral.screening.states import WantsHelp

HELPER_LETTERS = 200

#: "In N weeks" on offer, and what stands there at first.
WEEKS, USUAL_WEEKS = (1, 2, 4, 8, 12, 26), "4"
#: Nobody plans further ahead.
FARTHEST = timedelta(days=2 * 365)

#: What becomes of a request that is under way when the patient does not want help now.
KEEP, WITHDRAW = "keep", "withdraw"
THEN = {
    KEEP: _l("It goes on: whoever was asked may still help"),
    WITHDRAW: _l("The patient does not want it any more: it is withdrawn, and whoever was asked is told to stop"),
}


def when_fields() -> tuple[SelectField, DateField, StringField]:
    """Return the fields `again_in`, `again_on` and `helped_by` of a form; new ones, in the order of the page."""
    return (
        SelectField(_l("Ask again"), [Optional()], choices=_weeks, default=USUAL_WEEKS),
        DateField(_l("or on this day"), [Optional()], filters=[known_day]),
        StringField(_l("Who helps already?"), [Optional(), Length(max=HELPER_LETTERS)], filters=[strip]),
    )


def then_field(default: str | None = None) -> RadioField:
    """Return the field that asks what becomes of requests under way; without a default it must be answered."""
    return RadioField(
        _l("What becomes of the request that is under way?"),
        [Optional()],
        choices=lambda: list(THEN.items()),
        default=default,
    )


class SaysWhen:
    """A form that asks when help is wanted: it holds `when_fields`, a hidden field `running` and a `then_field`.

    `running`: the requests under way that the page showed, parted by blanks; nothing else is withdrawn.
    """

    again_in: Any
    again_on: Any
    helped_by: Any
    running: Any
    then: Any

    def said_about(self, need_id: UUID, wants: WantsHelp, *, today: date) -> NeedAnswer:
        """Return what was said about a need, of a valid form. `today`: by the clinic's clock, for "in N weeks"."""
        weeks = self.again_in.data
        again_on = self.again_on.data or (today + timedelta(weeks=int(weeks)) if weeks else None)
        return NeedAnswer(
            need_id=need_id,
            wants=wants,
            again_on=again_on if wants is WantsHelp.NOT_NOW else None,
            helped_by=self.helped_by.data if wants is WantsHelp.ALREADY else None,
            withdraw=self.shown_running() if self.then.data == WITHDRAW and wants is not WantsHelp.YES else (),
        )

    def shown_running(self) -> tuple[UUID, ...]:
        """Return the requests under way that the page showed; what is no id is passed over."""
        return tuple(filter(None, map(as_id, (self.running.data or "").split())))

    def settles(self, running: Sequence[RunningRequest]) -> bool:
        """Return True if it is said what becomes of each of these requests; else it is asked beside `then`.

        The form then names them all, so that what is sent next is about what the page shows.
        """
        unseen = {each.referral_id for each in running} - set(self.shown_running())
        self.show_running(running)
        if not running or (self.then.data and not unseen):
            return True
        again = _l("Another request is under way by now. Choose what becomes of them all, and send it again.")
        first = _l("A request for this need is under way. Choose what becomes of it.")
        self.then.errors = [again if self.then.data else first]
        return False

    def show_running(self, running: Sequence[RunningRequest]) -> None:
        """Let the form name the requests that the page shows."""
        self.running.data = " ".join(str(each.referral_id) for each in running)


def as_id(text: str | None) -> UUID | None:
    """Return the id that a form sent back; None for what is none."""
    try:
        return UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None


def clinic_zone(session: ScopedSession, clinic_id: UUID) -> str:
    """Return the IANA zone of a clinic."""
    return session.scalar(select(Member.timezone_name).where(Member.id == clinic_id)) or FALLBACK_ZONE


def clinic_day(zone: str) -> date:
    """Return today by the clinic's clock."""
    return clock.now().astimezone(zone_of(zone)).date()


def check_day(answer: NeedAnswer, zone: str, *, field: str = "again_on") -> None:
    """Raise InvalidInput (beside `field`) where "not now" names no day, or one that is not ahead."""
    if answer.wants is not WantsHelp.NOT_NOW:
        return
    today = clinic_day(zone)
    if answer.again_on is None or not today < answer.again_on <= today + FARTHEST:
        raise InvalidInput(_l("Say when to ask again: a day after today, within two years."), field)


def _weeks() -> list[tuple[str, str]]:
    return [(str(n), ngettext("in %(num)s week", "in %(num)s weeks", n)) for n in WEEKS]
