"""Who of the invented patients lives which plot of the demo, and when. Pure: the same seed casts the same way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from referral.demo.people import InventedPatient
from referral.demo.plots import PLOTS, Plot
from referral.patients.states import SmsSafety
from resources_directory.needs import NeedDomain


@dataclass(frozen=True)
class Part:
    """A patient's place in one loop. `need` is what the plot asks for; `days_ago`: when it is signed."""

    plot: Plot
    need: NeedDomain
    days_ago: float


@dataclass(frozen=True)
class Role:
    """A patient with all their parts, the earliest first, and when they first came. None live no loop at all."""

    patient: InventedPatient
    patient_id: UUID
    parts: tuple[Part, ...]
    came_days_ago: float


#: These patients come and are screened, and nothing is prescribed: some wants are left for a person to confirm.
WITHOUT_A_LOOP = 6


def cast(patients: Sequence[InventedPatient], languages: Collection[str], chance: Random) -> list[Role]:
    """Return every patient's role. `languages`: those that our texts exist in.

    Plots that need texts go to those who may be texted; nobody has a need twice.
    """
    order = list(range(len(patients)))
    chance.shuffle(order)
    free = order[: len(order) - WITHOUT_A_LOOP]
    texted = [n for n in free if may_be_texted(patients[n], languages)]
    others = [n for n in free if n not in texted]
    parts: dict[int, list[Part]] = {n: [] for n in order}
    for plot in PLOTS:
        for turn in range(plot.times):
            n = _next_patient(texted if plot.texts else others or texted, parts)
            parts[n].append(_part(plot, turn, parts[n], chance))
    return [_role(patients[n], parts[n], chance) for n in range(len(patients))]


def may_be_texted(patient: InventedPatient, languages: Collection[str]) -> bool:
    """Return True if the patient agreed to texts, reads one of `languages` and has a phone that is safe for them."""
    safe = any(phone.sms_ok is SmsSafety.YES and not phone.is_shared for phone in patient.phones)
    return patient.consents and safe and patient.facts.written_language in languages


def _next_patient(candidates: Sequence[int], parts: dict[int, list[Part]]) -> int:
    """Return whoever has the fewest parts, the first of them in the cast's order."""
    return min(candidates, key=lambda n: len(parts[n]))


def _part(plot: Plot, turn: int, taken: Sequence[Part], chance: Random) -> Part:
    had = {part.need for part in taken}
    needs = [plot.needs[(turn + step) % len(plot.needs)] for step in range(len(plot.needs))]
    need = next((need for need in needs if need not in had), needs[0])
    return Part(plot, need, chance.uniform(*plot.days_ago))


def _role(patient: InventedPatient, parts: list[Part], chance: Random) -> Role:
    ordered = tuple(sorted(parts, key=lambda part: -part.days_ago))
    came = max(ordered[0].days_ago, 1.0) if ordered else chance.uniform(2, 40)
    return Role(patient, UUID(int=chance.getrandbits(128), version=4), ordered, came)
