"""The one action that a row of the list offers: where it leads, and what its button says."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import Signed
from referral.navigation.errands import errand_of
from referral.navigation.states import Next
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.states import SIGN, ReferralState
from referral.screening.models import Need
from referral.screening.policies import ScreeningPermission
from referral.todos.models import ToDo

LABELS: Mapping[Next, LazyString] = {
    Next.CALL: _l("Call"),
    Next.TRY: _l("Try again"),
    Next.READ: _l("Read it"),
    Next.RECORD_ANSWER: _l("Write down its answer"),
    Next.CALL_ORGANIZATION: _l("Call the organization"),
    Next.COMPARE: _l("Compare both answers"),
    Next.LATE_ANSWER: _l("See the late answer"),
    Next.OTHER_PLACE: _l("Offer another place"),
    Next.PRESCRIBE: _l("Prescribe"),
    Next.PRESCRIBE_CHOSEN: _l("Prescribe the place they chose"),
    Next.PRESCRIBE_NEED: _l("Prescribe"),
    Next.PRESCRIBE_AGAIN: _l("Prescribe again"),
    Next.PLAN: _l("Plan the next contact"),
    Next.CONFIRM: _l("Ask and confirm"),
    Next.REPLY: _l("Answer it"),
    Next.PHONE: _l("Correct the number"),
}

#: What is done on the page of the to-do itself, and where on it.
ANCHORS: Mapping[Next, str] = {
    Next.CALL: "call",
    Next.TRY: "call",
    Next.OTHER_PLACE: "places",
    Next.CALL_ORGANIZATION: "organization",
    Next.PLAN: "plan",
}

#: What is done about a need itself.
OF_NEED = (Next.CONFIRM, Next.PRESCRIBE_NEED, Next.PRESCRIBE_AGAIN)

#: What is done on the referral's page, and where on it.
ON_REFERRAL: Mapping[Next, str] = {Next.REPLY: "thread", Next.LATE_ANSWER: "late-answer"}


@dataclass(frozen=True)
class NextAction:
    """A button: its words, where it leads."""

    label: LazyString
    url: str


def next_action(to_do: ToDo, referral: Referral | None, reader: Signed, *, chosen: UUID | None = None) -> NextAction:
    """Return what the row offers. `chosen`: the service that the patient chose in place of the referral's.

    Who may not do the step itself is led to the to-do, never to a page that refuses them.
    """
    kind = errand_of(to_do, chosen=chosen is not None).next
    url = _url(kind, to_do, referral, reader, chosen)
    if url is None:
        anchor = ANCHORS.get(kind)
        kind = kind if anchor else Next.READ
        url = url_for("navigation.show", to_do_id=to_do.id, _anchor=anchor)
    return NextAction(LABELS[kind], url)


def action_for_need(kind: Next, need: Need, reader: Signed) -> NextAction | None:
    """Return what is offered for a need of which there is no to-do yet; None for who may not do it."""
    url = _url_of_need(kind, need.patient_id, need.id, reader)
    return NextAction(LABELS[kind], url) if url else None


def _url_of_need(kind: Next, patient_id: UUID, need_id: UUID, reader: Signed) -> str | None:
    if kind is Next.CONFIRM and reader.allows(ScreeningPermission.CONFIRM):
        return url_for("screening.confirm_page", need_id=need_id)
    if kind in (Next.PRESCRIBE_NEED, Next.PRESCRIBE_AGAIN) and reader.allows(SIGN):
        return url_for("prescriptions.prescribe", patient_id=patient_id, need=need_id)
    return None


def _url(kind: Next, to_do: ToDo, referral: Referral | None, reader: Signed, chosen: UUID | None) -> str | None:
    if kind is Next.PHONE:
        return url_for("patients.patient_phones", patient_id=to_do.patient_id)
    if kind in OF_NEED and to_do.subject_kind == "need":
        return _url_of_need(kind, to_do.patient_id, to_do.subject_id, reader)
    if kind is Next.PRESCRIBE_CHOSEN and reader.allows(SIGN):
        need_id = referral.need_id if referral is not None else to_do.subject_id
        return url_for("prescriptions.prescribe", patient_id=to_do.patient_id, need=need_id, service=chosen)
    if kind is Next.PRESCRIBE and reader.allows(SIGN):
        return url_for("prescriptions.prescribe", patient_id=to_do.patient_id)
    if referral is None or not reader.allows(ReferralPermission.VIEW):
        return None
    if kind is Next.RECORD_ANSWER and referral.state == ReferralState.SENT and reader.allows(ReferralPermission.RECORD):
        return url_for("referrals.record_answer", referral_id=referral.id)
    if kind in ON_REFERRAL:
        return url_for("referrals.show", referral_id=referral.id, _anchor=ON_REFERRAL[kind])
    if kind in (Next.COMPARE, Next.RECORD_ANSWER):
        return url_for("referrals.show", referral_id=referral.id)
    return None
