"""What a patient's page tells beside facts, phones and consents: merged records, moves, who speaks, who is barred."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from referral.kit.scope import ScopedSession
from referral.patients.actions import facts_of
from referral.patients.barring import BarRow, bars_of, is_let_in
from referral.patients.deaths import death_date_of
from referral.patients.fact_words import fact_rows
from referral.patients.hooks import Section, UnderWay, patient_sections, under_way
from referral.patients.merging import MergeRow, merges_of
from referral.patients.models import Patient
from referral.patients.moving import MoveRow, came_from, moves_of
from referral.patients.need_words import NEEDS
from referral.patients.page_rows import PhoneRow, SharingRow, phone_rows, sharing_rows
from referral.patients.proxies import Proxy, private_domains_of, proxies_of
from referral.patients.queries import display_name, patient_by_id
from referral.patients.states import MoveState


@dataclass(frozen=True)
class MergedPart:
    """A record that this one stands for, with everything that is still about it."""

    merge: MergeRow
    patient: Patient
    name: str
    facts: list[tuple[str, str]]
    phones: list[PhoneRow]
    sharing: list[SharingRow]
    sections: Sequence[Section]


@dataclass(frozen=True)
class Standing:
    """How a record stands. `move`: the offer that waits, or the move that was made; `let_in`: see barring."""

    merged: list[MergedPart]
    move: MoveRow | None
    came_from: MoveRow | None
    proxies: list[Proxy]
    private: list[str]
    bars: list[BarRow]
    let_in: bool
    #: What is under way although the patient died or moved.
    still_under_way: list[UnderWay]
    died_on: date | None


def standing_of(session: ScopedSession, patient: Patient, *, reader_id: UUID) -> Standing:
    """Return how a record stands, for its page."""
    moves = [move for move in moves_of(session, patient.id) if move.state in (MoveState.OFFERED, MoveState.TAKEN_OVER)]
    over = patient.deceased_at is not None or patient.moved_at is not None
    return Standing(
        merged=merged_parts(session, patient),
        move=moves[0] if moves else None,
        came_from=came_from(session, patient.id),
        proxies=proxies_of(session, patient.id),
        private=[str(NEEDS[domain]) for domain in sorted(private_domains_of(session, patient.id))],
        bars=bars_of(session, patient.id),
        let_in=is_let_in(session, patient.id, reader_id),
        still_under_way=under_way(session, patient.id) if over else [],
        died_on=death_date_of(patient),
    )


def merged_parts(session: ScopedSession, patient: Patient) -> list[MergedPart]:
    """Return the records that this one stands for, the first merged first; nothing of one is mixed into another."""
    parts = []
    for merge in merges_of(session, patient.id, in_force=True):
        merged = patient_by_id(session, merge.merged_id) if merge.kept_id == patient.id else None
        if merged is not None:
            parts.append(
                MergedPart(
                    merge=merge,
                    patient=merged,
                    name=display_name(merged),
                    facts=fact_rows(facts_of(merged)),
                    phones=phone_rows(session, merged.id),
                    sharing=sharing_rows(session, merged.id),
                    sections=patient_sections(session, merged),
                )
            )
    return parts
