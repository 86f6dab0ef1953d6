"""What the machine needs for a while and then deletes: the lines of the schedule about sign-ins, links and counts."""

from datetime import timedelta

from referral.accounts.factor_models import KeyChallenge, RecoveryCode, SecondFactor
from referral.accounts.link_models import LinkCode
from referral.accounts.mail_allowances import WITHIN
from referral.accounts.models import SignInTry
from referral.accounts.reset_models import ResetWish
from referral.accounts.throttles import KNOWN_FOR
from referral.outbox.models import ProviderEvent
from referral.records.class_names import DataClass
from referral.records.rules import DAYS_90, JUDGED, MINIMUM, Rule
from referral.records.sweeps import browsers_of_links, ended_links, ended_sign_ins, older

K = DataClass

SHORT_LIVED: tuple[Rule, ...] = (
    Rule(
        "reports of providers",
        "provider_event",
        K.TECHNICAL,
        DAYS_90,
        "deleted",
        "a provider repeats itself for days, not months",
        JUDGED,
        older(ProviderEvent, ProviderEvent.received_at),
    ),
    Rule(
        "tries to sign in",
        "sign_in_try",
        K.SECURITY,
        KNOWN_FOR,
        "deleted",
        "no throttle looks back further",
        MINIMUM,
        older(SignInTry, SignInTry.tried_at, by_machine=True),
    ),
    Rule(
        "challenges of security keys",
        "key_challenge",
        K.SECURITY,
        timedelta(days=1),
        "deleted",
        "one is answered within minutes",
        MINIMUM,
        older(KeyChallenge, KeyChallenge.created_at, by_machine=True),
    ),
    Rule(
        "sign-ins",
        "login_session, put_aside",
        K.SECURITY,
        timedelta(days=30),
        "deleted, with what was put aside for a patient's turn",
        "long ended; the audit keeps when somebody signed in",
        MINIMUM,
        ended_sign_ins,
    ),
    Rule(
        "second factors that ended",
        "second_factor",
        K.SECURITY,
        timedelta(days=30),
        "deleted, counted from their end; those in use stay",
        "the audit keeps when it was added and removed",
        MINIMUM,
        older(SecondFactor, SecondFactor.ended_at, by_machine=True),
    ),
    Rule(
        "used recovery codes",
        "recovery_code",
        K.SECURITY,
        timedelta(days=30),
        "deleted; unused ones stay",
        "a used code opens nothing; the audit keeps that it was used",
        MINIMUM,
        older(RecoveryCode, RecoveryCode.used_at, by_machine=True),
    ),
    Rule(
        "wishes for a new password",
        "reset_wish",
        K.SECURITY,
        timedelta(days=1),
        "deleted; the worker answers and deletes one within seconds",
        "none is left unless the worker stood still",
        MINIMUM,
        older(ResetWish, ResetWish.asked_at, by_machine=True),
    ),
    Rule(
        "counts of limits",
        "usage_count",
        K.TECHNICAL,
        timedelta(days=1),
        "deleted by the worker's task `limits` (kit/limits.py)",
        "no limit counts for longer than a day",
        MINIMUM,
    ),
    Rule(
        "counts of mails to one address",
        "mail_allowance",
        K.TECHNICAL,
        WITHIN,
        "deleted by the worker's task `mail allowances` (accounts/mail_allowances.py)",
        "no limit counts for longer than an hour",
        MINIMUM,
    ),
    Rule(
        "steps of a sign-on elsewhere",
        "sign_on_step",
        K.SECURITY,
        timedelta(hours=1),
        "deleted by the worker's task `sign-in tries` (accounts/single_sign_on.py)",
        "one is taken within minutes",
        MINIMUM,
    ),
    Rule(
        "codes for links",
        "link_code",
        K.SECURITY,
        timedelta(days=1),
        "deleted",
        "a code works for minutes; the audit keeps that it was sent",
        MINIMUM,
        older(LinkCode, LinkCode.created_at, by_machine=True),
    ),
    Rule(
        "browsers that opened a link",
        "link_session",
        K.SECURITY,
        timedelta(days=30),
        "deleted",
        "long ended; the audit keeps that the link was opened",
        MINIMUM,
        browsers_of_links,
    ),
    Rule(
        "signed links",
        "signed_link",
        K.SECURITY,
        timedelta(days=180),
        "deleted, counted from their end",
        "an old mail may still say why its link no longer works",
        JUDGED,
        ended_links,
    ),
)
