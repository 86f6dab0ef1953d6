"""What happens in the demo's loops, as data: who does what how long after signing, and what the patient texts back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from referral.followups.states import QuestionKind
from referral.referrals.states import Mode, Urgency
from resources_directory.needs import NeedDomain


class Deed(StrEnum):
    """Something that the organization, the clinic or the patient does about a referral."""

    ACCEPT = "accept"
    DECLINE_FULL = "decline_full"
    DECLINE_AREA = "decline_area"
    WAITLIST = "waitlist"
    START = "start"
    SAY_RECEIVED = "say_received"
    SAY_PARTLY = "say_partly"
    SAY_NOT_REACHED = "say_not_reached"
    SAY_PAPERS_MISSING = "say_papers_missing"
    UNDO = "undo"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    MARK_ERROR = "mark_error"
    #: The patient tells it to the navigator on the phone.
    PATIENT_SAYS_RECEIVED = "patient_says_received"
    #: The clinic asks the next place for the same need.
    PRESCRIBE_AGAIN = "prescribe_again"


@dataclass(frozen=True)
class Step:
    """A deed, and how long after signing it comes; on a business day, in business hours, unless it is `at_once`."""

    after: timedelta
    deed: Deed
    at_once: bool = False


@dataclass(frozen=True, eq=False)
class Plot:
    """The course of a loop. `days_ago`: when it is signed; `replies`: what the patient texts to each question, in turn.

    `times`: in how many loops it happens. `needs`: taken in turn. `texts`: it needs a patient who may be texted.
    """

    name: str
    days_ago: tuple[float, float]
    needs: tuple[NeedDomain, ...]
    steps: tuple[Step, ...] = ()
    replies: Mapping[QuestionKind, tuple[str, ...]] = field(default_factory=dict)
    mode: Mode = Mode.SENT
    urgency: Urgency = Urgency.ROUTINE
    texts: bool = True
    times: int = 1


N, Q, D = NeedDomain, QuestionKind, Deed


def _after(deed: Deed, *, hours: float = 0, days: float = 0) -> Step:
    return Step(timedelta(hours=hours, days=days), deed)


_BASICS = (N.FOOD, N.UTILITIES, N.TRANSPORTATION, N.HEALTH_CARE_ACCESS)
_OTHERS = (N.HOUSING, N.BENEFITS_ENROLMENT, N.FINANCIAL_STRAIN, N.CHILDCARE, N.EMPLOYMENT, N.DIGITAL_ACCESS)
_SOFT = (N.SOCIAL_CONNECTION, N.EDUCATION, N.FOOD, N.TRANSPORTATION)
_YES = {Q.CHECK_CONTACT: ("1",), Q.CHECK_OUTCOME: ("1",)}
_LONG_AGO, _WEEKS_AGO, _RECENTLY = (24.0, 40.0), (14.0, 26.0), (8.0, 13.0)
_LATELY = (4.0, 9.0)
_SOON_TAKEN = _after(D.ACCEPT, hours=20)

#: Each plot in as many loops as it says, in this order.
PLOTS: tuple[Plot, ...] = (
    Plot("both say received", _LONG_AGO, _BASICS, (_SOON_TAKEN, _after(D.SAY_RECEIVED, days=6)), _YES, times=8),
    Plot("the patient says received", _LONG_AGO, (*_BASICS, *_OTHERS), (_after(D.ACCEPT, hours=27),), _YES, times=7),
    Plot(
        "answers differ",
        _LONG_AGO,
        (N.FOOD, N.UTILITIES),
        (_SOON_TAKEN, _after(D.SAY_RECEIVED, days=5)),
        {Q.CHECK_CONTACT: ("1",), Q.CHECK_OUTCOME: ("2",), Q.REASON: ("8",)},
        times=2,
    ),
    Plot(
        "nobody called",
        _WEEKS_AGO,
        _OTHERS,
        (_after(D.ACCEPT, hours=30),),
        {Q.CHECK_CONTACT: ("1",), Q.CHECK_OUTCOME: ("no",), Q.REASON: ("4",)},
        times=2,
    ),
    Plot("not reached", _WEEKS_AGO, _OTHERS, (_SOON_TAKEN, _after(D.SAY_NOT_REACHED, days=7)), texts=False, times=2),
    Plot(
        "papers missing",
        _WEEKS_AGO,
        (N.BENEFITS_ENROLMENT,),
        (_SOON_TAKEN, _after(D.SAY_PAPERS_MISSING, days=8)),
        texts=False,
    ),
    Plot("partly", _LONG_AGO, (N.FINANCIAL_STRAIN, N.UTILITIES), (_SOON_TAKEN, _after(D.SAY_PARTLY, days=8)), times=2),
    Plot("full", _WEEKS_AGO, (N.HOUSING,), (_after(D.DECLINE_FULL, hours=18),), {Q.OTHER_PLACE: ("1",)}, times=2),
    Plot(
        "another place",
        _LONG_AGO,
        (N.FOOD, N.CHILDCARE),
        (_after(D.DECLINE_AREA, hours=10), _after(D.PRESCRIBE_AGAIN, days=2)),
        {Q.OTHER_PLACE: ("1",)},
        times=2,
    ),
    Plot("the organization is silent", _WEEKS_AGO, _OTHERS, (), {Q.CHECK_CONTACT: ("2",)}, times=3),
    Plot("everybody is silent", _WEEKS_AGO, _SOFT, (), texts=False, times=2),
    Plot("the patient is silent", _WEEKS_AGO, _SOFT, (_after(D.ACCEPT, hours=26),), texts=False, times=5),
    Plot("waits for an answer", (0.3, 1.6), _BASICS, texts=False, times=5),
    Plot("waits, urgent", (0.2, 0.4), (N.FOOD,), urgency=Urgency.TODAY, texts=False),
    Plot("accepted", (1.9, 3.2), _BASICS, (_after(D.ACCEPT, hours=15),), texts=False, times=3),
    Plot("in progress", _LATELY, _OTHERS, (_SOON_TAKEN, _after(D.START, hours=44)), {Q.CHECK_CONTACT: ("1",)}, times=3),
    Plot(
        "waiting list",
        (6.0, 12.0),
        (N.HOUSING, N.CHILDCARE),
        (_after(D.WAITLIST, hours=28),),
        {Q.WAITLISTED: ("1",), Q.CHECK_CONTACT: ("9",)},
        times=2,
    ),
    Plot("no longer wanted", _WEEKS_AGO, _SOFT, (_SOON_TAKEN,), {Q.CHECK_CONTACT: ("3",)}),
    Plot("withdrawn", _WEEKS_AGO, _SOFT, (_after(D.WITHDRAW, hours=30),), times=2),
    Plot("cancelled", _WEEKS_AGO, _OTHERS, (_after(D.CANCEL, hours=26),), texts=False),
    Plot("sent in error", _WEEKS_AGO, _SOFT, (_after(D.MARK_ERROR, hours=3),), texts=False),
    Plot("undone", _LATELY, _BASICS, (Step(timedelta(seconds=12), D.UNDO, at_once=True),), texts=False),
    Plot("goes there", _WEEKS_AGO, (N.FOOD, N.EDUCATION), (), {Q.CHECK_OUTCOME: ("1",)}, Mode.SELF_DIRECTED, times=2),
    Plot(
        "could not go", _WEEKS_AGO, (N.FOOD,), (), {Q.CHECK_OUTCOME: ("2",), Q.REASON: ("6",)}, mode=Mode.SELF_DIRECTED
    ),
    Plot(
        "called together",
        _WEEKS_AGO,
        (N.INTERPERSONAL_SAFETY,),
        (_after(D.PATIENT_SAYS_RECEIVED, days=9),),
        mode=Mode.PHONE_HAND_OVER,
        texts=False,
    ),
    Plot("law", _LATELY, (N.LEGAL_IMMIGRATION,), (_SOON_TAKEN,), texts=False),
    Plot("unclear", _RECENTLY, _BASICS, (_SOON_TAKEN,), {Q.CHECK_CONTACT: ("??", "?? 1 2")}),
    Plot("stops texts", _RECENTLY, _SOFT, (_SOON_TAKEN,), {Q.CHECK_CONTACT: ("STOP",)}),
    Plot("wrong number", _RECENTLY, _SOFT, (_SOON_TAKEN,), {Q.CHECK_CONTACT: ("Wrong number",)}),
    Plot("just signed", (0.0, 0.0), _BASICS, texts=False),
)

#: What follows where the clinic asks a second place.
SECOND_PLACE = Plot("second place", (0.0, 0.0), (), (_SOON_TAKEN, _after(D.SAY_RECEIVED, days=4)), _YES)
