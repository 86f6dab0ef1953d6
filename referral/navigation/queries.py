"""Questions about to-dos: the clinic's list in the order of danger, one to-do, and what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select

from referral.accounts.queries import names_of
from referral.followups.models import Question
from referral.kit.paging import Page, page_of
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactPlan
from referral.navigation.states import ToDoView
from referral.patients.models import Patient
from referral.patients.queries import display_name
from referral.referrals.choices import standing_choices
from referral.referrals.models import Referral
from referral.referrals.queries import referral_by_id
from referral.screening.models import Need
from referral.screening.queries import need_by_id
from referral.todos.models import ToDo, ToDoReason


@dataclass(frozen=True)
class ToDoRow:
    """A to-do with the names that its row shows; a name is None where nobody is named.

    `covers_name`: who is away. `referral`: what it is about. `chosen`: the service that the patient chose.
    `domain`: the need that it is about, by itself or through its referral.
    """

    to_do: ToDo
    patient_name: str
    owner_name: str | None
    deputy_name: str | None
    done_by_name: str | None
    covers_name: str | None = None
    referral: Referral | None = None
    chosen: UUID | None = None
    domain: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Which to-dos a list is narrowed to. `language`: BCP 47, spoken or read. `neighbourhood`: a ZIP's first digits.

    Nobody makes a list of people by language and place together: asking for both raises ValueError.
    """

    reason: str | None = None
    language: str | None = None
    neighbourhood: str | None = None

    def __post_init__(self) -> None:
        """Refuse language and place together."""
        if self.language and self.neighbourhood:
            raise ValueError("language and place never narrow a list together")

    @property
    def by_person(self) -> bool:
        """True when it narrows by what somebody speaks, or by where they live."""
        return bool(self.language or self.neighbourhood)


#: The business identity of a to-do that was planned begins so.
PLANNED_KEY = "plan"

#: Everything.
ALL_OF_THEM = Wanted()


def to_do_by_id(session: ScopedSession, to_do_id: UUID) -> ToDo | None:
    """Return the to-do, or None when absent, about an erased record, or not theirs."""
    erased = select(Patient.id).where(Patient.id == ToDo.patient_id, Patient.erased_at.is_not(None))
    return session.scalar(select(ToDo).where(ToDo.id == to_do_id, ~erased.exists()))


def plan_by_id(session: ScopedSession, plan_id: UUID) -> ContactPlan | None:
    """Return the plan; None when absent or not theirs."""
    return session.scalar(select(ContactPlan).where(ContactPlan.id == plan_id))


def plan_of(session: ScopedSession, to_do: ToDo) -> ContactPlan | None:
    """Return the plan that became this to-do; None for one that came otherwise."""
    kind, _colon, plan_id = to_do.dedupe_key.partition(":")
    try:
        return plan_by_id(session, UUID(plan_id)) if kind == PLANNED_KEY else None
    except ValueError:
        return None


#: Danger first, whatever else is overdue.
MOST_PRESSING = (
    case((ToDo.reason == ToDoReason.CRISIS, 0), else_=1),
    ToDo.urgent.desc(),
    ToDo.due_at,
    ToDo.id,
)


def to_do_page(
    session: ScopedSession, found: Select[ToDo], number: int = 1, *, newest_done_first: bool = False
) -> Page[ToDoRow]:
    """Return a page of what `to_dos_of_view` selects.

    Done ones: the newest first. Open ones: a page holds so many patients with everything about each, in the order of
    danger of what presses most for each; the total counts patients.
    """
    if newest_done_first:
        page = page_of(session, found, number, order=(ToDo.done_at.desc(), ToDo.id.desc()))
        return page.showing(rows_of(session, page.rows))
    place = func.row_number().over(partition_by=ToDo.patient_id, order_by=MOST_PRESSING)
    ranked = found.with_only_columns(ToDo.id, place.label("place")).subquery()
    first_of_each = select(ToDo).join(ranked, ranked.c.id == ToDo.id).where(ranked.c.place == 1)
    page = page_of(session, first_of_each, number, order=MOST_PRESSING)
    shown = {to_do.id for to_do in page.rows}
    theirs = found.where(ToDo.patient_id.in_([to_do.patient_id for to_do in page.rows])).order_by(*MOST_PRESSING)
    others = [to_do for to_do in session.scalars(theirs) if to_do.id not in shown]
    return page.showing(rows_of(session, [*page.rows, *others]))


def to_dos_of_view(
    session: ScopedSession, clinic_id: UUID, view: ToDoView, *, person_id: UUID, wanted: Wanted = ALL_OF_THEM
) -> Select[ToDo]:
    """Return the selection of a view of the clinic's to-dos, narrowed to what is wanted.

    What is done only grows, so it is never narrowed by language or place: raises ValueError.
    """
    if view is ToDoView.DONE and wanted.by_person:
        raise ValueError("what is done is narrowed neither by language nor by place")
    found = _narrowed(session, clinic_id, wanted)
    done = ToDo.done_at.is_not(None)
    if view is ToDoView.DONE:
        return found.where(done)
    return found.where(~done, *([_of(view, person_id)] if view is not ToDoView.ALL else []))


def count_views(
    session: ScopedSession, clinic_id: UUID, *, person_id: UUID, wanted: Wanted = ALL_OF_THEM
) -> dict[ToDoView, int]:
    """Return how many patients each view of the list holds, in one question. What is done is not counted."""
    views = (ToDoView.MINE, ToDoView.DEPUTY)
    narrowed = _narrowed(session, clinic_id, wanted).where(ToDo.done_at.is_(None))
    own_ones = [func.count(distinct(case((_of(view, person_id), ToDo.patient_id)))) for view in views]
    counted = narrowed.with_only_columns(func.count(distinct(ToDo.patient_id)), *own_ones)
    everything, *own = session.execute(counted).one()
    return {ToDoView.ALL: everything, **dict(zip(views, own, strict=True))}


def rows_of(session: ScopedSession, to_dos: Sequence[ToDo]) -> list[ToDoRow]:
    """Return the to-dos with what their rows show, in the same order; the same few questions for any number."""
    names = patient_names(session, {to_do.patient_id for to_do in to_dos})
    people = names_of(session, {person_id for to_do in to_dos for person_id in _people_in(to_do)})
    referrals = referrals_of(session, to_dos)
    chosen = _chosen_places(session, to_dos, referrals)
    domains = _domains_of(session, to_dos) | {to_do_id: referral.domain for to_do_id, referral in referrals.items()}
    return [
        ToDoRow(
            to_do,
            names.get(to_do.patient_id, ""),
            people.get(to_do.owner_person_id),
            people.get(to_do.deputy_person_id),
            people.get(to_do.done_by),
            people.get(to_do.covers_for_person_id),
            referrals.get(to_do.id),
            chosen.get(to_do.id),
            domains.get(to_do.id),
        )
        for to_do in to_dos
    ]


def patient_names(session: ScopedSession, patient_ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of patients by id, in one question."""
    patients = select(Patient).where(Patient.id.in_(patient_ids)).order_by(Patient.id)
    return {patient.id: display_name(patient) for patient in session.scalars(patients)}


def referrals_of(session: ScopedSession, to_dos: Sequence[ToDo | ContactPlan]) -> dict[UUID, Referral]:
    """Return the referrals that to-dos or plans are about, by the id of the to-do or plan, in two questions."""
    about = {to_do.id: to_do.subject_id for to_do in to_dos if to_do.subject_kind == "referral"}
    asked = {to_do.id: to_do.subject_id for to_do in to_dos if to_do.subject_kind in ("question", "inbound_message")}
    if asked:
        by_question = select(Question.id.label("subject"), Question.referral_id).where(Question.id.in_(asked.values()))
        by_text = (
            select(InboundMessage.id.label("subject"), Question.referral_id)
            .join(Question, Question.id == InboundMessage.question_id)
            .where(InboundMessage.id.in_(asked.values()))
        )
        found = {row[0]: row[1] for row in session.execute(by_question.union(by_text))}
        about |= {to_do_id: found[subject] for to_do_id, subject in asked.items() if subject in found}
    if not about:
        return {}
    live = select(Referral).where(Referral.id.in_(about.values()), Referral.erased_at.is_(None)).order_by(Referral.id)
    referrals = {referral.id: referral for referral in session.scalars(live)}
    return {to_do_id: referrals[each] for to_do_id, each in about.items() if each in referrals}


def _domains_of(session: ScopedSession, to_dos: Sequence[ToDo]) -> dict[UUID, str]:
    """Return the needs that to-dos are about by themselves, by the id of the to-do, in one question."""
    about = {to_do.id: to_do.subject_id for to_do in to_dos if to_do.subject_kind == "need"}
    if not about:
        return {}
    rows = session.execute(select(Need.id, Need.domain).where(Need.id.in_(about.values())).order_by(Need.id))
    domains = {row[0]: row[1] for row in rows}
    return {to_do_id: domains[need_id] for to_do_id, need_id in about.items() if need_id in domains}


def _chosen_places(
    session: ScopedSession, to_dos: Sequence[ToDo], referrals: Mapping[UUID, Referral]
) -> dict[UUID, UUID]:
    """Return the service that the patient chose last and nobody has asked yet, by the id of the to-do."""
    needs = {to_do.id: to_do.subject_id for to_do in to_dos if to_do.subject_kind == "need"}
    needs |= {to_do_id: referral.need_id for to_do_id, referral in referrals.items()}
    chosen = standing_choices(session, set(needs.values()))
    return {to_do_id: chosen[need_id][-1].service_id for to_do_id, need_id in needs.items() if need_id in chosen}


def _people_in(to_do: ToDo) -> tuple[UUID | None, ...]:
    return to_do.owner_person_id, to_do.deputy_person_id, to_do.done_by, to_do.covers_for_person_id


def referral_of(session: ScopedSession, to_do: ToDo) -> Referral | None:
    """Return the referral that a to-do is about: directly, by its question, or by the text that answered one."""
    referral_id = referral_id_of(session, to_do)
    return referral_by_id(session, referral_id) if referral_id else None


def referral_id_of(session: ScopedSession, to_do: ToDo) -> UUID | None:
    """Return the id of the referral that a to-do is about; None for one about a phone or a need."""
    if to_do.subject_kind == "referral":
        return to_do.subject_id
    asked = select(Question.referral_id)
    if to_do.subject_kind == "question":
        asked = asked.where(Question.id == to_do.subject_id)
    elif to_do.subject_kind == "inbound_message":
        asked = asked.join(InboundMessage, InboundMessage.question_id == Question.id)
        asked = asked.where(InboundMessage.id == to_do.subject_id)
    else:
        return None
    return session.scalar(asked.order_by(Question.id).limit(1))


def need_of(session: ScopedSession, to_do: ToDo, referral: Referral | None) -> Need | None:
    """Return the need that a to-do is about: through its referral, or by itself."""
    need_id = referral.need_id if referral is not None else to_do.subject_id
    if referral is None and to_do.subject_kind != "need":
        return None
    return need_by_id(session, need_id)


def _narrowed(session: ScopedSession, clinic_id: UUID, wanted: Wanted) -> Select[ToDo]:
    erased = select(Patient.id).where(Patient.erased_at.is_not(None))
    found = select(ToDo).where(ToDo.clinic_id == clinic_id, ToDo.patient_id.not_in(erased))
    if wanted.reason:
        found = found.where(ToDo.reason == wanted.reason)
    if wanted.language:
        speaks = or_(Patient.spoken_language == wanted.language, Patient.written_language == wanted.language)
        found = found.where(select(Patient.id).where(Patient.id == ToDo.patient_id, speaks).exists())
    if wanted.neighbourhood:
        found = found.where(ToDo.patient_id.in_(_living_in(session, clinic_id, wanted.neighbourhood)))
    return found


def _of(view: ToDoView, person_id: UUID) -> ColumnElement[bool]:
    """Return the condition that an open to-do is of a person's view: owned, or stood in for."""
    if view is ToDoView.MINE:
        return ToDo.owner_person_id == person_id
    return and_(ToDo.deputy_person_id == person_id, ToDo.owner_person_id.is_distinct_from(person_id))


def _living_in(session: ScopedSession, clinic_id: UUID, digits: str) -> list[UUID]:
    """Return the patients with something open whose ZIP begins so. It is sealed, so each is opened to compare.

    Opening it shows nothing to anybody: only the rows that fit are shown, and their reading is written down.
    """
    with_something = select(ToDo.id).where(ToDo.patient_id == Patient.id, ToDo.done_at.is_(None)).exists()
    patients = select(Patient).where(
        Patient.clinic_id == clinic_id, Patient.zip_code_sealed.is_not(None), with_something
    )
    with session.widened("neighbourhood"):
        return [
            patient.id
            for patient in session.scalars(patients.order_by(Patient.id))
            if (patient.zip_code or "").startswith(digits)
        ]
