"""How long each kind of fact is kept, why, and what is done when the time is over: the one schedule of the product.

Every table of the database stands in a line. Rows of a patient whose record is on legal hold are left alone. What has
no end here stays until the record is erased. Clinics of states with longer periods keep more: nothing of the record
itself is removed by the clock.
"""

from collections.abc import Iterator
from datetime import timedelta

from referral.kit.installation import WorkerHeartbeat
from referral.records.class_names import DataClass
from referral.records.rules import DAYS_90, DIRECTORY, JUDGED, MINIMUM, RECORD, Rule
from referral.records.short_lived import SHORT_LIVED
from referral.records.sweeps import (
    left_screenings,
    older,
    repeated_words,
    staff_texts_of_strangers,
    texts_of_strangers,
    words_of_messages,
    words_of_staff_texts,
    words_of_texts,
)

_HIPAA_SIX = "45 CFR 164.316(b)(2)(i) and 164.528(a)"
K = DataClass

SCHEDULE: tuple[Rule, ...] = (
    Rule(
        "words of sent messages",
        "message",
        K.WORDS,
        DAYS_90,
        "words and address removed; state and times stay",
        "the conversation is over; that something was sent and arrived is still told",
        "practice of GOV.UK Notify",
        words_of_messages,
    ),
    Rule(
        "words of received texts",
        "inbound_message",
        K.WORDS,
        DAYS_90,
        "words removed; how it was read stays",
        "the answer is in the record; how it was worded is not needed any more",
        "practice of GOV.UK Notify",
        words_of_texts,
    ),
    Rule(
        "words repeated in finished to-dos",
        "to_do",
        K.WORDS,
        DAYS_90,
        "note removed",
        "they repeat the patient's text",
        JUDGED,
        repeated_words,
    ),
    Rule(
        "texts of unknown numbers",
        "inbound_message, phone_number",
        K.WORDS,
        timedelta(days=14),
        "deleted with the number; a STOP stays as a keyed index",
        "nobody can say whose they are; a fortnight to find out",
        MINIMUM,
        texts_of_strangers,
    ),
    Rule(
        "words of staff's texts",
        "staff_text",
        K.WORDS,
        DAYS_90,
        "words removed where no request took them; that it came, and what it changed, stays",
        "what was said of a request stands there",
        JUDGED,
        words_of_staff_texts,
    ),
    Rule(
        "texts of unknown numbers to the staff sender",
        "staff_text, phone_number",
        K.WORDS,
        timedelta(days=14),
        "deleted with the number; a STOP stays as a keyed index",
        "nobody can say whose they are; a fortnight to find out",
        MINIMUM,
        staff_texts_of_strangers,
    ),
    *SHORT_LIVED,
    Rule(
        "signs of life of workers",
        "worker_heartbeat",
        K.TECHNICAL,
        timedelta(days=7),
        "deleted",
        "only the latest counts",
        JUDGED,
        older(WorkerHeartbeat, WorkerHeartbeat.seen_at, by_machine=True),
    ),
    Rule(
        "disclosures and consents",
        "disclosure, patient_move, sharing_consent, texting_consent, opt_out_event, staff_phone_consent",
        K.CONSENT,
        None,
        "kept; at least six years. Consents to texts go with the phone when the record is erased",
        "a patient may ask for six years of disclosures",
        _HIPAA_SIX,
    ),
    Rule(
        "audit, registers and list of erasures",
        "audit_event, audit_seal, erasure, legal_hold, legal_demand, legal_demand_step, break_glass",
        K.AUDIT,
        None,
        "kept; at least six years",
        "who looked and what was done must be told later",
        _HIPAA_SIX,
    ),
    Rule(
        "the record itself",
        RECORD,
        K.CARE,
        None,
        "kept until it is erased",
        "how long a clinical record is kept is law of the state and a choice of the clinic",
        "state law",
    ),
    Rule(
        "answers to screenings",
        "answer",
        K.ANSWER,
        None,
        "kept until the record is erased",
        "no instrument asks for free text; the ticks are the finding that a need rests on",
        JUDGED,
    ),
    Rule(
        "screenings that were started",
        "started_screening",
        K.ANSWER,
        DAYS_90,
        "deleted; what was finished stands in the record",
        "nobody goes on with a half-filled questionnaire after three months",
        JUDGED,
        left_screenings,
    ),
    Rule(
        "questionnaires",
        "instrument",
        K.TECHNICAL,
        None,
        "kept, every version",
        "an answer is read by the question that was asked",
        JUDGED,
    ),
    Rule(
        "people, clinics and their ways in",
        "person, member, membership, absence, invitation, identity, identity_provider, favourite_service, staff_phone",
        K.STAFF,
        None,
        "kept, also after somebody left; an identity goes when it is unlinked, a favourite when its star is taken away",
        "the audit and the record name them",
        _HIPAA_SIX,
    ),
    Rule(
        "what members say about themselves",
        "closed_day, capacity_word, field_declaration",
        K.ORGANIZATION,
        None,
        "kept; the newest word about room, and about what a service needs to know, counts",
        "clocks that ran, and what was known or asked for at the time, must be told later",
        JUDGED,
    ),
    Rule(
        "keys",
        "data_key",
        K.SECURITY,
        None,
        "a patient's key is destroyed when the record is erased",
        "without it nothing sealed can be read",
        MINIMUM,
    ),
    Rule(
        "the installation",
        "clock_policy, installation, sender_standing",
        K.TECHNICAL,
        None,
        "kept",
        "the machine runs by it",
        JUDGED,
    ),
    Rule(
        "the directory",
        DIRECTORY,
        K.PUBLIC,
        None,
        "kept until the next delivery of its source leaves it out",
        "organizations publish it about themselves",
        JUDGED,
    ),
    Rule(
        "exports",
        "(none)",
        K.WORDS,
        timedelta(0),
        "never stored",
        "made while the reader waits, and sent; no file is left",
        MINIMUM,
    ),
)


def schedule_table() -> Iterator[str]:
    """Give the schedule as lines of a Markdown table, for docs/operating.md."""
    yield "| what | kept for | then | why | source |"
    yield "|---|---|---|---|---|"
    for rule in SCHEDULE:
        yield f"| {rule.name} (`{rule.tables}`) | {rule.kept_for()} | {rule.then} | {rule.reason} | {rule.source} |"
