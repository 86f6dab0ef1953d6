"""Which needs nobody looks after, as conditions of the database: the rule that keeps everybody in the list.

Wanted, not over, and neither a request nor a question, a to-do, a plan or a named day leads on from here; however it
came to that: never prescribed, a signature taken back, a place asked in vain, help that came in part.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from referral.followups.models import Question
from referral.followups.planning import WAITING
from referral.kit import clock
from referral.messaging.models import InboundMessage
from referral.navigation.models import ContactPlan
from referral.patients.models import Patient
from referral.prescriptions.models import NeedPlan
from referral.referrals.models import Referral, Testimony
from referral.referrals.states import TAKEN_STATES, Outcome, ReferralState, Side
from referral.screening.models import Need
from referral.screening.states import NeedStatus, WantsHelp
from referral.todos.models import ToDo

S = ReferralState

#: A place that was asked, and from which no help came or comes.
CAME_TO_NOTHING = (S.DECLINED, S.EXPIRED, S.NOT_COMPLETED, S.WITHDRAWN, S.CANCELLED, S.ENTERED_IN_ERROR)

#: Another record, and the requests for a need.
_OTHER, _ASKED = aliased(Patient), aliased(Referral)


def is_wanted() -> ColumnElement[bool]:
    """Return the condition that the patient wants help with a need that is not over.

    In the words of the index `ix_need_wanted`, which databases use only for the very same ones.
    """
    unconfirmed = Need.status == NeedStatus.UNCONFIRMED
    return and_(
        Need.wants_help == _word(WantsHelp.YES),
        Need.status.in_([_word(each) for each in (NeedStatus.UNCONFIRMED, NeedStatus.OPEN, NeedStatus.PARTLY)]),
        or_(unconfirmed, Need.confirmed_at.is_not(None)),
    )


def nobodys_needs(grace_ended: Mapping[datetime, Sequence[UUID]]) -> Select[Need]:
    """Return the selection of needs that nobody looks after, of the clinics named; erased, dead and moved ones aside.

    `grace_ended`: as need_grace.py tells it.
    """
    clinics = sorted(clinic_id for ids in grace_ended.values() for clinic_id in ids)
    written_before = (and_(Need.clinic_id.in_(sorted(ids)), _untouched_since(at)) for at, ids in grace_ended.items())
    return (
        select(Need)
        .join(Patient, Patient.id == Need.patient_id)
        .where(Need.clinic_id.in_(clinics), is_wanted(), ~_is_asked_for(), ~_is_settled())
        .where(or_(_came_to_nothing(), *written_before))
        .where(~_asked_elsewhere(), ~_offered_again(), ~_questioned())
        .where(Patient.erased_at.is_(None), Patient.deceased_at.is_(None), Patient.moved_at.is_(None))
        .where(~_about(ToDo, ToDo.done_at.is_(None)), ~_about(ContactPlan, ContactPlan.settled_at.is_(None)))
    )


def _word(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'")


def _is_asked_for() -> Exists:
    return exists().where(Referral.need_id == Need.id, Referral.state.in_((S.HELD, S.SENT, *TAKEN_STATES)))


def _asked_elsewhere() -> Exists:
    """Return the condition that for another record of the same person a place is asked, or has helped."""
    out = Referral.state.in_((S.HELD, S.SENT, *TAKEN_STATES))
    since = func.coalesce(Need.answered_at, Need.created_at)
    helped = and_(Referral.state == S.COMPLETED, ~Referral.answers_differ, Referral.closed_at > since)
    same = or_(
        _OTHER.merged_into_id == Patient.id,
        _OTHER.id == Patient.merged_into_id,
        _OTHER.merged_into_id == Patient.merged_into_id,
    )
    theirs = and_(Referral.patient_id == _OTHER.id, _OTHER.id != Patient.id, same)
    return exists().where(Referral.domain == Need.domain, or_(out, helped), theirs)


def _offered_again() -> Exists:
    """Return the condition that they want to be asked again on a day to come, and have not answered otherwise since."""
    return exists().where(
        NeedPlan.need_id == Need.id,
        NeedPlan.ended_at.is_(None),
        NeedPlan.offered_at.is_(None),
        NeedPlan.offer_again_at > clock.now(),
        or_(Need.answered_at.is_(None), NeedPlan.stated_at > Need.answered_at),
    )


def _questioned() -> Exists:
    return exists().where(
        Question.referral_id.in_(_referrals()), Question.state.in_(WAITING), Question.due_at.is_not(None)
    )


def _untouched_since(moment: datetime) -> ColumnElement[bool]:
    """Return the condition that the need was written down and spoken of before, and no signature taken back since."""
    taken_back = exists().where(Referral.need_id == Need.id, Referral.state == S.DRAFT, Referral.created_at >= moment)
    return and_(Need.created_at < moment, _spoken_of_at() < moment, ~taken_back)


def _spoken_of_at() -> ColumnElement[datetime]:
    """Return when the patient last said something of the need: in an answer that waits, to a person, or at first."""
    return func.coalesce(Need.answered_at, Need.confirmed_at, Need.created_at)


def _came_to_nothing() -> Exists:
    """Return the condition that the newest request was in vain, or brought only a part."""
    differs = and_(_ASKED.state == S.COMPLETED, _ASKED.answers_differ.is_(True))
    in_vain = or_(_ASKED.state.in_(CAME_TO_NOTHING), differs, and_(_ASKED.state == S.COMPLETED, _in_part()))
    return exists().where(_ASKED.need_id == Need.id, _ASKED.erased_at.is_(None), in_vain, _is_newest())


def _is_settled() -> Exists:
    """Return the condition that the newest request helped, or that they said of it that they want none any more.

    What the patient has said of the need since counts more: that it stands, although help came.
    """
    helped = and_(_ASKED.state == S.COMPLETED, _ASKED.answers_differ.is_(False), ~_in_part())
    said_at = func.coalesce(Need.answered_at, Need.confirmed_at)
    since = or_(said_at.is_(None), _ASKED.closed_at.is_(None), _ASKED.closed_at >= said_at)
    not_wanted = _said(Outcome.NO_LONGER_WANTED, Testimony.at >= _spoken_of_at())
    return exists().where(_ASKED.need_id == Need.id, or_(and_(helped, since), not_wanted), _is_newest())


def _is_newest() -> ColumnElement[bool]:
    later = aliased(Referral)
    return ~exists().where(later.need_id == _ASKED.need_id, later.created_at > _ASKED.created_at).correlate(_ASKED)


def _in_part() -> ColumnElement[bool]:
    """Return the condition that only a part of the help came: one side said so, and the patient not that all did."""
    told = or_(func.coalesce(_ASKED.reason, "") == Outcome.PARTLY_RECEIVED, _said(Outcome.PARTLY_RECEIVED))
    return and_(told, ~_said(Outcome.RECEIVED))


def _said(outcome: Outcome, *when: ColumnElement[bool]) -> Exists:
    """Return the condition that the patient said so of a request."""
    of_it = (Testimony.referral_id == _ASKED.id, Testimony.side == Side.PATIENT, Testimony.outcome == outcome)
    return exists().where(*of_it, *when).correlate(_ASKED, Need)


def _referrals() -> Select[UUID]:
    return select(Referral.id).where(Referral.need_id == Need.id).correlate(Need)


def _about(kind: type[ToDo] | type[ContactPlan], waiting: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that something of `kind` waits about the need, or about anything asked for it.

    Whoever goes through a screening with the patient confirms every need that waits for it.
    """
    questions = select(Question.id).where(Question.referral_id.in_(_referrals())).correlate(Need)
    texts = select(InboundMessage.id).where(InboundMessage.question_id.in_(questions)).correlate(Need)
    subject = or_(
        and_(kind.subject_kind == "need", kind.subject_id == Need.id),
        and_(kind.subject_kind == "screening", Need.status == NeedStatus.UNCONFIRMED),
        and_(kind.subject_kind == "referral", kind.subject_id.in_(_referrals())),
        and_(kind.subject_kind == "question", kind.subject_id.in_(questions)),
        and_(kind.subject_kind == "inbound_message", kind.subject_id.in_(texts)),
    )
    return exists().where(kind.patient_id == Need.patient_id, waiting, subject)
