"""What a move makes of the messages to the organization: old ones are taken back, a fresh link and e-mail go out.

A link dies with every move. While the organization may still say something (sent, accepted, in progress, waitlisted) a
new one is issued with the move and mailed, so that whoever has no account can always go on from the newest e-mail.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from referral.accounts.links import end_links, issue_link
from referral.accounts.models import LinkPurpose, SignedLink
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.models import Message
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel, MessageState
from referral.referrals import hooks
from referral.referrals.disclosing import record_first_page
from referral.referrals.models import Referral
from referral.referrals.receivers import addresses_of, is_called
from referral.referrals.states import TAKEN_STATES, Mode, ReferralState

#: Who makes the words: the key under which wiring knows `mails.compose_organization_mail`.
COMPOSER = "organization_mail"
SUBJECT = "referral"

NEW = "referral_new"
REMINDER = "referral_reminder"
SECOND_CONTACT = "referral_second_contact"
ACCEPTED = "referral_accepted"
RECALLED = "referral_recalled"
FRESH = "referral_fresh_link"
ANSWERED = "referral_clinic_answered"

#: Why a mail is not sent to an organization of which no address is known.
NO_ADDRESS = "no_address"

#: What asks the organization for its answer.
_ASKING = frozenset({NEW, REMINDER, SECOND_CONTACT})
#: What an organization that is called hears on the phone, or need not hear.
_ONLY_IN_WRITING = frozenset({REMINDER, SECOND_CONTACT, ACCEPTED})

#: How long the organization can say what happened by link, and how long an e-mail may wait in the queue.
OUTCOME_LINK_LASTS = timedelta(days=120)
#: How long a link that was asked for takes an answer that comes late.
LATE_LINK_LASTS = timedelta(days=14)
MAIL_LASTS = timedelta(days=3)


def renew_link(session: ScopedSession, referral: Referral, *, expires_at: datetime) -> SignedLink:
    """Return the one link that now opens the referral for its organization. Flushes."""
    return issue_link(session, LinkPurpose.REFERRAL_ANSWER, referral.id, expires_at=expires_at)


def live_link(session: ScopedSession, referral_id: UUID) -> SignedLink | None:
    """Return the newest link of the referral that still opens it."""
    return session.scalar(
        select(SignedLink)
        .where(
            SignedLink.purpose == LinkPurpose.REFERRAL_ANSWER,
            SignedLink.subject_id == referral_id,
            SignedLink.ended_at.is_(None),
            SignedLink.used_at.is_(None),
            SignedLink.expires_at > clock.now(),
        )
        .order_by(SignedLink.created_at.desc(), SignedLink.id.desc())
        .limit(1)
    )


def keep_link_until(session: ScopedSession, referral_id: UUID, until: datetime) -> None:
    """Let the referral's link live until `until`, where the moment of its expiry has moved on; never shorter."""
    session.execute(
        update(SignedLink)
        .where(
            SignedLink.purpose == LinkPurpose.REFERRAL_ANSWER,
            SignedLink.subject_id == referral_id,
            SignedLink.ended_at.is_(None),
            SignedLink.expires_at < until,
        )
        .values(expires_at=until)
        .execution_options(synchronize_session="fetch")
    )


def follow_move(session: ScopedSession, referral: Referral, *, was_out: bool, answer_by: datetime | None) -> None:
    """Take back what was queued, end the links, and tell the organization what it must know after a move.

    `was_out`: the organization had been asked before the move. `answer_by`: when an unanswered referral expires.
    """
    cancel_for_subject(session, SUBJECT, referral.id, reason="moved")
    end_links(session, LinkPurpose.REFERRAL_ANSWER, referral.id)
    if referral.mode != Mode.SENT:
        return
    state = ReferralState(referral.state)
    if state is ReferralState.SENT and answer_by is not None:
        renew_link(session, referral, expires_at=answer_by)
        queue_mail(session, referral, NEW)  # without an address it becomes the to-do to call
        if addresses_of(session, referral.organization_id, referral.service_id):
            record_first_page(session, referral)
    elif state in TAKEN_STATES:
        renew_link(session, referral, expires_at=clock.now() + OUTCOME_LINK_LASTS)
        queue_mail(session, referral, ACCEPTED)
    elif was_out and state in (ReferralState.WITHDRAWN, ReferralState.CANCELLED, ReferralState.ENTERED_IN_ERROR):
        queue_mail(session, referral, RECALLED)


def was_called(session: ScopedSession, referral: Referral) -> bool:
    """Return True if nothing was mailed when the organization was asked: it had no address, and was called."""
    about = Message.subject_kind == SUBJECT, Message.subject_id == referral.id, Message.template == NEW
    row = session.execute(select(Message.reason, Message.state).where(*about).limit(1)).first()
    if row is None or row.reason == NO_ADDRESS:
        return row is not None
    return row.state == MessageState.PENDING and is_called(session, referral)


def queue_mail(
    session: ScopedSession, referral: Referral, template: str, *, contact: int = 1, once: UUID | None = None
) -> None:
    """Queue one e-mail to the organization about the referral as it stands. `contact`: 2 is the second person.

    Of a template one goes per move; `once` names another occasion. Without an address nobody is told of each once more.
    """
    if template in _ASKING:
        hooks.on_organization_asked(session, referral, template)
    if template in _ONLY_IN_WRITING and not addresses_of(session, referral.organization_id, referral.service_id):
        return
    occasion = once.hex if once is not None else f"v{referral.version}"
    queue_message(
        session,
        NewMessage(
            channel=Channel.EMAIL,
            composer=COMPOSER,
            template=template,
            clinic_id=referral.clinic_id,
            subject_kind=SUBJECT,
            subject_id=referral.id,
            subject_version=referral.version,
            dedupe_key=f"referral:{referral.id}:{template}:{occasion}",
            patient_id=referral.patient_id,
            facts={"contact": contact},
            expires_at=clock.now() + MAIL_LASTS,
        ),
    )
