"""Whose page a browser has open: the address and what opens it are exchanged for a cookie, looked at on every request.

As with links to organizations (accounts/link_sessions.py): 30 minutes without a touch close it, nothing stands in an
address. A page that goes off, or whose address is renewed, is closed in every browser at the next request.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from flask import g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from referral.accounts.link_sessions import (
    ABSOLUTE,
    OpenedLink,
    find_link_session,
    last_subject,
    link_secret_of,
    open_link_session,
    touch_link_session,
)
from referral.accounts.links import issue_link
from referral.accounts.models import LinkPurpose, Member, SignedLink
from referral.accounts.plan_codes import PlanOwner, plan_owner
from referral.audit.actions import record, record_apart
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.errors import Gone
from referral.kit.limits import PLAN_TRIES, give_back, use
from referral.kit.patient_language import speak_to_patient
from referral.kit.scope import NOBODY, Scope, ScopedSession, ScopeKind, job_scope
from referral.kit.transaction import current_settings, database, rescope
from referral.patients.models import Patient
from referral.patients.queries import patient_by_id
from referral.plan.keys import opens
from referral.plan.standing import why_off

log = logging.getLogger(__name__)

PURPOSE = LinkPurpose.PLAN
#: In the audit: who acts, and the product's own look for whose page it is.
LABEL = "plan page"

#: Whatever is wrong: the year, the word, the address, or that the page is off. Nobody learns which.
DOES_NOT_OPEN = _l(
    "This page is not available now. Look again at what you typed. If it stays closed, call the clinic that gave you "
    "the address."
)


class PlanClosed(Gone):
    """No page is open in this browser, or not any more."""

    title = _l("This page is not available now")

    def __init__(self) -> None:
        """Say the one thing that is said."""
        super().__init__(DOES_NOT_OPEN)


@dataclass(frozen=True)
class OpenPlan:
    """A patient's page as one request sees it. The session sees this patient's rows, and no others."""

    session: ScopedSession
    patient: Patient
    clinic: Member


def plan_scope(owner: PlanOwner) -> Scope:
    """Return the scope of a patient's own page: what their clinic holds about them."""
    return Scope(ScopeKind.LINK, LABEL, clinic_ids=frozenset({owner.clinic_id}), patient_id=owner.patient_id)


def try_to_open(code: str, typed: str) -> PlanOwner | None:
    """Return whose page it is if what was typed opens it, else None. Each call is one try at this code.

    Raises Throttled. Done in short transactions of its own, before the request's begins: a wrong try stays counted.
    """
    with database().writing(job_scope("limits")) as apart:
        use(apart, PLAN_TRIES, code.strip().lower())
    with database().reading(job_scope(LABEL)) as apart:
        owner = plan_owner(apart, code)
        patient = patient_by_id(apart, owner.patient_id) if owner else None
        opened = patient is not None and opens(apart, patient, typed) and why_off(apart, patient) is None
    if owner is not None and not opened:
        record_apart(
            database(),
            plan_scope(owner),
            AuditKind.CODE_FAILED,
            clinic_id=owner.clinic_id,
            patient_id=owner.patient_id,
            subject_kind="plan_code",
        )
    return owner if opened else None


def open_plan(owner: PlanOwner, code: str, *, instead_of: str | None) -> str:
    """Return the secret for the browser that opened the page. `instead_of`: the one it had. Flushes."""
    session = rescope(plan_scope(owner))
    give_back(session, PLAN_TRIES, code.strip().lower())
    link = _live_link(session, owner.patient_id)
    record(
        session,
        AuditKind.LINK_OPENED,
        clinic_id=owner.clinic_id,
        patient_id=owner.patient_id,
        subject_kind="signed_link",
        subject_id=link.id,
    )
    return open_link_session(session, link, instead_of=instead_of)


def entered() -> OpenPlan:
    """Return the page that this browser has open, in the patient's language. Raises PlanClosed."""
    opened, clinic_id = _opened()
    session = rescope(plan_scope(PlanOwner(opened.subject_id, clinic_id)))
    patient = patient_by_id(session, opened.subject_id)
    if patient is None or why_off(session, patient) is not None:
        raise PlanClosed
    clinic = session.get_one(Member, clinic_id)
    speak_their_language(patient)
    g.timezone_name = clinic.timezone_name
    return OpenPlan(session, patient, clinic)


def speak_their_language(patient: Patient) -> None:
    """Show the page in the language that the patient reads, else in the one they speak, where one may be used."""
    speak_to_patient(patient.written_language, patient.spoken_language)


def speak_as_before() -> None:
    """Speak the language of the page that this browser had open, also when it has closed. Nothing of it is shown."""
    with database().reading(job_scope(LABEL)) as apart:
        patient_id = last_subject(apart, link_secret_of(request, current_settings()), PURPOSE)
        patient = patient_by_id(apart, patient_id) if patient_id is not None else None
        if patient is not None:
            speak_their_language(patient)


def _opened() -> tuple[OpenedLink, UUID]:
    settings = current_settings()
    with database().reading(job_scope(LABEL)) as apart:
        try:
            opened = find_link_session(apart, link_secret_of(request, settings), PURPOSE)
        except Gone as error:
            raise PlanClosed from error
        clinic_id = apart.scalar(select(Patient.clinic_id).where(Patient.id == opened.subject_id))
    if clinic_id is None:
        raise PlanClosed
    if opened.touch_is_due:
        try:
            with database().writing(NOBODY) as apart:
                touch_link_session(apart, opened.session_id)
        except OperationalError as error:  # a busy database delays the note, never the page
            log.warning("link session not touched", extra={"error": type(error).__name__})
    return opened, clinic_id


def _live_link(session: ScopedSession, patient_id: UUID) -> SignedLink:
    """Return the row that browsers stand on: it dies when the address is renewed. Its token is never minted."""
    until = clock.now() + ABSOLUTE
    live = select(SignedLink).where(
        SignedLink.purpose == PURPOSE,
        SignedLink.subject_id == patient_id,
        SignedLink.ended_at.is_(None),
        SignedLink.expires_at > until,
    )
    found = session.scalar(live.order_by(SignedLink.created_at.desc(), SignedLink.id.desc()).limit(1))
    return found or issue_link(session, PURPOSE, patient_id, expires_at=until + ABSOLUTE)
