"""Before a link shows a person: a code to an address on file of the organization. And a fresh link for an old one.

Whoever holds an e-mail may have been forwarded it; whoever reads the code reads the organization's mailbox now.
"""

from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.accounts.codes import LIVES_FOR, PROVEN_FOR, code_to_mail, digits_of, live_code, new_code
from referral.accounts.link_models import LinkCode
from referral.accounts.link_sessions import OpenedLink
from referral.accounts.mail_allowances import allowance_key, take_allowance
from referral.audit.actions import record
from referral.audit.models import AuditKind
from referral.kit import clock
from referral.kit.crypto import Vault, vault_of
from referral.kit.errors import InvalidInput
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from referral.referrals.late_answers import may_say_late_what_happened
from referral.referrals.models import Referral
from referral.referrals.notices import FRESH, LATE_LINK_LASTS, OUTCOME_LINK_LASTS, live_link, queue_mail, renew_link
from referral.referrals.receivers import Address, addresses_of
from referral.referrals.states import TAKEN_STATES, ReferralState

#: Who makes the words of the code's mail: the key under which wiring knows `mails.compose_code_mail`.
CODE_COMPOSER = "answer_code"
CODE = "referral_code"
#: Not the referral itself: a move takes back the mails about it, and the code stays good.
CODE_SUBJECT = "referral_code"

CODE_MINUTES = LIVES_FOR.seconds // 60
PROVEN_MINUTES = PROVEN_FOR.seconds // 60

_NO_ADDRESS = _l("We know no e-mail address of your organization. Call the clinic: it can tell you what you need.")


@dataclass(frozen=True)
class OnFile:
    """An address on file as a page may show it. `key`: names it in a form; `shown`: most letters left out."""

    key: str
    shown: str
    address: Address = field(repr=False)


def on_file(session: ScopedSession, referral: Referral) -> list[OnFile]:
    """Return the addresses to which a code may go, best first."""
    vault = vault_of(session)
    addresses = addresses_of(session, referral.organization_id, referral.service_id)
    return [OnFile(_key(vault, each), masked(each.email), each) for each in addresses]


def masked(email: str) -> str:
    """Return an address with the middle of its name left out: enough to know one's own."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}•••{name[-1:] if len(name) > 3 else ''}@{host}"


def send_code(
    session: ScopedSession, referral: Referral, opened: OpenedLink, key: str | None, *, form_id: UUID | None = None
) -> None:
    """Queue a code for this browser to the address that `key` names, or the only one; of one form only one.

    Raises InvalidInput (no address, or none named), Throttled. Flushes; the caller commits.
    """
    address = _chosen(on_file(session, referral), key)
    code = new_code(session, opened.session_id, address.email, code_id=form_id)
    queued = queue_message(
        session,
        NewMessage(
            channel=Channel.EMAIL,
            composer=CODE_COMPOSER,
            template=CODE,
            clinic_id=referral.clinic_id,
            subject_kind=CODE_SUBJECT,
            subject_id=referral.id,
            dedupe_key=f"code:{code.id}",
            to_address=address.email,
            facts={"code": str(code.id), "language": address.language},
            expires_at=clock.now() + LIVES_FOR,
        ),
    )
    if queued is not None:
        record_step(session, AuditKind.CODE_SENT, opened.subject_id, subject_id=opened.session_id)


def record_wrong_code(session: ScopedSession, opened: OpenedLink) -> None:
    """Write down that a code was not taken. Flushes; the caller commits."""
    record_step(session, AuditKind.CODE_FAILED, opened.subject_id, subject_id=opened.session_id)


def record_step(session: ScopedSession, kind: AuditKind, referral_id: UUID, *, subject_id: UUID) -> None:
    """Write down a step of a link (opened, code sent, code failed) in the log of the patient. Flushes.

    `subject_id`: the link where it was opened, else the link session. No row about the patient is loaded.
    """
    found = select(Referral.clinic_id, Referral.patient_id).where(Referral.id == referral_id)
    clinic_id, patient_id = session.execute(found).one()
    subject_kind = "signed_link" if kind is AuditKind.LINK_OPENED else "link_session"
    record(session, kind, clinic_id=clinic_id, patient_id=patient_id, subject_kind=subject_kind, subject_id=subject_id)


def code_in(session: ScopedSession, message: Message) -> str | None:
    """Return the digits that a queued mail brings, or None when they are of no use any more."""
    code = code_to_mail(session, UUID(str(message.facts["code"])))
    return digits_of(vault_of(session), code) if code else None


def awaited_code(session: ScopedSession, opened: OpenedLink) -> LinkCode | None:
    """Return the code that this browser may type now, or None."""
    return live_code(session, opened.session_id)


def mail_fresh_link(session: ScopedSession, referral: Referral, *, form_id: UUID) -> None:
    """Mail a link that works to the address on file, if the organization may still say something. Flushes.

    It tells nobody whether it did: whoever holds an old link learns nothing. At most three an hour to one address, and
    one for each form.
    """
    state = ReferralState(referral.state)
    addresses = addresses_of(session, referral.organization_id, referral.service_id)
    link = live_link(session, referral.id)
    may_say = state in TAKEN_STATES or may_say_late_what_happened(referral)
    if not addresses or (link is None and not may_say):
        return
    if not take_allowance(session, allowance_key(session, "fresh_link", addresses[0].email)):
        return
    if link is None:
        lasts = OUTCOME_LINK_LASTS if state in TAKEN_STATES else LATE_LINK_LASTS
        renew_link(session, referral, expires_at=clock.now() + lasts)
    queue_mail(session, referral, FRESH, once=form_id)


def _chosen(found: list[OnFile], key: str | None) -> Address:
    if not found:
        raise InvalidInput(_NO_ADDRESS)
    named = found[:1] if len(found) == 1 else [each for each in found if each.key == key]
    if not named:
        raise InvalidInput(_l("Choose the address to which the code should go."), "address")
    return named[0].address


def _key(vault: Vault, address: Address) -> str:
    return vault.index("address_on_file", address.email.casefold()).hex()
