"""Which colleague at the organization looks after a referral. It moves nothing and is nobody's business outside."""

from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from referral.accounts.queries import MemberPerson, people_of
from referral.accounts.roles import ORGANIZATION_ROLES
from referral.kit import clock
from referral.kit.errors import Conflict, InvalidInput
from referral.kit.scope import ScopedSession
from referral.referrals.desk_models import Assignment
from referral.referrals.models import Referral


def colleagues(session: ScopedSession, member_id: UUID) -> list[MemberPerson]:
    """Return who at the organization can look after a request, by name; each person once."""
    people = [
        person for person in people_of(session, member_id) if person.role in ORGANIZATION_ROLES and not person.suspended
    ]
    return list({person.person_id: person for person in reversed(people)}.values())[::-1]


def assign(
    session: ScopedSession, referral: Referral, person_id: UUID | None, *, by: UUID, expected_version: int
) -> Assignment:
    """Return the assignment, to a colleague or to nobody. `expected_version`: as the page showed it; 0 for none.

    Said again by the same person, it is the same assignment.

    Raises InvalidInput for somebody who does not work there, Conflict when a colleague was faster. Flushes.
    """
    known = session.scalar(select(Assignment).where(Assignment.referral_id == referral.id))
    if (known.version if known else 0) != expected_version:
        if known is not None and (known.person_id, known.assigned_by) == (person_id, by):
            return known
        raise Conflict(_l("A colleague has just said who looks after it. Look at it again."))
    own = {person.person_id for person in colleagues(session, referral.receiver_id)} if referral.receiver_id else set()
    if person_id is not None and person_id not in own:
        raise InvalidInput(_l("Choose one of your colleagues."), "person")
    if known is None:
        return _first(session, referral, person_id, by=by)
    known.person_id, known.assigned_by, known.at = person_id, by, clock.now()
    session.flush()
    return known


def _first(session: ScopedSession, referral: Referral, person_id: UUID | None, *, by: UUID) -> Assignment:
    row = Assignment(
        clinic_id=referral.clinic_id,
        receiver_id=referral.receiver_id,
        patient_id=referral.patient_id,
        referral_id=referral.id,
        person_id=person_id,
        assigned_by=by,
        at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Conflict(_l("A colleague has just said who looks after it. Look at it again.")) from error
    return row
