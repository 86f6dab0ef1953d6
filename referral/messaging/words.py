"""The states and reasons of texts in words for people."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.outbox.states import MessageState

MESSAGE_STATES: dict[str, LazyString] = {
    MessageState.PENDING: _l("Waiting to be sent"),
    MessageState.CLAIMED: _l("About to be sent"),
    MessageState.SUBMITTING: _l("Being sent"),
    MessageState.RETRY_WAIT: _l("Will be tried again"),
    MessageState.ACCEPTED: _l("Sent"),
    MessageState.SENT: _l("Sent to the carrier"),
    MessageState.DELIVERED: _l("Delivered"),
    MessageState.UNDELIVERED: _l("Not delivered"),
    MessageState.FAILED: _l("Failed"),
    MessageState.UNCONFIRMED: _l("Sent, never confirmed"),
    MessageState.REJECTED: _l("Refused by the provider"),
    MessageState.UNKNOWN: _l("May or may not have been sent"),
    MessageState.NEEDS_HUMAN: _l("May or may not have been sent; a person must ask"),
    MessageState.SUPPRESSED: _l("Held back"),
    MessageState.EXPIRED: _l("Too late to send"),
    MessageState.CANCELED: _l("No longer needed"),
    MessageState.QUARANTINED: _l("Set aside until an administrator decides"),
}

#: What a reply did, by the first word of its effect.
EFFECTS: dict[str, LazyString] = {
    "applied": _l("Understood"),
    "opted_out": _l("Stopped all texts"),
    "opted_in": _l("Wants texts again"),
    "help_sent": _l("Asked for help"),
    "crisis": _l("Danger: an urgent to-do was made"),
    "number_removed": _l("Wrong number: removed"),
    "ignored": _l("A reaction, not an answer"),
    "duplicate": _l("The same again: no effect"),
    "no_question": _l("No question was open: given to a person"),
    "late": _l("Came late: given to a person"),
    "asked_again": _l("Not understood: asked again"),
    "given_to_person": _l("Not understood: given to a person"),
    "possible_stop": _l("May want no more texts: texts rest until a person decides"),
}

REASONS: dict[str, LazyString] = {
    "no_phone": _l("no phone"),
    "deceased": _l("the patient has died"),
    "privacy_level": _l("the patient wants no texts"),
    "language_unknown": _l("the written language is not known"),
    "reads_no_language": _l("the patient reads no language"),
    "opted_out": _l("the number has stopped texts"),
    "number_takes_no_texts": _l("the number takes no texts"),
    "texting_not_safe": _l("texting is not safe"),
    "safety_unknown": _l("nobody has asked whether texting is safe"),
    "no_consent": _l("no consent to texts"),
    "phone_changed": _l("the phone has changed"),
    "paused": _l("texts are paused"),
    "day_full": _l("this phone has had its text of today"),
    "week_full": _l("this phone has had its three texts of this week"),
    "told_together": _l("told in one text with other news"),
    "no_reviewed_words": _l("no reviewed text in the patient's language"),
    "quiet_hours": _l("outside texting hours"),
    "sensitive_need": _l("the need is sensitive"),
    "shared_phone": _l("others read this phone"),
    "private_need": _l("somebody else holds the phone: ask the patient, and nobody else"),
    "moved_on": _l("the referral has moved on"),
    "page_off": _l("the patient's own page is off"),
    "question_dropped": _l("the question is no longer needed"),
    "given_to_person": _l("a person asks instead"),
    "wrong_number": _l("wrong number"),
    "too_late_to_answer": _l("too late to answer"),
    "expired": _l("too late"),
    "no_route": _l("no phone that may be texted"),
    "patient_gone": _l("the patient is no longer here"),
    "no_address": _l("no address is known"),
    "no_words": _l("the text could not be made"),
    "never_reached_provider": _l("the provider could not be reached"),
    "sender_blocked": _l("the provider refuses our sender"),
    "unclear_answer": _l("the provider's answer was unclear"),
    "worker_died": _l("sending was interrupted"),
    "missing_at_provider": _l("the provider never got it"),
    "not_tried": _l("not tried yet"),
    "too_old": _l("it should have gone more than a day ago"),
    "restored": _l("the database was restored from a copy, so it may have been sent already"),
    "by_hand": _l("an administrator set it aside"),
    "kills_workers": _l("sending was interrupted again and again"),
    "arrived_after_all": _l("the first text arrived after all"),
    "recipient": _l("the address or phone cannot receive"),
    "carrier": _l("the phone could not be reached"),
    "blocked": _l("the carrier blocked it"),
    "content": _l("the text was refused"),
    "configuration": _l("our account or sender is refused"),
    "failed": _l("the provider could not send it"),
    "undelivered": _l("the phone did not get it"),
    "not_sent": _l("not sent yet"),
    "throttled": _l("the provider takes no more just now"),
    "other": _l("the provider gave another reason"),
}


def reason_words(reason: str) -> str:
    """Return a reason in words; an unknown one as it is stored."""
    return str(REASONS.get(reason.split(":")[0], reason))
