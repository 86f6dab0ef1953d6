"""What came of a patient's own earlier requests, by service: whoever chooses is told, and what said no comes later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.kit.scope import ScopedSession
from referral.referrals.models import Referral, Testimony
from referral.referrals.queries import referrals_of_patient
from referral.referrals.reason_words import ReasonLine
from referral.referrals.states import DeclineReason, Outcome, ReferralState, Side
from resources_directory.models.capacity import CapacityStatus, CapacityWord
from resources_directory.needs import SENSITIVE

#: A decline and its "full until" are one press of a button, and so are their moments.
_ONE_PRESS = timedelta(minutes=1)

#: Why they said no, to end a sentence with; another reason is left out.
_WHY: Mapping[str, LazyString] = {
    DeclineReason.NO_CAPACITY: _l("no room"),
    DeclineReason.NOT_ELIGIBLE: _l("the patient does not fit their rules"),
    DeclineReason.OUT_OF_AREA: _l("the patient lives outside their area"),
    DeclineReason.WRONG_SERVICE: _l("they do not offer this"),
    DeclineReason.CANNOT_SERVE_LANGUAGE: _l("they cannot serve the language"),
    DeclineReason.DUPLICATE: _l("they had the request already"),
}


@dataclass(frozen=True)
class Tried:
    """What came of one request. `stands_later`: for its need the service comes after those that did not say no.

    Never for want of room: "full" is told and lowers no rank.
    """

    service_id: UUID
    need_id: UUID
    domain: str
    line: ReasonLine
    stands_later: bool = False

    def is_told_of(self, need_id: UUID) -> bool:
        """Return True if it is said beside this need: a sensitive one leaves no trace beside another."""
        return self.need_id == need_id or self.domain not in SENSITIVE


def tried_before(session: ScopedSession, patient_id: UUID) -> list[Tried]:
    """Return what came to nothing of the patient's requests, newest first, one for each service and need.

    Three statements.
    """
    ended = (ReferralState.DECLINED, ReferralState.EXPIRED)
    referrals = [row for row in referrals_of_patient(session, patient_id) if row.erased_at is None]
    missed = _not_received(session, patient_id)
    full = _full_until(session, [row for row in referrals if row.reason == DeclineReason.NO_CAPACITY])
    newest: dict[tuple[UUID, UUID], Tried] = {}
    for row in referrals:
        if row.state in ended or row.id in missed:
            newest.setdefault((row.service_id, row.need_id), _tried(row, missed.get(row.id), full.get(row.id)))
    return list(newest.values())


def said_no_to(tried: Iterable[Tried], need_id: UUID) -> frozenset[UUID]:
    """Return the services that come after others for a need, because they said no to it."""
    return frozenset(each.service_id for each in tried if each.need_id == need_id and each.stands_later)


def _tried(row: Referral, missed_at: datetime | None, until: date | None) -> Tried:
    said_no = row.state == ReferralState.DECLINED
    if said_no:
        text = _said_no(row, until)
    elif missed_at is not None:
        text = str(_("This patient said on %(day)s that help did not come here.", day=_day(missed_at)))
    else:
        text = str(_("Did not answer this patient's request of %(day)s.", day=_day(row.sent_at or row.created_at)))
    later = said_no and row.reason not in (DeclineReason.DUPLICATE, DeclineReason.NO_CAPACITY)
    return Tried(row.service_id, row.need_id, row.domain, ReasonLine(text, "against"), later)


def _said_no(row: Referral, until: date | None) -> str:
    day = _day(row.answered_at or row.created_at)
    if row.reason == DeclineReason.NO_CAPACITY and until is not None:
        words = {"day": day, "until": format_date(until, "full")}
        return str(_("Said no to this patient's request on %(day)s: no room, full until %(until)s.", **words))
    why = _WHY.get(row.reason or "")
    if why is None:
        return str(_("Said no to this patient's request on %(day)s.", day=day))
    return str(_("Said no to this patient's request on %(day)s: %(why)s.", day=day, why=why))


def _day(moment: datetime) -> str:
    return str(format_date(moment, "medium"))


def _not_received(session: ScopedSession, patient_id: UUID) -> dict[UUID, datetime]:
    """Return referral to when the patient said that no help came, where that is the newest that they said."""
    said = select(Testimony).where(Testimony.patient_id == patient_id, Testimony.side == Side.PATIENT)
    newest = {row.referral_id: row for row in session.scalars(said.order_by(Testimony.at, Testimony.id))}
    return {key: row.at for key, row in newest.items() if row.outcome == Outcome.NOT_RECEIVED}


def _full_until(session: ScopedSession, declined: Sequence[Referral]) -> dict[UUID, date]:
    """Return referral to the last day of "full" that was said in one with its decline."""
    if not declined:
        return {}
    said = select(CapacityWord).where(
        CapacityWord.service_id.in_({row.service_id for row in declined}),
        CapacityWord.status == CapacityStatus.NO_CAPACITY,
        CapacityWord.until.is_not(None),
    )
    words = session.scalars(said.order_by(CapacityWord.said_at, CapacityWord.id)).all()
    pairs = ((row, word) for row in declined for word in words if _in_one(row, word))
    return {row.id: word.until for row, word in pairs if word.until is not None}


def _in_one(row: Referral, word: CapacityWord) -> bool:
    if row.service_id != word.service_id or row.answered_at is None:
        return False
    return abs(row.answered_at - word.said_at) < _ONE_PRESS
