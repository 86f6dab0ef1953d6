"""What patients ask of the slices above: parts of their pages, and what ends when sharing or texting ends."""

from collections.abc import Mapping
from dataclasses import dataclass
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


#: Returns the sections below the patient's own facts, in the order shown: needs, referrals.
patient_sections: Hook[[ScopedSession, Patient], list[Section]] = Hook("patient_sections")

#: A patient has taken back the permission to share with an organization (its id in the directory), in the caller's
#: transaction: what is under way with it must end.
on_sharing_stopped: Hook[[ScopedSession, Patient, UUID], None] = Hook("on_sharing_stopped")

#: A phone number wants no more texts, in the caller's transaction, whoever said so: what is queued for it or open on
#: it, of any clinic, must go on without texts.
on_texts_stopped: Hook[[ScopedSession, UUID], None] = Hook("on_texts_stopped")
