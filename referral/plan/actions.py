"""What a patient does on their own page: stop sharing or texts, ask for a call, choose language or place, rate."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.followups.planning import ask
from referral.followups.states import QuestionKind
from referral.kit import clock
from referral.kit.errors import InvalidInput, NotFound
from referral.kit.i18n import LANGUAGES, STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.patients import consents
from referral.patients.consents import ConsentTaken, sharing_consents_of, stop_number
from referral.patients.corrections import note_corrections
from referral.patients.models import Patient, PhoneNumber
from referral.patients.queries import phones_with_numbers, records_of_person
from referral.patients.states import ConsentMethod, OptOutKind
from referral.plan.elsewhere import places_elsewhere
from referral.plan.entering import LABEL, OpenPlan
from referral.plan.models import HIGHEST, LOWEST, PlanNeed, ReferralRating
from referral.plan.page import (
    RATED,
    chosen_needs,
    hidden_domains,
    may_object,
    named_referrals,
    told_referrals,
)
from referral.plan.sharing import shared_with
from referral.referrals.actors import Actor, ActorKind
from referral.referrals.calendars import add_business_days
from referral.referrals.models import Referral
from referral.referrals.rerouting import choose_alternative, give_up_choice
from referral.referrals.states import Outcome, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony, testify, testimonies_of
from referral.screening.models import Need
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDo, ToDoReason
from resources_directory.needs import NeedDomain

#: A patient who asks for a call is called by the next business day, at the latest at the hour at which they asked.
CALL_WITHIN_DAYS = 1
CALL_SUBJECT = "plan_page"

#: What is kept as the words of what was said by pressing a button.
STOP_WORDS_VERSION = "plan-page-1"


def open_call(session: ScopedSession, patient_id: UUID) -> ToDo | None:
    """Return the call that the patient asked for first and nobody has made yet: on the page, by text or spoken."""
    asked = select(ToDo).where(
        ToDo.patient_id == patient_id, ToDo.reason == ToDoReason.PATIENT_ASKED_FOR_CALL, ToDo.done_at.is_(None)
    )
    return session.scalar(asked.order_by(ToDo.due_at, ToDo.id).limit(1))


def call_until(plan: OpenPlan) -> datetime:
    """Return until when somebody calls a patient who asks now."""
    return add_business_days(clock.now(), CALL_WITHIN_DAYS, timezone_name=plan.clinic.timezone_name)


def ask_for_call(plan: OpenPlan, *, form_id: UUID) -> None:
    """Make the to-do to call, unless one is open. `form_id`: of the button; pressed twice, it is one. Flushes."""
    if open_call(plan.session, plan.patient.id) is not None:
        return
    with speaking(STAFF_LANGUAGE):
        note = _("They pressed “Call me” on their own page.")
    task = NewToDo(
        clinic_id=plan.patient.clinic_id,
        patient_id=plan.patient.id,
        reason=ToDoReason.PATIENT_ASKED_FOR_CALL,
        subject_kind=CALL_SUBJECT,
        subject_id=plan.patient.id,
        dedupe_key=f"plan page:{plan.patient.id}:call:{form_id}",
        due_at=call_until(plan),
        note=note,
    )
    make_to_do(plan.session, task)


def stop_sharing(plan: OpenPlan, organization_id: UUID, *, words: str, language: str) -> None:
    """Take back the permission to share with an organization; what is under way there ends, and it is told so.

    `words`: what the page said above the button. Raises NotFound for an organization that the page does not tell of.
    Flushes.
    """
    session, patient = plan.session, plan.patient
    named = _named(plan)
    if organization_id not in {each.organization_id for each in shared_with(session, patient, named)}:
        raise NotFound
    given = next(each for each in sharing_consents_of(session, patient.id) if each.organization_id == organization_id)
    taken = ConsentTaken(words, language, STOP_WORDS_VERSION, ConsentMethod.ON_PLAN_PAGE, taken_by=None)
    with session.widened(LABEL), speaking(STAFF_LANGUAGE):
        consents.stop_sharing(session, patient, given, taken=taken)


def stop_texts(plan: OpenPlan) -> None:
    """Stop every text to every phone of the patient, of every clinic, as STOP from it would. Flushes."""
    for number in _numbers(plan.session, plan.patient.id):
        if number.opted_out_at is None:
            stop_number(plan.session, number.id, OptOutKind.STOP)


def texts_are_on(session: ScopedSession, patient_id: UUID) -> bool:
    """Return True if some phone of the patient has not stopped texts."""
    return any(number.opted_out_at is None for number in _numbers(session, patient_id))


def choose_language(plan: OpenPlan, code: str) -> None:
    """Write to the patient in this language (BCP 47) from now on. Raises InvalidInput for an unknown one. Flushes."""
    if code not in LANGUAGES:
        raise InvalidInput(_l("Choose a language from the list."), "language")
    patient = plan.patient
    before, after = {"written_language": patient.written_language}, {"written_language": code}
    patient.written_language = code
    note_corrections(plan.session, patient, before=before, after=after, by=None)


def rate(plan: OpenPlan, referral_id: UUID, stars: int) -> None:
    """Keep what the patient thought of a finished request; said again, the newer counts. No outcome follows from it.

    Raises NotFound for a request that the page does not tell of, InvalidInput outside 1 to 5. Flushes.
    """
    if not LOWEST <= stars <= HIGHEST:
        raise InvalidInput(_l("Choose a number from 1 to 5."), "stars")
    session, patient = plan.session, plan.patient
    told = {row.id: row for row in _named(plan)}
    if referral_id not in told or told[referral_id].state not in RATED:
        raise NotFound
    row = _rating(session, referral_id) or _first_rating(session, patient, referral_id, stars)
    row.stars, row.at = stars, clock.now()
    session.flush()


def choose_other_place(plan: OpenPlan, alternative_id: UUID) -> None:
    """Note that the patient wants this other place; staff take consent and sign. Nothing is shared by it. Flushes.

    Raises NotFound for a place that the page does not offer, Conflict when another one was asked meanwhile.
    """
    session = plan.session
    if plan.patient.moved_at is not None:
        raise NotFound
    wanted = next((each for each in places_elsewhere(session, _named(plan)) if each.id == alternative_id), None)
    if wanted is None:
        raise NotFound
    with speaking(STAFF_LANGUAGE):
        choose_alternative(session, wanted, actor=Actor(ActorKind.PLAN_PAGE))


def give_up_other_place(plan: OpenPlan, alternative_id: UUID) -> None:
    """Forget that the patient wants this other place. Flushes.

    Raises NotFound for a place that the page does not offer, Conflict when another one was asked meanwhile.
    """
    wanted = next((each for each in places_elsewhere(plan.session, _named(plan)) if each.id == alternative_id), None)
    if wanted is None:
        raise NotFound
    with speaking(STAFF_LANGUAGE):
        give_up_choice(plan.session, wanted)


def say_it_is_not_so(plan: OpenPlan, referral_id: UUID, *, form_id: UUID) -> None:
    """Write down the patient's word that help did not come, as their text would be; said twice, it is one word.

    Somebody looks at both answers, and the patient is asked why. `form_id`: of the button. Raises NotFound for a
    request that has no such button. Flushes.
    """
    session, patient = plan.session, plan.patient
    row = next((each for each in _named(plan) if each.id == referral_id), None)
    if row is not None:
        session.refresh(row, with_for_update=True)
    hidden = hidden_domains(session, patient.id)
    if row is not None and row.answers_differ and row.domain not in hidden:
        return  # said already
    if row is None or not may_object(row, hidden):
        raise NotFound
    said = GivenTestimony(
        side=Side.PATIENT,
        outcome=Outcome.NOT_RECEIVED,
        channel=TestimonyChannel.LINK,
        language=patient.written_language,
        sending=form_id.hex,
    )
    with session.widened(LABEL), speaking(STAFF_LANGUAGE):
        theirs = [each.outcome for each in testimonies_of(session, row.id) if each.side == Side.PATIENT]
        if theirs[-1:] == [Outcome.NOT_RECEIVED]:
            return  # said already, and nobody has said otherwise
        testify(session, row, said)
        ask(session, row, QuestionKind.REASON, clock.now())


def choose_need(session: ScopedSession, patient: Patient, need: Need, *, shown: bool, by: UUID) -> None:
    """Let the page tell of a private need, or not any more, as the patient said. Flushes.

    Raises InvalidInput for a concern for their safety, of which the page never tells.
    """
    if shown and need.domain == NeedDomain.INTERPERSONAL_SAFETY:
        raise InvalidInput(_l("The page never tells of this need, whatever was chosen."))
    if shown == (need.id in chosen_needs(session, patient.id)):
        return  # it is so already
    own = {"clinic_id": patient.clinic_id, "patient_id": patient.id}
    session.add(PlanNeed(need_id=need.id, shown=shown, chosen_by=by, at=clock.now(), **own))
    session.flush()


def _named(plan: OpenPlan) -> list[Referral]:
    """Return the requests that the page names: only about them it has buttons."""
    return named_referrals(plan.session, plan.patient, told_referrals(plan.session, plan.patient))


def _numbers(session: ScopedSession, patient_id: UUID) -> list[PhoneNumber]:
    """Return the numbers of the person's phones, those of records that were merged too."""
    with session.widened(LABEL):
        records = records_of_person(session, patient_id)
        return [number for each in records for _phone, number in phones_with_numbers(session, each)]


def _rating(session: ScopedSession, referral_id: UUID) -> ReferralRating | None:
    return session.scalar(select(ReferralRating).where(ReferralRating.referral_id == referral_id))


def _first_rating(session: ScopedSession, patient: Patient, referral_id: UUID, stars: int) -> ReferralRating:
    """Return the new row, or the one that another press has stored at the very same moment."""
    own = {"clinic_id": patient.clinic_id, "patient_id": patient.id, "referral_id": referral_id}
    row = ReferralRating(stars=stars, at=clock.now(), **own)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        known = _rating(session, referral_id)
        if known is None:
            raise
        return known
    return row
