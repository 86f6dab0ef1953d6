"""What patients ask the slices above: the parts of a patient's page that are not theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
