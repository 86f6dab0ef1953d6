"""Questions sent by text: when a link may go, the one live link of a screening, its words, the birth year before it.

Whoever opens the link may be anybody who holds the phone. So nothing says who it is about before the birth year is
right, answers that were given are never shown, and questions on safety are not asked there, whoever says to be alone.
While the link is off it says what it says when it is too old, whatever the reason.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from referral.accounts.link_sessions import OpenedLink, renew_secret
from referral.accounts.links import end_links, issue_link, url_for_link
from referral.accounts.models import LinkPurpose, SignedLink
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.i18n import STAFF_LANGUAGE, language_name, speaking
from referral.kit.scope import ScopedSession
from referral.messaging.composing import LINK_PLACE, compose_patient_text
from referral.outbox.hooks import Composed, Postponed, Suppressed
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel
from referral.patients.consents import TextingRoute, texting_route
from referral.patients.models import Patient, PatientPhone
from referral.patients.queries import birth_date_of, may_be_contacted, texting_privacy
from referral.patients.states import PhoneHolder, PrivacyLevel
from referral.patients.words import WHY_NO_TEXTS
from referral.screening.instruments import Instrument
from referral.screening.queries import safety_concern_stands
from referral.screening.started_models import StartedScreening
from referral.todos.actions import NewToDo, make_to_do
from referral.todos.models import ToDoReason

#: Who makes the words: the key under which wiring knows `compose_screening_text`.
COMPOSER = "screening_text"
TEMPLATE = "questions_link"
SUBJECT = StartedScreening.__tablename__

LINK_LASTS = timedelta(days=7)
TEXT_LASTS = timedelta(days=2)
CALL_WITHIN = timedelta(days=1)

#: What stands instead of a reason that nobody looking on may read.
LINKS_OFF = _l("Links to questions are off for now. Ask the questions yourself.")

#: Birth years of living people are about a hundred: after this many wrong ones the link is dead, and a person calls.
MOST_YEARS = 5

#: How long after the birth year the questions go on without asking it again. Every step is kept at once.
PROVEN_FOR = timedelta(minutes=60)


@dataclass(frozen=True)
class YearTry:
    """What became of a birth year: the browser's new secret, or how many tries are left."""

    secret: str | None = None
    tries_left: int = 0


def why_no_link(session: ScopedSession, patient: Patient, instrument: Instrument) -> LazyString | None:
    """Return why the questions cannot go to the patient's phone, in words for staff, or None when they can."""
    route = texting_route(session, patient)
    if not may_be_contacted(patient):
        return _l("Nobody contacts this patient from here any more.")
    if route.e164 is None:
        return WHY_NO_TEXTS[route.why_not or "no_phone"]
    if route.is_shared or route.held_by_other:
        return _l("Somebody else reads this phone. Ask the questions yourself, or hand over the tablet.")
    if safety_concern_stands(session, patient.id):
        return LINKS_OFF
    if birth_date_of(patient) is None:
        return _l("The birth date is not known: the link could not ask for it before it shows the questions.")
    if patient.written_language not in instrument.languages:
        reads = language_name(patient.written_language)
        return _l("The patient reads %(language)s, and these questions do not exist in it.", language=reads)
    return None


def send_link(
    session: ScopedSession, patient: Patient, started: StartedScreening, instrument: Instrument
) -> SignedLink:
    """Queue the text with a new link; every one before it is dead. Raises InvalidInput when none may go. Flushes."""
    why_not = why_no_link(session, patient, instrument)
    if why_not is not None:
        raise InvalidInput(why_not)
    route: TextingRoute = texting_route(session, patient)
    end_links(session, LinkPurpose.SCREENING, started.id)
    cancel_for_subject(session, SUBJECT, started.id, reason="link_replaced")
    link = issue_link(session, LinkPurpose.SCREENING, started.id, expires_at=clock.now() + LINK_LASTS)
    started.language, started.wrong_years = patient.written_language or started.language, 0
    queue_message(
        session,
        NewMessage(
            channel=Channel.SMS,
            composer=COMPOSER,
            template=TEMPLATE,
            clinic_id=patient.clinic_id,
            patient_id=patient.id,
            phone_number_id=route.phone_number_id,
            subject_kind=SUBJECT,
            subject_id=started.id,
            dedupe_key=_text_key(link.id),
            expires_at=clock.now() + TEXT_LASTS,
            resend_ok=True,
        ),
    )
    session.flush()
    return link


def sent_meanwhile(session: ScopedSession, started_id: UUID, seen: str | None) -> bool:
    """Return True if a link was sent after the page was shown, by this very button or by a colleague.

    `seen`: the id of the link that the page spoke of, empty for none; None where nobody says. Whoever sends at the same
    moment waits.
    """
    session.execute(select(StartedScreening.id).where(StartedScreening.id == started_id).with_for_update())
    newest = live_link(session, started_id)
    return seen is not None and seen != (str(newest.id) if newest is not None else "")


def live_link(session: ScopedSession, started_id: UUID) -> SignedLink | None:
    """Return the one link that opens a started screening, or None."""
    found = select(SignedLink).where(
        SignedLink.purpose == LinkPurpose.SCREENING,
        SignedLink.subject_id == started_id,
        SignedLink.ended_at.is_(None),
        SignedLink.expires_at > clock.now(),
    )
    return session.scalar(found.order_by(SignedLink.created_at.desc(), SignedLink.id.desc()).limit(1))


def is_off(session: ScopedSession, patient_id: UUID, link_id: UUID) -> bool:
    """Return True while the questions behind a link open for nobody; what was answered before stays where it is.

    So it is while a concern for the patient's safety stands, when nobody contacts them or they want no traces, and once
    the phone that got the link is not theirs alone. Column by column: no row about a patient is loaded.
    """
    columns = (Patient.erased_at, Patient.deceased_at, Patient.merged_into_id, Patient.moved_at)
    over = session.execute(select(*columns).where(Patient.id == patient_id)).one()
    if any(each is not None for each in over) or texting_privacy(session, patient_id) is PrivacyLevel.NONE:
        return True
    return safety_concern_stands(session, patient_id) or not _is_read_by_them_alone(session, patient_id, link_id)


def compose_screening_text(
    session: ScopedSession, message: Message, now: datetime
) -> Composed | Postponed | Suppressed:
    """Return the words with the link, or why they do not go.

    A phone that others read gets no questions, and none goes while a concern for the patient's safety stands.
    """
    started = session.scalar(select(StartedScreening).where(StartedScreening.id == message.subject_id))
    link = live_link(session, message.subject_id)
    if started is None or started.ended_at is not None or link is None:
        return Suppressed("moved_on", needs_person=False)
    patient = session.get_one(Patient, started.patient_id)
    route = texting_route(session, patient)
    if route.is_shared or route.held_by_other:
        return Suppressed("shared_phone")
    if safety_concern_stands(session, patient.id):
        return Suppressed("sensitive_need")
    if patient.written_language != started.language:
        return Suppressed("no_reviewed_words")
    words = compose_patient_text(session, message, now)
    if isinstance(words, Composed):
        return replace(words, body=words.body.replace(LINK_PLACE, url_for_link(session, link)))
    return words


def try_year(session: ScopedSession, started: StartedScreening, opened: OpenedLink, typed: str) -> YearTry:
    """Return what became of a birth year. Each wrong one counts; after the last the link is dead and a person calls.

    The caller commits also when it was wrong. Of several at once no more than MOST_YEARS are looked at. Flushes.
    """
    session.flush()
    used = session.scalar(
        update(StartedScreening)
        .where(StartedScreening.id == started.id, StartedScreening.wrong_years < MOST_YEARS)
        .values(wrong_years=StartedScreening.wrong_years + 1)
        .returning(StartedScreening.wrong_years)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        return YearTry()
    session.refresh(started)
    born = birth_date_of(session.get_one(Patient, started.patient_id))
    if born is not None and _digits(typed) == f"{born.year:04d}":
        started.wrong_years = 0
        return YearTry(renew_secret(session, opened.session_id, proven_until=clock.wall() + PROVEN_FOR))
    record(
        session,
        AuditKind.CODE_FAILED,
        clinic_id=started.clinic_id,
        patient_id=started.patient_id,
        subject_kind="link_session",
        subject_id=opened.session_id,
    )
    if used >= MOST_YEARS:
        _close(session, started)
    session.flush()
    return YearTry(tries_left=MOST_YEARS - used)


def _is_read_by_them_alone(session: ScopedSession, patient_id: UUID, link_id: UUID) -> bool:
    """Return True unless the phone to which the link went is shared, somebody else's, or no longer the patient's."""
    went_to = session.scalar(select(Message.phone_number_id).where(Message.dedupe_key == _text_key(link_id)))
    if went_to is None:
        return True
    theirs = select(PatientPhone.id).where(
        PatientPhone.patient_id == patient_id,
        PatientPhone.phone_number_id == went_to,
        PatientPhone.retired_at.is_(None),
        PatientPhone.is_shared.is_(False),
        PatientPhone.holder == PhoneHolder.SELF,
    )
    return session.scalar(theirs.limit(1)) is not None


def _text_key(link_id: UUID) -> str:
    return f"screening_link:{link_id}"


def _close(session: ScopedSession, started: StartedScreening) -> None:
    end_links(session, LinkPurpose.SCREENING, started.id)
    with speaking(STAFF_LANGUAGE):
        note = str(_l("The birth year was wrong five times at the link with the questions. Ask them by phone."))
    make_to_do(
        session,
        NewToDo(
            clinic_id=started.clinic_id,
            patient_id=started.patient_id,
            reason=ToDoReason.CALL_INSTEAD_OF_TEXT,
            subject_kind=SUBJECT,
            subject_id=started.id,
            dedupe_key=f"screening_years:{started.id}:{clock.now().isoformat()}",
            due_at=clock.now() + CALL_WITHIN,
            note=note,
        ),
    )


def _digits(typed: str) -> str:
    return "".join(str(int(sign)) for sign in typed if sign.isdecimal())
