"""What the prescribing page offers: the best services of each need with their reasons, and what stands of the need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from flask_babel import LazyString
from flask_babel import gettext as _

from referral.kit.scope import ScopedSession
from referral.patients.asked_fields import UNSAID, FieldsOffered, asked_words, fields_offered
from referral.patients.models import Patient
from referral.patients.proxies import needs_without_phone
from referral.patients.states import SharedField
from referral.prescriptions.favourites import favourites_of
from referral.prescriptions.forms import NOTHING, LineForm, PrescribeForm
from referral.prescriptions.models import NeedPlan
from referral.prescriptions.need_plans import standing_plans
from referral.prescriptions.odds import Odds, odds_of, odds_words
from referral.prescriptions.picking import Asked, Ground, Group, Picked, picked_services
from referral.prescriptions.reaching import can_be_called, is_full, reachable_services
from referral.referrals.matching import wishes_for
from referral.referrals.reason_words import ReasonLine, reason_lines, why_behind
from referral.referrals.room import helps_after_all
from referral.referrals.states import Mode
from referral.referrals.tried import tried_before
from referral.referrals.words import CALLED_HINT, MODE_HINTS, SOME_CALLED_HINT
from referral.screening.models import Need
from referral.screening.states import NeedStatus
from referral.screening.words import NEEDS
from resources_directory.service_hit import ServiceHit


@dataclass(frozen=True)
class Offered:
    """One service on the page. `can_be_sent`: it may be asked, by e-mail or phone. `usual`: starred.

    `why_lower`: why a usual one is not among the best, in words.
    """

    hit: ServiceHit
    reasons: list[ReasonLine]
    can_be_sent: bool
    group: Group = Group.BEST
    why_lower: str = ""
    usual: bool = False
    #: It has no e-mail address, and is asked by phone.
    is_called: bool = False
    #: What came of earlier referrals, in words; empty where too few were made to say it.
    odds: str = ""
    #: What consent offers for it.
    fields: FieldsOffered = UNSAID
    #: It does not list the need.
    unlisted: bool = False
    #: It has said that it is full: it cannot be asked now.
    is_full: bool = False

    @property
    def fields_words(self) -> str:
        """What it needs to know, in words; empty while it has not said so."""
        return asked_words(self.fields.fields) if self.fields.said else ""


@dataclass(frozen=True)
class Looked:
    """What was found by words: whether any stands in its group, names of those above, how many more there are.

    `for_other_needs`: they do not list the need.
    """

    words: str
    some: bool
    above: tuple[str, ...]
    more: int
    for_other_needs: bool


@dataclass(frozen=True)
class Offer:
    """A need and what is offered for it, the best first."""

    need: Need
    label: str
    services: tuple[Offered, ...]
    #: What was last said about when help is wanted.
    plan: NeedPlan | None = None
    #: What came of looking for another service by words.
    looked: Looked | None = None

    @property
    def unconfirmed(self) -> bool:
        """True while nobody has confirmed the need with the patient."""
        return self.need.status == NeedStatus.UNCONFIRMED

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that are not empty, in the order of the page."""
        held = {each.group for each in self.services}
        return tuple(group for group in Group if group in held)

    def in_group(self, group: Group) -> list[Offered]:
        """Return the services of a group, in the order of the page."""
        return [each for each in self.services if each.group == group]

    @property
    def confidential(self) -> tuple[bool, bool]:
        """Whether any of the services is confidential, and whether all are."""
        each = [offered.hit.confidential for offered in self.services]
        return any(each), bool(each) and all(each)

    def way_hint(self, mode: str) -> LazyString:
        """Return what a way means for what is offered: whoever has no e-mail address is called."""
        asked = [each for each in self.services if each.can_be_sent and not each.hit.confidential]
        if mode == Mode.SENT and any(each.is_called for each in asked):
            return CALLED_HINT if all(each.is_called for each in asked) else SOME_CALLED_HINT
        return MODE_HINTS[mode]

    def service(self, value: str | None) -> Offered | None:
        """Return the offered service with this id, if it is there."""
        return self._by_value.get(value or "")

    @cached_property
    def _by_value(self) -> dict[str, Offered]:
        return {str(each.hit.service_id): each for each in self.services}


@dataclass(frozen=True)
class _Shown:
    """What is read of all services of the page together."""

    reached: frozenset[UUID]
    odds: Mapping[UUID, Odds]
    fields: Mapping[UUID, FieldsOffered]
    #: Needs of which no organization may learn by a phone that others hold.
    without_phone: frozenset[str]
    has_zip: bool
    #: (need, service) of those that are full, and have not said of this very request that they can help after all.
    full: frozenset[tuple[UUID, UUID]]

    def fields_of(self, need: Need, hit: ServiceHit) -> FieldsOffered:
        """Return what consent offers for a service beside this need."""
        offered = self.fields.get(hit.service_id, UNSAID)
        if not self.has_zip:
            usual = tuple(field for field in offered.usual if field is not SharedField.ZIP_CODE)
            offered = replace(offered, usual=usual)
        return offered.without(SharedField.PHONE) if need.domain in self.without_phone else offered


def offers_for(session: ScopedSession, patient: Patient, asked: Asked) -> list[Offer]:
    """Return an offer for each need, in the same order. Organizations that the patient barred are left out."""
    wishes = wishes_for(session, patient, now=asked.now)
    tried = tried_before(session, patient.id)
    ground = Ground(asked, wishes, favourites_of(session, patient.clinic_id), tried)
    picked = picked_services(session, ground)
    hits = [hit for each in picked.values() for _group, hit in each.all]
    shown = _Shown(
        reached=reachable_services(session, hits),
        odds=odds_of(session, {hit.service_id for hit in hits if not hit.confidential}, now=asked.now),
        fields=fields_offered(session, {hit.service_id for hit in hits}),
        without_phone=needs_without_phone(session, patient),
        has_zip=patient.zip_code is not None,
        full=_full(session, picked, now=asked.now),
    )
    plans = standing_plans(session, patient.id)
    return [
        Offer(
            need=need,
            label=str(NEEDS[need.domain]),
            services=tuple(
                _placed(_offered(need, group, hit, ground, shown), picked[need.id], ground)
                for group, hit in picked[need.id].all
            ),
            plan=plans.get(need.id),
            looked=_looked(picked[need.id], asked.words.get(need.id, "")),
        )
        for need in asked.needs
    ]


def _full(session: ScopedSession, picked: Mapping[UUID, Picked], *, now: datetime) -> frozenset[tuple[UUID, UUID]]:
    shown = ((need_id, hit) for need_id, each in picked.items() for _group, hit in each.all if is_full(hit, now=now))
    return frozenset(
        (need_id, hit.service_id)
        for need_id, hit in shown
        if not helps_after_all(session, hit.service_id, need_id, now=now)
    )


def _looked(picked: Picked, words: str) -> Looked | None:
    if not words:
        return None
    others = bool(picked.groups.get(Group.OTHER))
    some = others or bool(picked.groups.get(Group.FOUND))
    return Looked(words, some, picked.found_above, picked.more, for_other_needs=others)


def fit_choices(form: PrescribeForm, offers: Sequence[Offer]) -> None:
    """Give each line of the form the services of its need to choose from; drop lines of needs that are not offered."""
    by_need = {str(offer.need.id): offer for offer in offers}
    for entry in form.lines:
        line: LineForm = entry.form
        offer = by_need.get(line.need_id.data)
        services = offer.services if offer else ()
        if offer is None:
            line.answer.data = None
        line.service.choices = [
            *((str(each.hit.service_id), each.hit.service_name) for each in services),
            (NOTHING, _("Nothing for this need now")),
        ]


def _offered(need: Need, group: Group, hit: ServiceHit, ground: Ground, shown: _Shown) -> Offered:
    known = shown.odds.get(hit.service_id)
    tried = [each.line for each in ground.tried if each.service_id == hit.service_id and each.is_told_of(need.id)]
    return Offered(
        hit=hit,
        reasons=[*tried, *reason_lines(hit.reasons)],
        can_be_sent=hit.service_id in shown.reached or can_be_called(hit),
        group=group,
        is_called=hit.service_id not in shown.reached and can_be_called(hit),
        usual=hit.service_id in ground.usual,
        odds=odds_words(known) if known else "",
        fields=shown.fields_of(need, hit),
        is_full=(need.id, hit.service_id) in shown.full,
    )


def _placed(offered: Offered, picked: Picked, ground: Ground) -> Offered:
    """Say of a service where it stands: whether it lists the need, and of a usual one why it is not among the best."""
    offered = replace(offered, unlisted=offered.hit.service_id in picked.not_listed)
    if offered.group is not Group.USUAL or picked.last_best is None:
        return offered
    return replace(offered, why_lower=why_behind(offered.hit, picked.last_best, now=ground.asked.now))
