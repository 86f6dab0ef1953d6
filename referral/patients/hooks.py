"""What patients ask of the slices above: parts of their pages, and what ends when sharing or texting ends."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import LazyString

from referral.kit.hooks import Hook
from referral.kit.scope import ScopedSession
from referral.patients.models import Patient


@dataclass(frozen=True)
class Section:
    """A part of a patient's page. `template` is included with `context`, and imports its own macros."""

    title: LazyString | str
    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True)
class UnderWay:
    """Something of a patient's that is not over: a request to an organization. `url`: its page."""

    url: str
    what: str
    state: str
    state_label: str


@dataclass(frozen=True)
class SentRequest:
    """A request that an organization has now. `organization_id`: in the directory; `need`, `place`: as people read."""

    id: UUID
    patient_id: UUID
    organization_id: UUID
    domain: str
    need: str
    place: str
    state_label: str
    since: datetime


@dataclass(frozen=True)
class EndedRequest:
    """A request that joining records has ended. `was_out`: the organization knew of it, and was told to stop."""

    patient_id: UUID
    organization_id: UUID
    need: str
    place: str
    was_out: bool


#: Returns the sections below the patient's own facts, in the order shown: needs, referrals.
patient_sections: Hook[[ScopedSession, Patient], list[Section]] = Hook("patient_sections")

#: A patient has taken back the permission to share with an organization (its id in the directory), in the caller's
#: transaction: what is under way with it must end.
on_sharing_stopped: Hook[[ScopedSession, Patient, UUID], None] = Hook("on_sharing_stopped")

#: A phone number wants no more texts, in the caller's transaction, whoever said so: what is queued for it or open on
#: it, of any clinic, must go on without texts.
on_texts_stopped: Hook[[ScopedSession, UUID], None] = Hook("on_texts_stopped")

#: Two records became one, and one of them bars these organizations (ids in the directory): their live requests of all
#: these records end, as written down by a person. The patient has not asked for it.
end_barred_requests: Hook[[ScopedSession, Collection[UUID], Collection[UUID], UUID], None] = Hook("end_barred_requests")

#: Returns the requests of these records that joining records has ended, from a moment on and before another, if any.
ended_by_joining: Hook[[ScopedSession, Collection[UUID], datetime, datetime | None], list[EndedRequest]] = Hook(
    "ended_by_joining"
)

#: Two records were taken apart: this is what ended for one of them with the merge (its id), and does not come back.
on_ended_for_good: Hook[[ScopedSession, Patient, UUID, Sequence[str]], None] = Hook("on_ended_for_good")

#: Returns PrivacyLevel to how a text of a clinic (its id) reads under it, in a language (BCP 47) if there is one.
text_samples: Hook[[ScopedSession, UUID, str | None], Mapping[str, str]] = Hook("text_samples")

#: A record is on a legal hold: it must stay as it is.
is_on_hold: Hook[[ScopedSession, UUID], bool] = Hook("is_on_hold")

#: Returns what is under way for the patient's record, newest first.
under_way: Hook[[ScopedSession, UUID], list[UnderWay]] = Hook("under_way")

#: Returns what organizations are asked now, or have taken on, for these records, oldest first.
sent_requests: Hook[[ScopedSession, Collection[UUID]], list[SentRequest]] = Hook("sent_requests")

#: Takes these requests back, because the person has another one for the same need, as written down by a person.
take_back_doubles: Hook[[ScopedSession, Collection[UUID], UUID], None] = Hook("take_back_doubles")

#: Withdraws what is under way for the patient's record, as written down by a person (id, name); returns how many.
withdraw_all: Hook[[ScopedSession, UUID, UUID, str], int] = Hook("withdraw_all")

#: Nobody may write to the patient any more (they died), as written down by a person, in the caller's transaction: open
#: questions and to-dos of the record end, and the pages behind the patient's links close.
on_contact_ended: Hook[[ScopedSession, UUID, UUID], None] = Hook("on_contact_ended")

#: That was a mistake: somebody must call, and see what was under way.
on_contact_resumed: Hook[[ScopedSession, Patient], None] = Hook("on_contact_resumed")

#: A patient's record barred a person: what that person had to do for it goes to another.
on_person_barred: Hook[[ScopedSession, UUID, UUID], None] = Hook("on_person_barred")

#: Another clinic has taken over the patient of this record: nothing but what is under way here goes on.
on_patient_moved_away: Hook[[ScopedSession, UUID], None] = Hook("on_patient_moved_away")

#: Another clinic's patient was taken over: somebody must call them. The new record, and the name of the other clinic.
on_patient_moved_here: Hook[[ScopedSession, Patient, str], None] = Hook("on_patient_moved_here")
