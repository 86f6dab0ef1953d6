"""What a move makes of the messages to the organization: old ones are taken back, a fresh link and e-mail go out.

A link dies with every move. While the organization may still say something (sent, accepted, in progress, waitlisted) a
new one is issued with the move and mailed, so that whoever has no account can always go on from the newest e-mail.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from referral.accounts.links import end_links, issue_link
from referral.accounts.models import LinkPurpose, SignedLink
from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.outbox.queueing import NewMessage, cancel_for_subject, queue_message
from referral.outbox.states import Channel
from referral.referrals.disclosing import record_first_page
from referral.referrals.models import Referral
from referral.referrals.states import TAKEN_STATES, Mode, ReferralState

#: Who makes the words: the key under which wiring knows `mails.compose_organization_mail`.
COMPOSER = "organization_mail"
SUBJECT = "referral"

NEW = "referral_new"
REMINDER = "referral_reminder"
SECOND_CONTACT = "referral_second_contact"
ACCEPTED = "referral_accepted"
RECALLED = "referral_recalled"

#: How long the organization can say what happened by link, and how long an e-mail may wait in the queue.
OUTCOME_LINK_LASTS = timedelta(days=120)
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
        queue_mail(session, referral, NEW)
        record_first_page(session, referral)
    elif state in TAKEN_STATES:
        renew_link(session, referral, expires_at=clock.now() + OUTCOME_LINK_LASTS)
        queue_mail(session, referral, ACCEPTED)
    elif was_out and state in (ReferralState.WITHDRAWN, ReferralState.CANCELLED, ReferralState.ENTERED_IN_ERROR):
        queue_mail(session, referral, RECALLED)


def queue_mail(session: ScopedSession, referral: Referral, template: str, *, contact: int = 1) -> None:
    """Queue one e-mail to the organization about the referral as it stands. `contact`: 2 is the second person."""
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
            dedupe_key=f"referral:{referral.id}:{template}:v{referral.version}",
            patient_id=referral.patient_id,
            facts={"contact": contact},
            expires_at=clock.now() + MAIL_LASTS,
        ),
    )
