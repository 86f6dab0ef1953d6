"""Contact plans: the next try to reach a patient, by which way, on which day, at which hour.

While a plan waits nobody's to-do is open about it, but it has an owner and a moment; at that moment it becomes a to-do,
or the question is texted again where that is still allowed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from referral.accounts.closed_days import closed_days_of
from referral.accounts.principal import Signed
from referral.followups.models import Question
from referral.followups.planning import ask
from referral.followups.spoken import question_by_id
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.business_days import next_business_day
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.messaging.words import reason_words
from referral.navigation.leftover import nothing_left, why_not_try
from referral.navigation.models import ContactPlan
from referral.navigation.queries import PLANNED_KEY
from referral.navigation.questions import question_of
from referral.navigation.states import PlannedChannel
from referral.navigation.texting import why_no_text
from referral.patients.models import Patient
from referral.patients.queries import patient_by_id
from referral.referrals.queries import referral_by_id
from referral.todos.actions import NewToDo, make_to_do, mark_done
from referral.todos.models import ToDo, ToDoReason

#: Nobody plans further ahead than this.
FURTHEST = timedelta(days=365)

#: How long after its hour a planned try is late.
GRACE = timedelta(hours=1)

#: The hours that a next try is offered at, the other half of the day than the last one.
MORNING, EVENING = time(10, 0), time(17, 30)


@dataclass(frozen=True)
class NewPlan:
    """The next try. `at`: aware."""

    channel: PlannedChannel
    at: datetime
    note: str | None = field(default=None, repr=False)


def plan_contact(session: ScopedSession, to_do: ToDo, plan: NewPlan, *, by: UUID, plan_id: UUID) -> ContactPlan:
    """Return the stored plan; the to-do it came out of is finished, and its question goes along with the plan.

    `plan_id`: the form's id; sent twice, it is one plan. Raises InvalidInput, naming the field, and Conflict when
    somebody finished the to-do meanwhile. Flushes; the caller commits.
    """
    known = session.scalar(select(ContactPlan).where(ContactPlan.id == plan_id))
    if known is not None:
        return known
    if to_do.done_at is not None:
        raise Conflict(_l("Somebody has already done this. Open the list again to see what is left."))
    question = question_of(session, to_do)
    _check(session, to_do, plan, question)
    row = ContactPlan(
        id=plan_id,
        clinic_id=to_do.clinic_id,
        patient_id=to_do.patient_id,
        to_do_id=to_do.id,
        subject_kind="question" if question else to_do.subject_kind,
        subject_id=question.id if question else to_do.subject_id,
        channel=plan.channel,
        at=plan.at,
        owner_person_id=to_do.owner_person_id or by,
        planned_by=by,
        created_at=clock.now(),
    )
    row.note = plan.note
    session.add(row)
    session.flush()
    mark_done(session, to_do, by=by, outcome=_("The next try is planned."))
    return row


def take_back_plan(session: ScopedSession, plan: ContactPlan, *, by: UUID) -> ToDo | None:
    """Do now what was planned for later: the plan becomes a to-do at once. Taken back twice, it is one. Flushes.

    None when it stands already, and for whoever has died.
    """
    if plan.settled_at is not None:
        return None
    plan.taken_back = True
    plan.owner_person_id = by
    return _become_to_do(session, plan, due_at=clock.now() + GRACE)


def keep_plan(session: ScopedSession, plan: ContactPlan) -> None:
    """Do what was planned, now that its moment has come: a to-do, or a text where that is still allowed. Flushes.

    Nobody is tried again who has died, has answered meanwhile, or took back what it was about.
    """
    if plan.settled_at is not None:
        return
    patient = patient_by_id(session, plan.patient_id)
    if patient is None or nothing_left(session, plan):
        _drop(session, plan)
        return
    if plan.channel == PlannedChannel.TEXT and _text_again(session, plan, patient):
        plan.settled_at = clock.now()
        session.flush()
        return
    _become_to_do(session, plan, due_at=max(plan.at, clock.now()) + GRACE)


def drop_needless_plans(session: ScopedSession, patient_id: UUID) -> None:
    """Take back at once what is planned for a record and has become needless: it is not even listed. Flushes."""
    with session.widened("contact plans"):
        planned = select(ContactPlan).where(ContactPlan.patient_id == patient_id, ContactPlan.settled_at.is_(None))
        for plan in session.scalars(planned.order_by(ContactPlan.at, ContactPlan.id)).all():
            if nothing_left(session, plan):
                _drop(session, plan)


def plans_of(session: ScopedSession, patient_id: UUID) -> Sequence[ContactPlan]:
    """Return every plan to reach the patient, oldest first."""
    planned = select(ContactPlan).where(ContactPlan.patient_id == patient_id)
    return session.scalars(planned.order_by(ContactPlan.at, ContactPlan.id)).all()


def waiting_plans(clinic_id: UUID) -> Select[ContactPlan]:
    """Return the selection of the clinic's plans whose hour has not come."""
    erased = select(Patient.id).where(Patient.clinic_id == clinic_id, Patient.erased_at.is_not(None))
    return select(ContactPlan).where(
        ContactPlan.clinic_id == clinic_id, ContactPlan.settled_at.is_(None), ContactPlan.patient_id.not_in(erased)
    )


def moment_of(day: date, hour: time, *, timezone_name: str) -> datetime:
    """Return the moment of a day and hour on the clock of an IANA zone; UTC."""
    return datetime.combine(day, hour, zone_of(timezone_name)).astimezone(UTC)


def next_try(session: ScopedSession, to_do: ToDo, reader: Signed) -> datetime:
    """Return when the next try is offered by one button, by the reader's clock and their clinic's calendar."""
    closed = closed_days_of(session, to_do.clinic_id)
    return suggested_moment(clock.now(), timezone_name=reader.timezone_name, closed_days=closed)


def suggested_moment(now: datetime, *, timezone_name: str, closed_days: Collection[date] = ()) -> datetime:
    """Return another hour on the next business day: the evening after a try in the morning, or the other way round."""
    local = now.astimezone(zone_of(timezone_name))
    day = next_business_day(local.date(), closed_days)
    return moment_of(day, EVENING if local.hour < 13 else MORNING, timezone_name=timezone_name)


def _check(session: ScopedSession, to_do: ToDo, plan: NewPlan, question: Question | None) -> None:
    now = clock.now()
    if not now < plan.at <= now + FURTHEST:
        raise InvalidInput(_l("Choose a day and an hour that are still to come, within a year."), "day")
    why_not = why_not_try(session, to_do)
    if why_not is not None:
        raise InvalidInput(why_not)
    if plan.channel is not PlannedChannel.TEXT:
        return
    if question is None:
        raise InvalidInput(_l("There is no question to send as a text. Choose a call or a visit."), "channel")
    patient = session.get_one(Patient, to_do.patient_id)
    no_text = why_no_text(session, referral_by_id(session, question.referral_id), patient)
    if no_text:
        message = _("They cannot be texted (%(reason)s). Choose a call or a visit.", reason=reason_words(no_text))
        raise InvalidInput(message, "channel")


def _drop(session: ScopedSession, plan: ContactPlan) -> None:
    plan.settled_at, plan.taken_back = clock.now(), True
    session.flush()


def _text_again(session: ScopedSession, plan: ContactPlan, patient: Patient) -> bool:
    """Plan the question anew, as a text that is due now; False where a person must ask after all."""
    question = question_by_id(session, plan.subject_id) if plan.subject_kind == "question" else None
    referral = referral_by_id(session, question.referral_id) if question else None
    if question is None or referral is None or why_no_text(session, referral, patient):
        return False
    ask(session, referral, QuestionKind(question.kind), clock.now())
    return True


def _become_to_do(session: ScopedSession, plan: ContactPlan, *, due_at: datetime) -> ToDo | None:
    plan.settled_at = clock.now()
    session.flush()
    return make_to_do(
        session,
        NewToDo(
            clinic_id=plan.clinic_id,
            patient_id=plan.patient_id,
            reason=ToDoReason.NEXT_CONTACT,
            subject_kind=plan.subject_kind,
            subject_id=plan.subject_id,
            dedupe_key=f"{PLANNED_KEY}:{plan.id}",
            due_at=due_at,
            note=plan.note,
            owner_person_id=plan.owner_person_id,
        ),
    )
