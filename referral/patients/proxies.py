"""Who speaks for a patient, how far their say goes in each need, and what a young person keeps to themselves.

What is asked only when the patient is alone, and what they keep private, is out of everybody's reach but their own
(product rules, 7; messaging.md 3.6: a proxy's consent covers that proxy's phone only).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit import clock
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.patients.consents import TextingRoute
from referral.patients.models import Patient, PatientPhone, PhoneNumber
from referral.patients.queries import age_on, phones_of, records_of_person
from referral.patients.states import PhoneHolder, ProxyRelation, Reach
from referral.patients.wish_models import PatientProxy
from resources_directory.db import new_id
from resources_directory.needs import SENSITIVE, NeedDomain

#: Reaches from the shortest; each holds the ones before it.
REACHES = tuple(Reach)

#: Asked only when the patient is alone, and answered by nobody else.
NEVER_BY_OTHERS = frozenset({NeedDomain.INTERPERSONAL_SAFETY})

#: The needs in which somebody else can have a say at all.
OPEN_TO_OTHERS = tuple(domain for domain in NeedDomain if domain not in NEVER_BY_OTHERS)

#: An older or newer version may know other needs.
_NAMES = frozenset(map(str, NeedDomain))

#: From this age, in years, nobody speaks for somebody because they are their parent.
OF_AGE = 18

#: Whose phone it is, when it is that of somebody who speaks for the patient.
_HOLDERS = {ProxyRelation.PARENT: PhoneHolder.PARENT, ProxyRelation.CAREGIVER: PhoneHolder.CAREGIVER}

_PARENT_OF_ADULT = _l(
    "This patient is 18 or older: a parent speaks only for a child. If this person decides for the patient, choose a "
    "legal guardian or somebody the patient named; if they help, choose a caregiver."
)
_UNKNOWN_SPEAKER = _l("Nobody is recorded who may agree to this for the patient. Record first who speaks for them.")


@dataclass(frozen=True)
class Proxy:
    """Somebody who speaks for a patient. `reach`: need domain to how far their say goes, private needs left out.

    `phone`: E.164 of the phone of the patient's that they hold.
    """

    id: UUID
    name: str
    relation: ProxyRelation
    phone: str | None
    patient_phone_id: UUID | None
    reach: Mapping[str, Reach] = field(repr=False)

    @property
    def domains(self) -> frozenset[str]:
        """The needs that they may know of."""
        return frozenset(self.reach)

    @property
    def may_answer(self) -> bool:
        """True when they answer for the patient in some need."""
        return any(self.reaches(domain, Reach.ANSWER) for domain in self.reach)

    @property
    def may_consent(self) -> bool:
        """True when they agree for the patient in some need."""
        return any(self.reaches(domain, Reach.CONSENT) for domain in self.reach)

    def reaches(self, domain: str, step: Reach) -> bool:
        """Return True if their say goes as far as `step` in this need."""
        return REACHES.index(self.reach.get(domain, Reach.NOTHING)) >= REACHES.index(step)


@dataclass(frozen=True)
class NewProxy:
    """Who shall speak for a patient. `reach`: need domain to how far their say goes."""

    name: str
    relation: ProxyRelation
    reach: Mapping[NeedDomain, Reach]
    patient_phone_id: UUID | None = None
    #: The form's id: sent twice, it is one.
    proxy_id: UUID | None = None


def proxies_of(session: ScopedSession, patient_id: UUID) -> list[Proxy]:
    """Return who speaks for the patient now, first recorded first; nothing they may not know is in it."""
    private = private_domains_of(session, patient_id)
    found = (
        select(PatientProxy, PatientPhone, PhoneNumber)
        .outerjoin(PatientPhone, (PatientPhone.id == PatientProxy.patient_phone_id) & PatientPhone.retired_at.is_(None))
        .outerjoin(PhoneNumber, PhoneNumber.id == PatientPhone.phone_number_id)
        .where(PatientProxy.patient_id.in_(records_of_person(session, patient_id)), PatientProxy.ended_at.is_(None))
        .order_by(PatientProxy.recorded_at, PatientProxy.id)
    )
    return [_proxy(row, phone, number, private) for row, phone, number in session.execute(found)]


def record_proxy(session: ScopedSession, patient: Patient, new: NewProxy, *, by: UUID) -> PatientProxy:
    """Return who now speaks for the patient; the phone they hold is marked as theirs.

    Raises InvalidInput, naming the field. Flushes.
    """
    known = session.get(PatientProxy, new.proxy_id) if new.proxy_id else None
    if known is not None:
        return known
    if new.relation is ProxyRelation.PARENT and (age_on(patient, clock.now().date()) or 0) >= OF_AGE:
        raise InvalidInput(_PARENT_OF_ADULT, "relation")
    phone = _phone(session, patient, new.patient_phone_id)
    row = PatientProxy(
        id=new.proxy_id or new_id(),
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        relation=new.relation,
        patient_phone_id=phone.id if phone else None,
        recorded_by=by,
        recorded_at=clock.now(),
    )
    row.name = new.name
    row.reach = {
        str(domain): str(step)
        for domain, step in new.reach.items()
        if domain in OPEN_TO_OTHERS and step is not Reach.NOTHING
    }
    session.add(row)
    if phone is not None and phone.holder == PhoneHolder.SELF:
        phone.holder = _HOLDERS.get(new.relation, PhoneHolder.RELATIVE)
    session.flush()
    return row


def end_proxy(session: ScopedSession, proxy: PatientProxy, *, by: UUID) -> None:
    """Let somebody no longer speak for the patient. Done already, it stays as it is. Flushes."""
    if proxy.ended_at is None:
        proxy.ended_at, proxy.ended_by = clock.now(), by
        session.flush()


def private_domains(patient: Patient) -> frozenset[NeedDomain]:
    """Return the needs that the patient keeps to themselves on this record."""
    return frozenset(NeedDomain(name) for name in (patient.private_domains_text or "").split() if name in _NAMES)


def private_domains_of(session: ScopedSession, patient_id: UUID) -> frozenset[NeedDomain]:
    """Return the needs that a person keeps to themselves, on any of their records."""
    records = select(Patient).where(
        Patient.id.in_(records_of_person(session, patient_id)), Patient.private_domains_sealed.is_not(None)
    )
    return frozenset().union(*(private_domains(patient) for patient in session.scalars(records)))


def hidden_domains_of(session: ScopedSession, patient_id: UUID) -> frozenset[NeedDomain]:
    """Return the needs that leave no trace unless chosen: sensitive ones, and what the person keeps to themselves."""
    return SENSITIVE | private_domains_of(session, patient_id)


def phone_to_give(session: ScopedSession, patient: Patient, domain: str) -> str | None:
    """Return the phone (E.164) that an organization may be given about this need; None where there is none.

    About a need that leaves no trace it is only one that the patient holds and nobody else reads: whoever else picked
    it up would learn of the need from the organization that calls.
    """
    hidden = domain in hidden_domains_of(session, patient.id)
    phones = [view for view in phones_of(session, patient.id) if not hidden or _is_theirs_alone(view.phone)]
    return phones[0].e164 if phones else None


def phone_is_kept_back(session: ScopedSession, patient: Patient, domain: str) -> bool:
    """Return True if there is a phone, and none that an organization may be given about this need."""
    return bool(phones_of(session, patient.id)) and domain in needs_without_phone(session, patient)


def needs_without_phone(session: ScopedSession, patient: Patient) -> frozenset[str]:
    """Return the needs about which no organization is given a phone: none is offered, none is named in the words.

    All of them where no phone is recorded.
    """
    phones = phones_of(session, patient.id)
    if not phones:
        return frozenset(map(str, NeedDomain))
    if any(_is_theirs_alone(view.phone) for view in phones):
        return frozenset()
    return frozenset(map(str, hidden_domains_of(session, patient.id)))


def may_go_to(
    session: ScopedSession, patient: Patient, route: TextingRoute, domain: str, *, answer: bool = False
) -> bool:
    """Return False when a text about this need must not go to the phone of `route`, because somebody else may read it.

    A phone that others read gets nothing about a need that leaves no trace. One that somebody else holds gets only what
    everybody recorded as holding it may know; where nobody is recorded, a stranger holds it. `answer`: the text is a
    question, which whoever holds the phone would answer.
    """
    if not (route.held_by_other or route.is_shared):
        return True
    if domain in hidden_domains_of(session, patient.id):
        return False
    if not route.held_by_other:
        return True
    step = Reach.ANSWER if answer else Reach.SEE
    holders = [
        proxy
        for proxy in proxies_of(session, patient.id)
        if proxy.patient_phone_id == route.patient_phone_id or (proxy.phone and proxy.phone == route.e164)
    ]
    return bool(holders) and all(proxy.reaches(domain, step) for proxy in holders)


def speaker_choices(
    session: ScopedSession,
    patient: Patient,
    relations: Mapping[str, LazyString],
    *,
    domain: str | None = None,
    phone_id: UUID | None = None,
) -> list[tuple[str, str]]:
    """Return who may be named as having agreed: (value of the field, words). The patient is always first.

    `relations`: the words of relations (patients/words.py). `domain`: only who may agree in this need. `phone_id`: only
    who holds this phone of the patient's.
    """
    found = [("patient", str(relations["patient"]))]
    for proxy in proxies_of(session, patient.id):
        if phone_id is not None and proxy.patient_phone_id != phone_id:
            continue
        if proxy.reaches(domain, Reach.CONSENT) if domain else proxy.may_consent:
            label = _("%(name)s (%(relation)s)", name=proxy.name, relation=str(relations[proxy.relation]))
            found.append((f"{proxy.relation}:{proxy.id}", label))
    return found


def check_speaker(
    session: ScopedSession, patient_id: UUID, spoken: str, *, domain: str | None = None, where: str = "in_whose_name"
) -> None:
    """Return when whoever spoke may agree for the patient. `spoken`: "patient", a relation, or "<relation>:<proxy id>".

    Raises InvalidInput (field `where`).
    """
    if spoken == "patient":
        return
    relation, _colon, named = spoken.partition(":")
    for proxy in proxies_of(session, patient_id):
        fits = proxy.relation == relation and named in ("", str(proxy.id))
        if fits and (proxy.reaches(domain, Reach.CONSENT) if domain else proxy.may_consent):
            return
    raise InvalidInput(_UNKNOWN_SPEAKER, where)


def _is_theirs_alone(phone: PatientPhone) -> bool:
    return phone.holder == PhoneHolder.SELF and not phone.is_shared


def _proxy(
    row: PatientProxy, phone: PatientPhone | None, number: PhoneNumber | None, private: frozenset[NeedDomain]
) -> Proxy:
    return Proxy(
        id=row.id,
        name=row.name or "",
        relation=ProxyRelation(row.relation),
        phone=number.number if number else None,
        patient_phone_id=phone.id if phone else None,
        reach={domain: Reach(step) for domain, step in row.reach.items() if domain not in private},
    )


def _phone(session: ScopedSession, patient: Patient, phone_id: UUID | None) -> PatientPhone | None:
    if phone_id is None:
        return None
    mine = PatientPhone.patient_id == patient.id, PatientPhone.retired_at.is_(None)
    phone = session.scalar(select(PatientPhone).where(PatientPhone.id == phone_id, *mine))
    if phone is None:
        raise InvalidInput(_l("This phone is no longer used for the patient. Choose another."), "phone")
    return phone
