"""The loops of the demo: patients come, are screened and get prescriptions; each plot's deeds are done in its time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from referral.demo.casting import Part, Role
from referral.demo.deeds import Deeds
from referral.demo.desks import ClinicDesks
from referral.demo.moments import looks, office_moment
from referral.demo.plots import SECOND_PLACE, Deed, Plot
from referral.demo.story import Story
from referral.demo.visits import Chosen, Visits
from referral.followups.states import QuestionKind
from referral.kit import clock
from resources_directory.needs import NeedDomain

#: How far back the story begins.
SIX_WEEKS = timedelta(days=42)

#: The worker lets a prescription leave when its undo window has ended.
AFTER_THE_UNDO_WINDOW = timedelta(seconds=45)
BETWEEN_STEPS = timedelta(minutes=25)
SCREENED_BEFORE = timedelta(minutes=14)

#: How often before the present somebody works through the to-dos, in days.
TO_DO_DAYS = (21, 13, 6)


@dataclass(frozen=True)
class Loop:
    """A referral and the plot it lives."""

    referral_id: UUID
    plot: Plot
    role: Role
    need: NeedDomain


class Loops:
    """Puts every role's acts into the story, and knows which text answers which question."""

    def __init__(self, story: Story, desks: dict[UUID, ClinicDesks], visits: Visits, chance: Random) -> None:
        """Take the story, the clinics' people by clinic, and what happens at a visit."""
        self._story, self._desks, self._visits, self._chance = story, desks, visits, chance
        self._deeds = Deeds(story.database, desks)
        self._loops: dict[UUID, Loop] = {}
        self._last: list[tuple[Role, Part]] = []

    def reply_of(self, referral_id: UUID, kind: QuestionKind, turn: int) -> str | None:
        """Return what the patient texts to a question about the referral, the `turn`th time it is asked."""
        loop = self._loops.get(referral_id)
        replies = loop.plot.replies.get(kind, ()) if loop else ()
        return replies[turn] if turn < len(replies) else None

    def plan(self, roles: list[Role], timezone_name: str) -> None:
        """Put everything into the story."""
        for moment in looks(self._story.present - SIX_WEEKS, self._story.present, timezone_name):
            self._story.tick(moment)
        for role in roles:
            self._plan_role(role)
        for clinic_id in self._desks:
            for days in TO_DO_DAYS:
                moment = self._office(clinic_id, days)
                self._story.at(moment, partial(self._deeds.work_through_to_dos, clinic_id))

    def sign_last(self) -> None:
        """Sign what was kept for the present: its undo window is still open when the demo is looked at."""
        for role, part in self._last:
            self._sign_part(role, part)

    def _plan_role(self, role: Role) -> None:
        clinic_id = self._visits.clinic_of(role)
        arrival = self._office(clinic_id, role.came_days_ago) - SCREENED_BEFORE
        self._story.at(arrival, partial(self._visits.arrive, role))
        for part in role.parts:
            if part.days_ago == 0:
                self._last.append((role, part))
                continue
            moment = self._office(clinic_id, part.days_ago)
            self._story.at(moment, partial(self._sign_part, role, part))

    def _sign_part(self, role: Role, part: Part) -> None:
        self._sign(role, part, self._visits.chosen_for(role, part))

    def _sign(self, role: Role, part: Part, chosen: Chosen | None) -> None:
        if chosen is None:
            return
        referral_id = self._visits.prescribe(role, part.plot, chosen)
        self._loops[referral_id] = Loop(referral_id, part.plot, role, chosen.need)
        self._story.tick(clock.now() + AFTER_THE_UNDO_WINDOW)
        self._plan_steps(self._loops[referral_id])

    def _plan_steps(self, loop: Loop) -> None:
        signed_at = earliest = clock.now()
        zone = self._desks[self._visits.clinic_of(loop.role)].timezone_name
        for step in loop.plot.steps:
            moment = signed_at + step.after
            if not step.at_once:
                jitter = timedelta(minutes=self._chance.uniform(0, 90))
                moment = office_moment(max(moment + jitter, earliest + BETWEEN_STEPS), zone)
            earliest = moment
            self._story.at(moment, partial(self._do, loop, step.deed))

    def _do(self, loop: Loop, deed: Deed) -> None:
        if deed is not Deed.PRESCRIBE_AGAIN:
            self._deeds.do(loop.referral_id, deed)
            return
        other = self._visits.another(loop.role, loop.need, loop.referral_id)
        part = Part(replace(SECOND_PLACE, mode=loop.plot.mode), loop.need, 0)
        self._sign(loop.role, part, other)

    def _office(self, clinic_id: UUID, days_ago: float) -> datetime:
        moment = self._story.present - timedelta(days=days_ago)
        return office_moment(moment, self._desks[clinic_id].timezone_name, back=True)
