"""Whether a patient can be asked about a referral by text: permitted, read by nobody else, in words that may leave."""

from referral.followups.states import QuestionKind
from referral.kit.scope import ScopedSession
from referral.messaging.composing import has_words
from referral.patients.consents import texting_route
from referral.patients.models import Patient
from referral.patients.proxies import may_go_to
from referral.patients.queries import kept_record
from referral.referrals.models import Referral
from resources_directory.needs import SENSITIVE


def why_no_text(session: ScopedSession, referral: Referral | None, patient: Patient) -> str | None:
    """Return why no question about the referral would reach the patient by text, as a code; None where one would.

    The same rules hold when it is sent: followups.composing, messaging.composing.
    """
    if referral is None or referral.domain in SENSITIVE:
        return "sensitive_need"
    route = texting_route(session, patient)
    if route.phone_number_id is None:
        return route.why_not or "no_route"
    if route.is_shared or not may_go_to(session, patient, route, referral.domain, answer=True):
        return "shared_phone"
    language = kept_record(session, patient).written_language or ""
    return None if any(has_words(session, kind, language) for kind in QuestionKind) else "no_reviewed_words"
