"""The call to an organization: its phone, what to say, what not to say, and where its answer is written down."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from referral.accounts.models import Member
from referral.accounts.principal import Signed
from referral.kit.scope import ScopedSession
from referral.navigation.errands import errand_of
from referral.navigation.states import Next
from referral.referrals.models import Referral
from referral.referrals.policies import ReferralPermission
from referral.referrals.states import Mode
from referral.referrals.steps import can_record_answer
from referral.todos.models import ToDo


@dataclass(frozen=True)
class OrganizationCall:
    """What whoever calls the organization reads. `phone`: E.164 or as listed; None where the directory has none.

    `answer_url`: where its answer, or what happened, is written down; None for who may not.
    """

    name: str
    phone: str | None
    opening: str
    before: list[str]
    answer_url: str | None
    answer_label: str


def organization_call(
    session: ScopedSession, to_do: ToDo, referral: Referral | None, reader: Signed
) -> OrganizationCall | None:
    """Return the call to the organization; None where the to-do is not done by calling it."""
    calls = errand_of(to_do).next in (Next.CALL_ORGANIZATION, Next.RECORD_ANSWER)
    if referral is None or to_do.done_at is not None or not calls:
        return None
    clinic = session.get_one(Member, referral.clinic_id)
    url, label = _answer(referral, reader)
    return OrganizationCall(
        name=str(referral.service_facts.get("organization_name") or ""),
        phone=str(referral.service_facts.get("phone") or "") or None,
        opening=_(
            "Hello, this is %(me)s from %(clinic)s. We ask you to help one of our patients. Can you, and when?",
            me=reader.name,
            clinic=clinic.name,
        ),
        before=_before(referral),
        answer_url=url,
        answer_label=label,
    )


def _before(referral: Referral) -> list[str]:
    if referral.mode == Mode.PHONE_HAND_OVER:
        return [_("Call together with the patient: have them beside you or on the line, and let them speak.")]
    if referral.mode == Mode.SELF_DIRECTED:
        return [_("Nothing was sent. Ask only whether they can help today; do not name the patient.")]
    return [_("Tell only what the patient agreed to share. Ask who you speak with: their name goes with the answer.")]


def _answer(referral: Referral, reader: Signed) -> tuple[str | None, str]:
    if can_record_answer(referral, reader):
        return url_for("referrals.record_answer", referral_id=referral.id), _("Write down its answer")
    if reader.allows(ReferralPermission.RECORD):
        return url_for("referrals.record_testimony", referral_id=referral.id), _("Write down what happened")
    return None, ""
