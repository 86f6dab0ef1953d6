"""The note of a to-do as its reader understands it: a digit in words, and our own words in the reader's language."""

from uuid import UUID

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from referral.followups.models import Question
from referral.kit.i18n import STAFF_LANGUAGE, speaking
from referral.kit.scope import ScopedSession
from referral.messaging.models import InboundMessage
from referral.messaging.words import REASONS
from referral.navigation.script_words import ANSWERS
from referral.referrals.to_dos import NOBODY_CALLS
from referral.todos.models import ToDo

#: What we write into notes ourselves. It was written in the language of staff, whoever reads it later.
OWN_WORDS: tuple[LazyString, ...] = (
    *REASONS.values(),
    NOBODY_CALLS,
    _l("Nothing is planned for this referral. Find out how it stands, plan the next try, or close it."),
    _l("No request for this need is under way. Ask whether they still want help, then prescribe it again."),
    _l("Nothing was heard of it for a while. Ask both sides what became of it, and write that down."),
    _l("Needed today: call the organization, then tell the patient what was agreed."),
    _l("The patient says that help came, but the organization has not answered. Ask it, and write that down."),
    _l("Marked as having died in error. Call, ask anew about texts, and see what was under way."),
)


def note_words(session: ScopedSession, to_do: ToDo) -> str | None:
    """Return the note in words; None without one. What a patient wrote stands as they wrote it."""
    note = to_do.note
    if not note:
        return None
    digit = note.strip()
    if digit.isdigit():
        meaning = _meaning(session, to_do, digit)
        return _("They answered “%(digit)s”: %(words)s", digit=digit, words=meaning) if meaning else note
    with speaking(STAFF_LANGUAGE):
        ours = next((words for words in OWN_WORDS if str(words) == note), None)
    return str(ours) if ours is not None else note


def _meaning(session: ScopedSession, to_do: ToDo, digit: str) -> str | None:
    """Return what a digit means that answered one of our texts."""
    start, _colon, rest = to_do.dedupe_key.partition(":")
    try:
        inbound_id = UUID(rest.partition(":")[0]) if start == "inbound" else None
    except ValueError:
        return None
    asked = (
        select(Question.kind)
        .join(InboundMessage, InboundMessage.question_id == Question.id)
        .where(InboundMessage.id == inbound_id)
    )
    kind = session.scalar(asked) if inbound_id else None
    words = ANSWERS[kind].get(digit) if kind is not None and kind in ANSWERS else None
    return str(words) if words is not None else None
