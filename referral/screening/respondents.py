"""Who answers a screening: the patient, or somebody on file for them, and which needs that person is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit.errors import Conflict
from referral.kit.scope import ScopedSession
from referral.patients.proxies import Proxy, proxies_of
from referral.patients.states import Reach
from referral.patients.wish_models import PatientProxy
from referral.patients.words import SPEAKERS
from referral.screening.models import Screening
from referral.screening.started_models import StartedScreening
from referral.screening.states import Respondent
from referral.screening.words import RESPONDENTS
from resources_directory.needs import NeedDomain

#: The choice of somebody who is not written down: they have to be, first.
NOT_ON_FILE = str(Respondent.PROXY)

_COLON = ":"

_NOBODY = _l(
    "Whoever answered for the patient is not on file for it any more. Look at who speaks for the patient, then start "
    "the screening anew."
)


@dataclass(frozen=True)
class Answerer:
    """Who answers. `proxy_id`: of whoever answers for the patient; None for the patient themselves."""

    proxy_id: UUID | None = None

    @property
    def respondent(self) -> Respondent:
        """Whether it is the patient."""
        return Respondent.PATIENT if self.proxy_id is None else Respondent.PROXY

    @property
    def value(self) -> str:
        """How a form names them."""
        return str(Respondent.PATIENT) if self.proxy_id is None else f"{Respondent.PROXY}{_COLON}{self.proxy_id}"


THE_PATIENT = Answerer()


def answerer_named(value: str | None) -> Answerer | None:
    """Return whom a form names; None for nobody that it could."""
    if value == Respondent.PATIENT:
        return THE_PATIENT
    kind, _sign, named = (value or "").partition(_COLON)
    try:
        return Answerer(UUID(named)) if kind == Respondent.PROXY else None
    except ValueError:
        return None


def answerer_of(kept: Screening | StartedScreening) -> Answerer:
    """Return who answered. Raises Conflict where somebody answered for the patient and nobody wrote down who."""
    if kept.respondent == Respondent.PROXY and kept.proxy_id is None:
        raise Conflict(_NOBODY)
    return Answerer(kept.proxy_id)


def answerer_choices(session: ScopedSession, patient_id: UUID) -> list[tuple[str, str]]:
    """Return who may be named: (value of the field, words). The patient first, one who is not on file last."""
    named = [
        (Answerer(proxy.id).value, _name_words(proxy.name, proxy.relation))
        for proxy in proxies_of(session, patient_id)
        if proxy.may_answer
    ]
    others = _("Somebody else who answers for the patient") if named else _("Somebody answers for the patient")
    return [(str(Respondent.PATIENT), _("The patient")), *named, (NOT_ON_FILE, others)]


def not_asked(session: ScopedSession, patient_id: UUID, answerer: Answerer) -> frozenset[NeedDomain]:
    """Return the needs that this person is not asked about; none for the patient.

    Somebody else is asked only where their reach lets them answer: what the patient keeps to themselves is in nobody's.
    Raises Conflict when they do not speak for the patient any more.
    """
    if answerer.proxy_id is None:
        return frozenset()
    known = _proxies(session, patient_id).get(answerer.proxy_id)
    if known is None:
        raise Conflict(_NOBODY)
    return frozenset(domain for domain in NeedDomain if not known.reaches(domain, Reach.ANSWER))


def answerer_name(session: ScopedSession, kept: Screening | StartedScreening) -> str | None:
    """Return the name of whoever answered for the patient, with their relation; None for the patient or an unknown."""
    found = select(PatientProxy).where(PatientProxy.id == kept.proxy_id)
    proxy = session.scalar(found) if kept.proxy_id is not None else None
    return _name_words(proxy.name, proxy.relation) if proxy is not None and proxy.name else None


def respondent_words(session: ScopedSession, kept: Screening | StartedScreening) -> str:
    """Return who answered or answers, in words."""
    name = answerer_name(session, kept)
    return _("Answered for the patient: %(name)s", name=name) if name else str(RESPONDENTS[kept.respondent])


def _proxies(session: ScopedSession, patient_id: UUID) -> Mapping[UUID, Proxy]:
    return {proxy.id: proxy for proxy in proxies_of(session, patient_id)}


def _name_words(name: str, relation: str) -> str:
    return str(_("%(name)s (%(relation)s)", name=name, relation=str(SPEAKERS[relation])))
