"""The texts to staff phones by name, and queueing one. Their words: translations/texts/staff/<key>.yaml.

They lie apart from the texts to patients, which must exist in every language that patients are texted in.
"""

import functools
from datetime import datetime, timedelta

from referral.kit import clock
from referral.kit.scope import ScopedSession
from referral.messaging.catalog import TEXTS_FOLDER, Catalog, load_catalog
from referral.outbox.queueing import NewMessage, queue_message
from referral.outbox.states import Channel
from referral.staff_phones.models import StaffPhone

#: Who makes the words: the keys under which wiring knows them.
STAFF_NOTICE, STAFF_CODE, STAFF_REPLY = "staff_notice", "staff_code", "staff_reply"

#: What the messages are about: the phone.
SUBJECT = "staff_phone"

CODE, WELCOME = "code", "welcome"
#: What a text that tells of referrals is queued as; which words it has is known when it goes.
NOTICE = "notice"
NEW, REMINDER, SECOND_CONTACT, SEVERAL = "new", "reminder", "second_contact", "several"
ACCEPTED, FULL, WRONG_SERVICE, CALL_ME = "accepted", "full", "wrong_service", "call_me"
NOTED, ANSWERED, TAKEN_BACK, LATE = "noted", "answered", "taken_back", "late"
WHICH, NOTHING_WAITS = "which", "nothing_waits"
STOP_CONFIRM, START_CONFIRM, HELP = "stop_confirm", "start_confirm", "help"

#: A code is of no use later.
CODE_LASTS = timedelta(minutes=10)
#: As long as the e-mail about the same.
LASTS = timedelta(days=3)


@functools.cache
def staff_catalog() -> Catalog:
    """Return the texts to staff phones, read once."""
    return load_catalog(TEXTS_FOLDER / "staff")


def queue_staff_text(
    session: ScopedSession,
    phone: StaffPhone,
    template: str,
    *,
    key: str,
    not_before: datetime | None = None,
    code: str | None = None,
) -> None:
    """Queue one text to a staff phone; `key` names its occasion, `code` a referral. Flushes; the caller commits."""
    composer = {CODE: STAFF_CODE, NOTICE: STAFF_NOTICE}.get(template, STAFF_REPLY)
    message = NewMessage(
        channel=Channel.STAFF_SMS,
        composer=composer,
        template=template,
        clinic_id=phone.member_id,
        phone_number_id=phone.phone_number_id,
        subject_kind=SUBJECT,
        subject_id=phone.id,
        dedupe_key=f"staff_phone:{phone.id}:{key}",
        facts={"code": code} if code else {},
        not_before=not_before,
        expires_at=(not_before or clock.now()) + (CODE_LASTS if template == CODE else LASTS),
        resend_ok=composer == STAFF_NOTICE,
    )
    with session.widened("staff told"):
        queue_message(session, message)
