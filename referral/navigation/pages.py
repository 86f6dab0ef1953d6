"""What the page of a to-do shows: the row, whom to call and what to ask, other places, attempts so far, the forms."""

from dataclasses import dataclass
from datetime import datetime

from referral.accounts.principal import Signed
from referral.followups.models import Question
from referral.kit.i18n import language_name
from referral.kit.scope import ScopedSession
from referral.kit.zones import zone_of
from referral.navigation.errands import CALLING, Errand, errand_of, why_of
from referral.navigation.finishing import calls_organization
from referral.navigation.forms import AnswerForm, AttemptForm, DoneForm, PlanForm, ToldForm
from referral.navigation.handing_over import hearers_for
from referral.navigation.history import ContactEvent, contact_story, hand_over_story
from referral.navigation.lost import LostCheck, lost_check, progress_words
from referral.navigation.models import ContactPlan
from referral.navigation.next_actions import NextAction, next_action
from referral.navigation.notes import note_words
from referral.navigation.offers import Offers, offers_for
from referral.navigation.organization_call import OrganizationCall, organization_call
from referral.navigation.plans import next_try
from referral.navigation.policies import ToDoPermission
from referral.navigation.queries import ToDoRow, plan_of, referral_of, rows_of
from referral.navigation.questions import question_of
from referral.navigation.script import Call, CallScript, call_script, call_to
from referral.patients.models import Patient
from referral.patients.queries import PhoneView, display_name, kept_record, patient_by_id, phones_of
from referral.referrals import words as referral_words
from referral.referrals.models import Referral
from referral.referrals.queries import referral_by_id
from referral.referrals.states import ReferralState
from referral.screening.words import NEEDS
from referral.todos.models import ToDo
from resources_directory.needs import SENSITIVE

#: Nothing can have happened with a referral that has not left the clinic.
_NOT_YET = (ReferralState.DRAFT, ReferralState.HELD)


@dataclass(frozen=True)
class ReferralLine:
    """The referral in words. `can_be_told`: the patient may have something to say about it.

    `lost`: what was tried to reach the patient, also in words; None unless it is under way.
    """

    referral: Referral
    service_name: str
    organization_name: str
    need: str
    state_label: str
    can_be_told: bool
    lost: LostCheck | None
    lost_words: str


@dataclass(frozen=True)
class Forms:
    """The forms of the page, each with a prefix of its own. `answer`: None where nothing certain is asked."""

    done: DoneForm
    attempt: AttemptForm
    told: ToldForm
    plan: PlanForm
    answer: AnswerForm | None


@dataclass(frozen=True)
class ToDoSheet:
    """Everything that the page of one to-do shows."""

    row: ToDoRow
    patient: Patient | None
    phones: list[PhoneView]
    spoken: str
    referral: ReferralLine | None
    question: Question | None
    script: CallScript | None
    #: The plan that it came out of.
    plan: ContactPlan | None
    #: What may be offered to them; None where it is about something else.
    offers: Offers | None
    #: The call to the organization; None where it is not called.
    organization: OrganizationCall | None
    action: NextAction
    #: Why somebody must act, and what to do.
    why: str
    errand: Errand
    #: The note as the reader understands it.
    note: str | None
    attempts: list[ContactEvent]
    hand_overs: list[ContactEvent]
    may_work: bool
    may_record: bool
    #: Who may write down what the patient says, where the reader may not and it is asked for; None elsewhere.
    hearers: list[str] | None
    is_mine: bool
    #: When the next try is offered by one button.
    suggested: datetime


def sheet_of(session: ScopedSession, to_do: ToDo, reader: Signed) -> ToDoSheet:
    """Return what the page shows of a to-do to whoever is signed in."""
    patient, row = patient_by_id(session, to_do.patient_id), rows_of(session, [to_do])[0]
    question = question_of(session, to_do)
    line = _referral_line(session, to_do)
    referral = line.referral if line else None
    if question is not None and referral is None:
        referral = referral_by_id(session, question.referral_id)
    return ToDoSheet(
        row=row,
        patient=patient,
        phones=phones_of(session, to_do.patient_id),
        spoken=language_name(_language_of(patient)),
        referral=line,
        question=question,
        script=_script(session, to_do, call_to(session, patient, referral, question, row.domain), reader)
        if patient
        else None,
        plan=plan_of(session, to_do),
        offers=offers_for(session, to_do, referral, reader),
        organization=organization_call(session, to_do, referral, reader),
        action=next_action(to_do, referral, reader, chosen=row.chosen),
        why=why_of(to_do, referral, chosen=row.chosen is not None),
        errand=errand_of(to_do, chosen=row.chosen is not None),
        note=note_words(session, to_do),
        attempts=contact_story(session, to_do.patient_id),
        hand_overs=hand_over_story(session, to_do),
        may_work=to_do.done_at is None and reader.allows(ToDoPermission.WORK),
        may_record=reader.allows(ToDoPermission.RECORD),
        hearers=_hearers(session, to_do, reader),
        is_mine=to_do.owner_person_id == reader.person_id,
        suggested=next_try(session, to_do, reader),
    )


def fresh_forms(sheet: ToDoSheet, reader: Signed) -> Forms:
    """Return the forms as they are first shown: nothing sent is read into them."""
    language = _language_of(sheet.patient)
    speaker = display_name(sheet.patient) if sheet.patient else None
    if sheet.script is not None and sheet.script.proxy:
        speaker = sheet.script.proxy
    version = str(sheet.referral.referral.version) if sheet.referral else None
    next_try = sheet.suggested.astimezone(zone_of(reader.timezone_name))
    answer = None
    if sheet.question is not None and sheet.script is not None:
        facts = {"question_id": str(sheet.question.id), "language": language, "speaker": speaker}
        answer = AnswerForm(formdata=None, prefix="answer-", **facts)
        answer.offer(sheet.script.answers)
    done = DoneForm(formdata=None, prefix="done-", version=str(sheet.row.to_do.version))
    done.offer_call(to_organization=calls_organization(sheet.row.to_do))
    return Forms(
        done=done,
        attempt=AttemptForm(formdata=None, prefix="attempt-", language=language),
        told=ToldForm(formdata=None, prefix="told-", language=language, speaker=speaker, referral_version=version),
        plan=PlanForm(formdata=None, prefix="plan-", day=next_try.date(), hour=next_try.time()),
        answer=answer,
    )


def _script(session: ScopedSession, to_do: ToDo, call: Call, reader: Signed) -> CallScript | None:
    """Return the script where somebody calls the patient: nobody calls who has died."""
    died = kept_record(session, call.patient).deceased_at is not None
    calls = errand_of(to_do).next in CALLING and to_do.done_at is None
    calls = calls and not (to_do.subject_kind == "need" and call.domain in SENSITIVE)
    return call_script(call, reader) if calls and not died else None


def _hearers(session: ScopedSession, to_do: ToDo, reader: Signed) -> list[str] | None:
    asked_for = errand_of(to_do).next in CALLING and to_do.done_at is None and reader.allows(ToDoPermission.WORK)
    return hearers_for(session, to_do) if asked_for and not reader.allows(ToDoPermission.RECORD) else None


def _language_of(patient: Patient | None) -> str | None:
    return patient.spoken_language or patient.written_language if patient else None


def _referral_line(session: ScopedSession, to_do: ToDo) -> ReferralLine | None:
    referral = referral_of(session, to_do)
    if referral is None:
        return None
    lost = lost_check(session, referral)
    return ReferralLine(
        referral=referral,
        service_name=str(referral.service_facts.get("service_name") or ""),
        organization_name=str(referral.service_facts.get("organization_name") or ""),
        need=str(NEEDS.get(referral.domain, referral.domain)),
        state_label=str(referral_words.state_words(referral)),
        can_be_told=referral.state not in _NOT_YET,
        lost=lost,
        lost_words=progress_words(lost) if lost else "",
    )
