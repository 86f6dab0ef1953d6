"""Does what a file of answers says, row by row, after somebody has looked at what will change."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _

from referral.kit.scope import ScopedSession
from referral.referrals import actions
from referral.referrals.actors import Actor
from referral.referrals.csv_columns import OUTCOMES, Answer, Column
from referral.referrals.csv_in import Planned
from referral.referrals.models import Referral
from referral.referrals.several import Chosen, RowResult, do_one, moved_on, result_of
from referral.referrals.states import DeclineReason, Side, TestimonyChannel
from referral.referrals.testimonies import GivenTestimony, testify


def apply_rows(
    session: ScopedSession, planned: Sequence[Planned], looked_at: Sequence[Chosen], actor: Actor
) -> list[RowResult]:
    """Return what became of each row, in their order: only what was looked at, as it was looked at. Flushes.

    Each row is a transaction inside the caller's: one that fails loses none of the others.
    """
    versions = {each.referral_id: each.version for each in looked_at}
    return [_apply(session, row, versions, actor) for row in planned if row.referral is not None]


def _apply(session: ScopedSession, row: Planned, versions: Mapping[UUID, int], actor: Actor) -> RowResult:
    referral = row.referral
    assert referral is not None  # noqa: S101 - sorted out by the caller
    if row.already:
        return result_of(referral, done=False, words=_("Nothing was changed: it was answered so already."))
    if row.problem is not None or versions.get(referral.id) != referral.version:
        words = str(row.problem.words) if row.problem is not None else moved_on(referral)
        return result_of(referral, done=False, words=words)

    def step(session: ScopedSession, referral: Referral) -> None:
        _do(session, referral, row, actor)

    return do_one(session, referral, Chosen(referral.id, referral.version), step)


def _do(session: ScopedSession, referral: Referral, row: Planned, actor: Actor) -> None:
    line, answer = row.line, row.answer
    note = line.text(Column.NOTE)
    if answer is Answer.ACCEPT:
        actions.accept(session, referral, actor, note=note)
    elif answer is Answer.DECLINE:
        reason = DeclineReason(str(line.text(Column.REASON)))
        actions.decline(session, referral, actor, reason=reason, note=note)
    elif answer is Answer.WAITLIST:
        place = line.text(Column.PLACE)
        estimate = line.text(Column.ESTIMATE)
        number = int(place) if place else None
        actions.waitlist(session, referral, actor, position=number, estimate=estimate, note=note)
    elif answer is Answer.START:
        actions.start(session, referral, actor, note=note)
    elif answer is not None:
        testify(session, referral, _given(row, answer, actor))


def _given(row: Planned, answer: Answer, actor: Actor) -> GivenTestimony:
    return GivenTestimony(
        side=Side.ORGANIZATION,
        outcome=OUTCOMES[answer],
        channel=TestimonyChannel.ACCOUNT,
        reason=row.line.text(Column.REASON),
        units=row.line.text(Column.UNITS),
        speaker=actor.name,
        taken_by=actor.person_id,
        note=row.line.text(Column.NOTE),
    )
