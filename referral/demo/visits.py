"""What happens at a clinic's visit in the demo: registering, consents, the needs check, choosing, signing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from uuid import UUID

from sqlalchemy import select

from referral.demo.casting import Part, Role
from referral.demo.desks import ClinicDesks, Desk
from referral.demo.people import InventedPatient, Settled
from referral.demo.plots import Plot
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.kit.transaction import Database
from referral.patients.actions import add_phone, register_patient
from referral.patients.consent_words import TEXTING_WORDS, WORDS_VERSION, sharing_words, words_language
from referral.patients.consents import ConsentTaken, record_texting_consent
from referral.patients.models import Patient
from referral.patients.proxies import OPEN_TO_OTHERS, NewProxy, record_proxy
from referral.patients.states import ConsentMethod, PhoneHolder, ProxyRelation, Reach, SharedField, SmsSafety
from referral.prescriptions.actions import (
    ConsentFacts,
    OrderLine,
    PrescriptionOrder,
    Signer,
    sign_prescription,
)
from referral.prescriptions.reaching import reachable, reachable_today
from referral.referrals.matching import OFFERED, best_services, modes_for, wishes_of
from referral.referrals.models import Referral
from referral.referrals.states import Mode, Urgency
from referral.screening.actions import Filling, VoicedNeed, confirm_need, record_screening, voice_need
from referral.screening.instruments import needs_check
from referral.screening.queries import live_need
from referral.screening.states import WantsHelp
from resources_directory.db import new_id
from resources_directory.needs import NeedDomain
from resources_directory.service_hit import ServiceHit

#: Asked when nothing fits what the plot asks for, in this order.
OTHERWISE = (NeedDomain.FOOD, NeedDomain.UTILITIES, NeedDomain.TRANSPORTATION, NeedDomain.HEALTH_CARE_ACCESS)

SHARED = (
    SharedField.NAME,
    SharedField.PHONE,
    SharedField.SPOKEN_LANGUAGE,
    SharedField.ZIP_CODE,
    SharedField.NEED,
)

#: A parent's say in the demo: whatever is not asked of the patient alone.
_EVERYTHING = dict.fromkeys(OPEN_TO_OTHERS, Reach.CONSENT)

#: How many of the best services are looked through for one that the plot can use.
LOOKED_AT = 40


@dataclass(frozen=True)
class Chosen:
    """The need and the service that a part is about."""

    need: NeedDomain
    service: ServiceHit


class Visits:
    """The clinics' visits; every write is made under the scope of the person who makes it."""

    def __init__(self, database: Database, desks: dict[UUID, ClinicDesks], settled: Settled, chance: Random) -> None:
        """Take the database, the clinics' people by clinic, the members by key, and the source of chance."""
        self._database, self._desks, self._settled, self._chance = database, desks, settled, chance
        self._chosen: dict[tuple[UUID, Part], Chosen] = {}
        #: Organizations with people of their own: their inboxes get every other referral that fits them.
        self._with_people = frozenset(settled.listed)
        self._turn = 0

    def clinic_of(self, role: Role) -> UUID:
        """Return the clinic's id."""
        return self._settled.members[role.patient.clinic]

    def arrive(self, role: Role) -> None:
        """Register the patient with phones and consents, and screen them."""
        desks = self._desks[self.clinic_of(role)]
        with self._database.writing(desks.navigator.scope) as session:
            patient = register_patient(
                session,
                role.patient.facts,
                clinic_id=desks.navigator.member_id,
                by=desks.navigator.person_id,
                patient_id=role.patient_id,
            )
            self._add_phones(session, patient, role.patient, desks.navigator)
            for part in role.parts:
                chosen = self._choose(session, patient, part, self._taken_needs(role))
                if chosen is not None:
                    self._chosen[role.patient_id, part] = chosen
            self._screen(session, patient, role, desks.navigator)

    def chosen_for(self, role: Role, part: Part) -> Chosen | None:
        """Return what was found for a part at the visit; None when nothing of the directory fits it."""
        return self._chosen.get((role.patient_id, part))

    def another(self, role: Role, need: NeedDomain, referral_id: UUID) -> Chosen | None:
        """Return another service for the same need than the one already asked."""
        with self._database.reading(self._desks[self.clinic_of(role)].navigator.scope) as session:
            asked = session.get_one(Referral, referral_id)
            patient = session.get_one(Patient, role.patient_id)
            found = self._best(session, patient, need, Mode.SENT)
            others = [hit for hit in found if hit.organization_id != asked.organization_id]
            return next((Chosen(need, hit) for hit in self._usable(session, others, Mode.SENT)), None)

    def prescribe(self, role: Role, plot: Plot, chosen: Chosen) -> UUID:
        """Confirm the need and sign; return the referral's id."""
        clinician = self._desks[self.clinic_of(role)].clinician
        with self._database.writing(clinician.scope) as session:
            patient = session.get_one(Patient, role.patient_id)
            need_id = _confirmed(session, patient, chosen.need, clinician)
            sent = plot.mode is Mode.SENT
            service, urgency = self._reached_in_time(session, patient, plot, chosen)
            line = OrderLine(
                need_id=need_id,
                service_id=service.service_id,
                mode=plot.mode,
                fields=SHARED if sent else (),
                consent=_consent(role.patient, service.organization_name) if sent else None,
            )
            order = PrescriptionOrder(patient.id, new_id(), (line,), urgency)
            prescription = sign_prescription(session, order, by=Signer(clinician.person_id, clinician.name))
            signed = select(Referral.id).where(Referral.prescription_id == prescription.id)
            return session.scalars(signed.order_by(Referral.id)).one()

    def _add_phones(self, session: ScopedSession, patient: Patient, invented: InventedPatient, by: Desk) -> None:
        language = words_language(invented.facts.written_language)
        for facts in invented.phones:
            phone = add_phone(session, patient, facts, by=by.person_id)
            if facts.holder is PhoneHolder.PARENT:
                name = " ".join(filter(None, ("Mariana", invented.facts.family_name)))
                parent = NewProxy(name, ProxyRelation.PARENT, _EVERYTHING, patient_phone_id=phone.id)
                record_proxy(session, patient, parent, by=by.person_id)
            if invented.consents and facts.sms_ok is SmsSafety.YES:
                taken = ConsentTaken(
                    words=TEXTING_WORDS[language],
                    words_language=language,
                    words_version=WORDS_VERSION,
                    method=ConsentMethod.IN_PERSON,
                    taken_by=by.person_id,
                    in_whose_name=_in_whose_name(invented),
                    interpreter=_interpreter(invented),
                )
                record_texting_consent(session, phone, given=True, taken=taken)

    def _screen(self, session: ScopedSession, patient: Patient, role: Role, by: Desk) -> None:
        wanted = self._taken_needs(role)
        alone = NeedDomain.INTERPERSONAL_SAFETY in wanted
        ticked: dict[str, str | None] = {}
        for item in needs_check().asked(alone=alone):
            lacks = item.domain in wanted
            also = not lacks and self._chance.random() < (0.06 if role.parts else 0.2)
            ticked[item.link_id] = "yes" if lacks or also else "no"
            if item.want is not None:
                ticked[item.want_id] = "yes" if lacks else self._chance.choice(("not_now", "already")) if also else "no"
        filling = Filling(
            form_id=new_id(),
            instrument=needs_check(),
            language=words_language(patient.written_language),
            ticked=ticked,
            alone=alone,
            taken_by=by.person_id,
            interpreter=_interpreter(role.patient),
        )
        record_screening(session, patient, filling)

    def _taken_needs(self, role: Role) -> set[NeedDomain]:
        return {chosen.need for part in role.parts if (chosen := self.chosen_for(role, part)) is not None}

    def _choose(
        self, session: ScopedSession, patient: Patient, part: Part, taken: Collection[NeedDomain]
    ) -> Chosen | None:
        """Return the service for a part; every other time that of an organization with people, where one fits."""
        self._turn += 1
        for need in dict.fromkeys((part.need, *(OTHERWISE if part.plot.mode is Mode.SENT else ()))):
            found = [] if need in taken else self._best(session, patient, need, part.plot.mode)
            known = [hit for hit in found if hit.organization_id in self._with_people]
            hits = known if known and self._turn % 2 else self._usable(session, found, part.plot.mode)
            if hits:
                return Chosen(need, hits[self._turn // 2 % len(hits)])
        return None

    def _best(self, session: ScopedSession, patient: Patient, need: NeedDomain, mode: Mode) -> list[ServiceHit]:
        now = clock.now()
        hits = best_services(session, need, wishes_of(patient, now.date()), now=now, limit=LOOKED_AT)
        return [hit for hit in hits if hit.confidential is (mode is Mode.PHONE_HAND_OVER)]

    def _reached_in_time(
        self, session: ScopedSession, patient: Patient, plot: Plot, chosen: Chosen
    ) -> tuple[ServiceHit, Urgency]:
        """Return the service and the urgency: today only what can be reached now; where nothing can, soon."""
        if plot.urgency is not Urgency.TODAY:
            return chosen.service, plot.urgency
        found = self._usable(session, self._best(session, patient, chosen.need, plot.mode), plot.mode)
        found.sort(key=lambda hit: hit.service_id != chosen.service.service_id)
        now = next(filter(reachable_today, found), None)
        return (now, Urgency.TODAY) if now is not None else (chosen.service, Urgency.SOON)

    def _usable(self, session: ScopedSession, hits: Sequence[ServiceHit], mode: Mode) -> list[ServiceHit]:
        """Return the first few that allow the mode."""
        allowed = (hit for hit in hits if mode in modes_for(hit, reachable=reachable(session, hit)))
        return list(islice(allowed, OFFERED))


def _confirmed(session: ScopedSession, patient: Patient, domain: NeedDomain, by: Desk) -> UUID:
    need = live_need(session, patient.id, domain)
    if need is None:
        voiced = VoicedNeed(new_id(), domain, WantsHelp.YES)
        return voice_need(session, patient, voiced, by=by.person_id).id
    return confirm_need(session, need, WantsHelp.YES, by=by.person_id).id


def _consent(patient: InventedPatient, organization: str) -> ConsentFacts:
    language = words_language(patient.facts.written_language)
    words = sharing_words(language, organization, SHARED)
    return ConsentFacts(
        words=words,
        words_language=language,
        words_version=WORDS_VERSION,
        method=ConsentMethod.IN_PERSON,
        in_whose_name=_in_whose_name(patient),
        interpreter=_interpreter(patient),
    )


def _in_whose_name(patient: InventedPatient) -> str:
    holders = {phone.holder for phone in patient.phones}
    return "parent" if PhoneHolder.PARENT in holders else "patient"


def _interpreter(patient: InventedPatient) -> str | None:
    return "staff" if patient.facts.interpreter_needed else None
