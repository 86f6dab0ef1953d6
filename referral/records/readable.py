"""The whole record in words, part by part, as a page to print: in the language that is spoken while it is made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_date, format_datetime, ngettext
from flask_babel import gettext as _

from referral.kit.phone import show_phone
from referral.messaging.conversation import REMOVED
from referral.messaging.words import MESSAGE_STATES
from referral.navigation.words import CHANNELS, REASONS
from referral.outbox.states import Channel
from referral.patients.actions import facts_of
from referral.patients.consent_words import FIELD_LABELS
from referral.patients.fact_words import fact_rows
from referral.patients.states import SharedField
from referral.patients.words import HOLDERS, METHODS, SAFETY
from referral.records.gathering import Row, WholeRecord
from referral.records.words import LOOKED
from referral.referrals.words import HAPPENED, OUTCOMES, SIDES, reason_words, state_words
from referral.screening.instruments import Instrument, needs_check, unanswered
from referral.screening.scoring import chosen
from referral.screening.words import NEEDS, STATUSES, WANTS

Fact = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One thing of a part: its heading, facts as (label, words), and lines below them."""

    title: str
    facts: tuple[Fact, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A part of the record with its heading; without entries it says that there is nothing."""

    title: str
    entries: tuple[Entry, ...]


def parts_of(record: WholeRecord, language: str) -> list[Part]:
    """Return the parts in the order of the page. `language`: in which the questions of screenings are told."""
    makers: list[tuple[str, Callable[[], Iterable[Entry]]]] = [
        (_("About you"), lambda: [Entry("", tuple(fact_rows(facts_of(record.patient))))]),
        (_("Your phones"), lambda: _phones(record)),
        (_("What you agreed to"), lambda: _consents(record)),
        (_("What you told us in questions"), lambda: _screenings(record, language)),
        (_("What you need"), lambda: _needs(record)),
        (_("Where we asked for help"), lambda: _referrals(record)),
        (_("Texts"), lambda: _texts(record)),
        (_("Calls and visits"), lambda: _attempts(record)),
        (_("What we had to do"), lambda: _to_dos(record)),
        (_("Who was told what"), lambda: _disclosures(record)),
        (_("Who looked at this record"), lambda: _looks(record)),
    ]
    return [Part(str(title), tuple(make())) for title, make in makers]


def _phones(record: WholeRecord) -> Iterable[Entry]:
    for row, told in _both(record, "patient_phone"):
        safe = (_("Are texts safe?"), str(SAFETY[row.sms_ok]))
        retired = [(_("No longer used since"), _day(row.retired_at))] if row.retired_at else []
        yield Entry(show_phone(told["phone"] or ""), ((_("Whose"), str(HOLDERS[row.holder])), safe, *retired))


def _consents(record: WholeRecord) -> Iterable[Entry]:
    for row, told in _both(record, "sharing_consent"):
        fields = ", ".join(str(FIELD_LABELS[SharedField(name)]) for name in row.fields)
        what = _("Sharing with %(organization)s", organization=told["organization"] or "")
        given = _("Yes: %(fields)s", fields=fields) if row.given else _("No, or taken back")
        yield Entry(what, _taken(row, told, given))
    for row, told in _both(record, "texting_consent"):
        yield Entry(_("Text messages"), _taken(row, told, _("Yes") if row.given else _("No, or taken back")))


def _taken(row: Any, told: Row, given: str) -> tuple[Fact, ...]:
    return (
        (_("Answer"), given),
        (_("Day"), _day(row.at)),
        (_("How"), str(METHODS[row.method])),
        (_("The words"), row.words or ""),
        (_("Written down by"), told["taken_by"] or ""),
    )


def _screenings(record: WholeRecord, language: str) -> Iterable[Entry]:
    for row, told in _both(record, "screening"):
        instrument = record.instruments.get(row.id) or needs_check()
        answers = {each.item: each.value or "" for each in record.rows["answer"] if each.screening_id == row.id}
        asked = (_("Asked by"), told["taken_by"] or "")
        yield Entry(_day(row.completed_at), (asked, *_answers(instrument, answers, language)))


def _answers(instrument: Instrument, answers: dict[str, str], language: str) -> Iterable[Fact]:
    for item in instrument.items:
        asked = ((item.link_id, item.question, item.options), (item.want_id, item.want, instrument.wants))
        for name, words, options in asked:
            if words is not None and name in answers:
                said = [option.words.say(language) for option in chosen((*options, *unanswered()), answers[name])]
                yield words.say(language), "; ".join(said) or answers[name]


def _needs(record: WholeRecord) -> Iterable[Entry]:
    for row in record.rows["need"]:
        facts = ((_("Wish"), str(WANTS[row.wants_help])), (_("State"), str(STATUSES[row.status])))
        yield Entry(str(NEEDS[row.domain]), (*facts, (_("Since"), _day(row.created_at))))


def _referrals(record: WholeRecord) -> Iterable[Entry]:
    for row, told in _both(record, "referral"):
        title = str(row.service_facts.get("service_name") or told["organization"] or "")
        reason = [(_("Why"), reason_words(row.reason))] if row.reason else []
        note = [(_("Note"), row.note)] if row.note else []
        facts = (
            (_("Organization"), told["organization"] or ""),
            (_("Need"), str(NEEDS[row.domain])),
            (_("State"), str(state_words(row))),
            (_("Signed by"), told["signed_by"] or ""),
        )
        yield Entry(title, (*facts, *reason, *note), tuple(_story(record, row.id)))


def _story(record: WholeRecord, referral_id: Any) -> Iterable[str]:
    told: list[tuple[datetime, str]] = []
    for move in record.rows["referral_move"]:
        if move.referral_id == referral_id:
            words = " ".join(filter(None, (str(HAPPENED[move.event]), reason_words(move.reason), move.note)))
            told.append((move.at, words))
    for said in record.rows["testimony"]:
        if said.referral_id == referral_id:
            outcome = f"{SIDES[said.side]}: {OUTCOMES[said.outcome]}"
            told.append((said.at, " ".join(filter(None, (outcome, said.units, said.note)))))
    told += _written(record, referral_id)
    return (f"{_moment(at)}: {words}" for at, words in sorted(told))


def _written(record: WholeRecord, referral_id: Any) -> Iterable[tuple[datetime, str]]:
    """What clinic and organization wrote to each other, and the appointments that were given."""
    for row in record.rows["thread_message"]:
        if row.referral_id == referral_id:
            side = _("The clinic wrote") if row.from_clinic else _("The organization wrote")
            yield row.at, f"{side}: {row.words or ''}"
    for row in record.rows["appointment"]:
        if row.referral_id == referral_id:
            yield row.said_at, str(_("An appointment was given: %(moment)s", moment=_moment(row.starts_at)))


def _texts(record: WholeRecord) -> Iterable[Entry]:
    told: list[tuple[datetime, Entry]] = []
    for row in record.rows["message"]:
        if row.channel == Channel.SMS:
            at, words = row.sent_at or row.created_at, str(REMOVED) if row.redacted_at else row.body or ""
            state = (_("State"), str(MESSAGE_STATES[row.state]))
            told.append((at, Entry(_("To you, %(moment)s", moment=_moment(at)), (state,), (words,))))
    for row in record.rows["inbound_message"]:
        words = str(REMOVED) if row.redacted_at else row.body or ""
        told.append((row.received_at, Entry(_("From you, %(moment)s", moment=_moment(row.received_at)), (), (words,))))
    return (entry for _at, entry in sorted(told, key=lambda pair: pair[0]))


def _attempts(record: WholeRecord) -> Iterable[Entry]:
    for row, told in _both(record, "contact_attempt"):
        reached = _("You were reached") if row.reached else _("You were not reached")
        facts = ((_("By"), told["by"] or ""), (_("Result"), reached), (_("Note"), row.note or ""))
        yield Entry(f"{CHANNELS[row.channel]}, {_moment(row.at)}", facts)


def _to_dos(record: WholeRecord) -> Iterable[Entry]:
    for row, told in _both(record, "to_do"):
        done = [(_("Done"), _moment(row.done_at))] if row.done_at else []
        words = tuple(filter(None, (row.note, row.outcome)))
        owner = (_("Whose task"), told["owner_person_id"] or "")
        yield Entry(f"{REASONS[row.reason]}, {_day(row.created_at)}", (owner, *done), words)


def _disclosures(record: WholeRecord) -> Iterable[Entry]:
    for row, told in _both(record, "disclosure"):
        fields = ", ".join(str(FIELD_LABELS[SharedField(name)]) for name in row.fields)
        facts = ((_("What"), fields), (_("Who saw it"), row.recipient or ""), (_("When"), _moment(row.at)))
        yield Entry(told["organization"] or "", facts)


def _looks(record: WholeRecord) -> Iterable[Entry]:
    """Give one line for each day, person and deed: who looked ten times on a day stands there once, with the number."""
    counted: dict[tuple[str, str, str], int] = {}
    for look in record.tables["looks"]:
        if look["by"] == "program":
            continue  # what the program does by itself is in the files for programs
        who = look["who"] if look["by"] == "person" else _("An organization, by its link")
        line = (_day(datetime.fromisoformat(look["at"])), who, str(LOOKED[look["what"]]))
        counted[line] = counted.get(line, 0) + 1
    lines = tuple(
        ngettext("%(day)s: %(who)s %(did)s", "%(day)s: %(who)s %(did)s, %(num)s times", n, day=day, who=who, did=did)
        for (day, who, did), n in counted.items()
    )
    return [Entry("", (), lines)] if lines else []


def _both(record: WholeRecord, table: str) -> Iterable[tuple[Any, Row]]:
    return zip(record.rows[table], record.tables[table], strict=True)


def _day(moment: datetime) -> str:
    return str(format_date(moment, "medium"))


def _moment(moment: datetime) -> str:
    return str(format_datetime(moment, "medium"))
