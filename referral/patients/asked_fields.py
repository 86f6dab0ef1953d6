"""Which fields a service needs to know of a person, and so which fields consent offers for it.

The newest declaration counts for consents that are taken from then on. What was agreed before stays as it was: the
referral and its consent keep their own lists.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from referral.kit import clock
from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.patients.asked_field_models import FieldDeclaration
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.states import SharedField
from referral.patients.told_facts import TOLD_FACTS

#: No fact that a service needs: the need itself is always told, a note is the clinic's own words, and what the patient
#: says of the service is for the patient to give.
_NEVER_ASKED = (SharedField.NEED, SharedField.NOTE, SharedField.TESTIMONY)

#: What a service may say that it needs.
DECLARABLE = tuple(field for field in SharedField if field not in _NEVER_ASKED)

#: What may be shared while a service has not said what it needs: what the record holds anyway.
WHILE_UNSAID = tuple(field for field in DECLARABLE if field not in TOLD_FACTS)

#: Of these, what is ticked at first: enough to be called back, and to know who lives outside the area.
USUALLY_SHARED = (SharedField.NAME, SharedField.PHONE, SharedField.SPOKEN_LANGUAGE, SharedField.ZIP_CODE)

#: By which an organization reaches a person: offered beside what a service asks for, where it asks for neither.
CONTACT_FIELDS = (SharedField.NAME, SharedField.PHONE)

CHANGED_MEANWHILE = _l("Somebody else has said it anew meanwhile. Compare both, then send yours again if it is right.")
THEIR_OWN = _l("The organization has said itself what it needs to know. Only its own people change that: ask them.")


@dataclass(frozen=True)
class Declared:
    """What somebody says that a service needs. `seen`: the number of the declaration that their page showed, or 0."""

    service_id: UUID
    fields: tuple[SharedField, ...]
    form_id: UUID
    seen: int
    member_id: UUID
    person_id: UUID
    by_organization: bool


@dataclass(frozen=True)
class FieldsOffered:
    """What consent offers for a service beside the need. `said`: the service has said what it needs.

    `fields`: what it needs, or all that may be shared; `usual`: of these, ticked at first. What is not in the record is
    left out until the patient tells it. `extra`: not asked for, and never ticked at first: how to reach the patient.
    """

    fields: tuple[SharedField, ...]
    usual: tuple[SharedField, ...]
    said: bool
    extra: tuple[SharedField, ...] = ()

    @property
    def told(self) -> tuple[SharedField, ...]:
        """The fields that the patient is asked for, because no record holds them."""
        return tuple(field for field in self.fields if field in TOLD_FACTS)

    @property
    def choices(self) -> tuple[SharedField, ...]:
        """Everything that the patient may agree to."""
        return (*self.fields, *self.extra)

    def without(self, field: SharedField) -> "FieldsOffered":
        """Return the same, as for a need of which this field is never given."""
        fields, usual, extra = (
            tuple(each for each in of if each is not field) for of in (self.fields, self.usual, self.extra)
        )
        return replace(self, fields=fields, usual=usual, extra=extra)


#: While nobody has said anything.
UNSAID = FieldsOffered(WHILE_UNSAID, USUALLY_SHARED, said=False)


def newest_declarations(session: ScopedSession, service_ids: Iterable[UUID]) -> dict[UUID, FieldDeclaration]:
    """Return service id to its newest declaration; services that have said nothing are left out."""
    of_these = FieldDeclaration.service_id.in_(list(service_ids))
    newest = select(FieldDeclaration.service_id, func.max(FieldDeclaration.number).label("number")).where(of_these)
    last = newest.group_by(FieldDeclaration.service_id).subquery()
    found = select(FieldDeclaration).join(
        last, (last.c.service_id == FieldDeclaration.service_id) & (last.c.number == FieldDeclaration.number)
    )
    return {row.service_id: row for row in session.scalars(found.order_by(FieldDeclaration.id))}


def fields_offered(session: ScopedSession, service_ids: Iterable[UUID]) -> dict[UUID, FieldsOffered]:
    """Return service id to what consent offers for it, for every service that has said what it needs."""
    found = {}
    for service_id, row in newest_declarations(session, service_ids).items():
        asked = declared_fields(row)
        usual = tuple(field for field in asked if field not in TOLD_FACTS)
        extra = () if {*CONTACT_FIELDS} & {*asked} else CONTACT_FIELDS
        found[service_id] = FieldsOffered(asked, usual, said=True, extra=extra)
    return found


def declared_fields(row: FieldDeclaration) -> tuple[SharedField, ...]:
    """Return the fields of a declaration in their order; what can be declared no more is left out."""
    return tuple(field for field in DECLARABLE if field in row.fields)


def asked_words(fields: Iterable[SharedField]) -> str:
    """Return the fields with the need, which is always told, in one line of the language now spoken."""
    return ", ".join(str(FIELD_LABELS[field]) for field in (SharedField.NEED, *fields))


def declare_fields(session: ScopedSession, declared: Declared) -> FieldDeclaration:
    """Return the stored declaration; it changes no consent that was given. The same form sent twice is one. Flushes.

    Raises Conflict when somebody declared meanwhile, or when the organization itself did and somebody else wants to.
    """
    known = session.get(FieldDeclaration, declared.form_id)
    if known is not None and known.service_id == declared.service_id:
        return known
    newest = newest_declarations(session, [declared.service_id]).get(declared.service_id)
    if newest is not None and newest.by_organization and not declared.by_organization:
        raise Conflict(THEIR_OWN)
    if declared.seen != (newest.number if newest else 0):
        raise Conflict(CHANGED_MEANWHILE)
    row = FieldDeclaration(
        id=declared.form_id,
        service_id=declared.service_id,
        number=declared.seen + 1,
        fields=[str(field) for field in DECLARABLE if field in declared.fields],
        by_organization=declared.by_organization,
        member_id=declared.member_id,
        declared_by=declared.person_id,
        declared_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict(CHANGED_MEANWHILE) from error
    return row
