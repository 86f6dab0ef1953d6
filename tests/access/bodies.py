"""What is sent to each route that takes something, so that its own object's step is really done; and what it answers.

A route without an entry fails the build. Denied people send the same body.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import column, select, table

from referral.accounts.roles import NEEDS_SECOND_FACTOR
from referral.kit import clock
from referral.kit.collisions import written
from referral.kit.scope import job_scope
from referral.patients.consent_words import WORDS_VERSION
from referral.patients.models import PatientPhone
from referral.patients.proxies import OPEN_TO_OTHERS
from referral.patients.texting_answers import texting_facts
from referral.records.words import Purpose
from referral.referrals.clock_forms import facts_of_form
from referral.referrals.clock_policy import SHIPPED
from resources_directory.corrections import Listed, listed_facts, stand_of
from resources_directory.models.organization import Organization
from resources_directory.models.service import Service
from tests.access.objects import Address, Asker
from tests.access.tenants import PLAN_WORD, Tenant

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A body, and the status that answers it for an own object, and for one in a state that forbids it."""

    body: Callable[[Asker, Address], Body] = field(default=lambda _asker, _address: {})
    status: int | Callable[[Asker], int] = 303
    wrong: int = 409
    #: The status for a member that is not one's own, to whoever looks after all of them.
    foreign: int | None = None


def plain(status: int | Callable[[Asker], int] = 303, wrong: int = 409, **body: str) -> Step:
    """Return a step whose body is always the same."""
    return Step(lambda _asker, _address: body, status, wrong)


def version_of(asker: Asker, kind: str, row_id: object) -> str:
    """Return the version of a row as its page shows it; "1" for none."""
    named = table(kind, column("id"), column("version"))
    with asker.world.database.reading(job_scope("tests")) as session:
        stored = row_id.hex if session.get_bind().dialect.name == "sqlite" and isinstance(row_id, UUID) else row_id
        found = session.execute(select(named.c.version).where(named.c.id == stored)).scalar()
    return str(found or 1)


def at_version(kind: str, name: str = "version", *, status: int = 303, wrong: int = 409, **body: str) -> Step:
    """Return a step about a row as it stood on the page. `kind`: its table, and its converter's name before _id."""

    def make(asker: Asker, address: Address) -> Body:
        return {name: version_of(asker, kind, address.values[f"{kind}_id"]), **body}

    return Step(make, status, wrong)


def _told(asker: Asker, _address: Address) -> Body:
    version = version_of(asker, "referral", asker.own.rows["referral", "accepted"])
    said = {"speaker": "Rosa", "channel": "phone", "outcome": "received"}
    return {f"told-{name}": value for name, value in ({"referral_version": version} | said).items()}


def _prescribed(asker: Asker, _address: Address) -> Body:
    return {
        "step": "review", "urgency": "routine", "lines-0-need_id": str(asker.own.rows["need", "wanted"]),
        "lines-0-service": str(asker.own.service_id), "lines-0-mode": "self_directed",
    }  # fmt: skip


def _agreed_to_texts(asker: Asker, address: Address) -> Body:
    """The form as the phone's page shows it."""
    said = {"agrees": "yes", "words_language": "en", "words_version": WORDS_VERSION, "sms_ok": "yes", "holder": "self"}
    with asker.world.database.reading(job_scope("tests")) as session:
        phone = session.get(PatientPhone, address.values["phone_id"])
        opened = written(texting_facts(session, phone)) if phone is not None else ""
    return said | {"opened": opened} | _SAID


def _ticked(asker: Asker, _address: Address) -> Body:
    row_id = asker.own.rows["referral", "sent"]
    return {"row": f"{row_id}:{version_of(asker, 'referral', row_id)}", "answer": "accept"}


def _membership(asker: Asker, _address: Address) -> Body:
    who = asker.who
    of = asker.world.network_memberships if who.network else asker.own.memberships
    return {"membership_id": str(of.get(who.person, ""))}


def _owner(asker: Asker, _address: Address) -> Body:
    if asker.who.network:
        return {"owner": str(asker.world.network_people["colleague"])}
    people = asker.own.people
    return {"owner": str(people["organization_colleague" if asker.who.receives else "colleague"])}


def _who_hears_patients(asker: Asker) -> int:
    """To-dos are owned at clinics alone, by clinicians and navigators."""
    return 422 if asker.who.network or asker.who.receives else 303


def _corrected(of: type[Listed], which: Callable[[Tenant], UUID]) -> Callable[[Asker, Address], Body]:
    """The form of a listing as its page shows it, with other words for what it offers."""

    def make(asker: Asker, _address: Address) -> Body:
        with asker.world.database.reading(job_scope("tests")) as session:
            stands = listed_facts(session.get_one(of, which(asker.own)))
        return {name: text or "" for name, text in stands.items()} | {"seen": stand_of(stands), "description": "More."}

    return make


def _handed_over(asker: Asker, _address: Address) -> Body:
    people = asker.own.people
    return {"over-giver": str(people["navigator"]), "over-to": str(people["colleague"]), "over-which": "all"}


def _away(asker: Asker, _address: Address) -> Body:
    person = str(asker.own.people["colleague"])
    return {"away-person": person, "away-first_day": _SOON, "away-last_day": _SOON}


def _invited(asker: Asker, _address: Address) -> Body:
    role = "analyst" if asker.who.network else "organization_staff" if asker.who.receives else "clinician"
    return {"name": "Ines", "email": "new@own.example", "role": role}


def _token(state: str, **body: str) -> Callable[[Asker, Address], Body]:
    """The token of a link in the body: one's own, or for whoever has none a foreign one with a wrong signature."""

    def make(asker: Asker, _address: Address) -> Body:
        token = asker.own.tokens[state]
        return {"token": token if asker.who.link else token[:-4] + "0000", **body}

    return make


def _opening(asker: Asker, _address: Address) -> Body:
    """One's own code with the word; whoever has none sends a code of their own making, so that tries do not add up."""
    code = asker.own.tokens["plan"] if asker.who.plan else asker.who.name
    return {"code": code, "answer": PLAN_WORD}


def _about_plan(kind: str, state: str = "", **body: str) -> Callable[[Asker, Address], Body]:
    """A button of the patient's own page about a row of theirs."""
    return lambda asker, _address: {"about": str(asker.own.rows[kind, state]), **body}


def _by_link(**forms: Mapping[str, str]) -> Callable[[Asker, Address], Body]:
    """Forms of the page behind a link, by their prefix. Each says about which opened link it is."""

    def make(asker: Asker, _address: Address) -> Body:
        about = {f"{prefix}-about": str(asker.browser.link_session_id) for prefix in forms}
        return about | {f"{prefix}-{name}": value for prefix, form in forms.items() for name, value in form.items()}

    return make


def _emergency(asker: Asker, _address: Address) -> Body:
    """Another clinic's records, or one's own where one sees none of its patients."""
    own = asker.who.person in ("analyst", "directory_editor")
    clinic = asker.own.clinic_id if own and not asker.who.network else asker.foreign.clinic_id
    return {"clinic": str(clinic), "reason": "Somebody lies unconscious in the hall."}


def _last_factor(asker: Asker) -> int:
    """Whoever must have a second factor keeps the last one."""
    return 409 if asker.who.role in NEEDS_SECOND_FACTOR else 303


def _opened(asker: Asker) -> int:
    """Analysts and editors open their own clinic only, and a network is none."""
    return 422 if asker.who.network and asker.who.person != "platform_administrator" else 303


#: A day that is still to come.
_SOON = str((clock.now() + timedelta(days=2)).date())
_PATIENT = {"given_name": "Aurelio", "privacy_level": "standard", "spoken_language": "es", "written_language": "es"}
_SAID = {"method": "in_person", "in_whose_name": "patient"}


def _moved(asker: Asker, _address: Address) -> Body:
    return {"to": str(asker.foreign.clinic_id), "agrees": "y", "words_language": "en", **_SAID}


def _barred(asker: Asker, _address: Address) -> Body:
    return {"person": str(asker.own.people["colleague"])}


def _barred_listing(asker: Asker, _address: Address) -> Body:
    return {"organization_name": "table", "organization": str(asker.own.listing_id), **_SAID}


_ASKED = {
    "mode": "staff", "chosen_instrument": "needs_check@2026-11", "language": "en", "respondent": "patient",
}  # fmt: skip


def _questions_token(asker: Asker, _address: Address) -> Body:
    token = asker.own.tokens["questions"]
    return {"token": token if asker.who.questions else token[:-4] + "0000"}


STEPS: dict[str, Step] = {
    "account.password": plain(422),
    "staff_phones.add": plain(phone="+15595550199", agrees="y", words="en"),
    "staff_phones.text_code": plain(),
    "staff_phones.confirm": plain(422, code="00000000"),
    "staff_phones.stop": plain(),
    "staff_phones.stop_colleague": plain(),
    "account.end_one": plain(),
    "account.end_others": plain(),
    "accounts.choose_membership": Step(_membership),
    "answering.details": Step(_by_link(details={"name": "Olga"})),
    "answering.answer": Step(_by_link(accept={"name": "Olga"}, start={"name": "Olga"})),
    "answering.say": Step(_by_link(ask={"name": "Olga", "words": "When may we call?"})),
    "answering.ask_for_code": Step(_by_link(send={})),
    "answering.check_code": Step(_by_link(code={"code": "000000", "name": "Olga"})),
    "arriving.exchange": Step(_token("sent")),
    "arriving.mail_fresh": Step(_token("sent")),
    "reset.choose": Step(_token("reset", password="correct horse battery staple 9")),
    "single_sign_on.begin_invitation": Step(_token("invitation")),
    "reset.ask": plain(200, email="nobody@own.example"),
    "glass.begin": Step(_emergency, _opened),
    "glass.end": plain(),
    "accounts.take_up": plain(303, 410, name="Ines", password="correct horse battery staple 9"),
    "consents.record_texting": Step(_agreed_to_texts, 303, 404),
    "consents.record_stop": plain(303, 404),
    "consents.record_stop_sharing": plain(**_SAID),
    "inbox.details": plain(200),
    "inbox.accept": plain(),
    "inbox.decline": plain(**{"decline-reason": "no_capacity"}),
    "inbox.waitlist": plain(),
    "inbox.start": plain(),
    "inbox.outcome": plain(**{"outcome-outcome": "received"}),
    "inbox.tap": at_version("referral", outcome="received"),
    "inbox.appointment": plain(**{"appointment-appointment": f"{_SOON}T10:00"}),
    "inbox.ask": plain(**{"ask-words": "When may we call?"}),
    "inbox.room": plain(**{"room-status": "waitlist"}),
    "inbox.assign": plain(**{"assign-person": "", "assign-assigned_version": "1"}),
    "inbox.find": plain(422, number="no such number"),
    "several.answer": Step(_ticked, 200),
    "rooms.say": Step(lambda asker, _address: {"service": str(asker.own.service_id), "status": "capacity"}),
    "listings.save": Step(_corrected(Organization, lambda tenant: tenant.listing_id)),
    "listings.save_service": Step(_corrected(Service, lambda tenant: tenant.service_id)),
    "asked_fields.declare": plain(fields_asked="diet"),
    "request_files.take": plain(200),
    "request_files.look": plain(422),
    "request_files.apply": plain(422),
    "threads.write": plain(**{"message-words": "You may call now."}),
    "closed_days.add": plain(day=_SOON),
    "closed_days.remove": plain(),
    "navigation.finish": at_version("to_do", "done-version", wrong=303, **{"done-outcome": "Called."}),  # words beside
    "navigation.add_attempt": plain(**{"attempt-channel": "phone", "attempt-reached": "no"}),
    "navigation.record_told": Step(_told),
    "navigation.lose": plain(409),
    "navigation.take": at_version("to_do"),
    "calling.answer": plain(422, **{"answer-digit": "1", "answer-speaker": "Rosa"}),
    "calling.no_answer": plain(),
    "calling.plan": plain(**{"plan-channel": "phone", "plan-day": _SOON, "plan-hour": "10:00"}),
    "calling.do_now": plain(),
    "calling.take_up": plain(),
    "households.find": plain(200, words="Nobody"),
    "households.put_in": plain(),
    "households.take_out": plain(),
    "hand_over.give": Step(_handed_over),
    "hand_over.note_away": Step(_away),
    "hand_over.end_away": plain(),
    "patients.search_patients": plain(200),
    "patients.register": plain(**_PATIENT),
    "patients.correct": at_version("patient", **_PATIENT),
    "patients.add_patient_phone": plain(phone="559-555-0177", sms_ok="yes", holder="self"),
    "patients.retire": plain(303, 404),
    "people.invite_person": Step(_invited, foreign=422),
    "people.choose_owners": Step(_owner, _who_hears_patients, foreign=422),
    "people.withdraw_invitation": plain(),
    "people.end": plain(sure="yes"),
    "people.suspend": plain(),
    "people.restore": Step(foreign=409),
    "people.make_member": plain(
        kind="clinic", name="Elm", texting_name="Elm", timezone_name="America/Los_Angeles",
        administrator_name="Ada", administrator_email="ada@elm.example",
    ),
    "prescriptions.review_or_sign": Step(_prescribed, 200),
    "prescriptions.undo": plain(),
    "favourites.star": plain(),
    "favourites.unstar": plain(),
    "referrals.undo": at_version("referral"),
    "referrals.sign_again": at_version("referral"),
    "referrals.cancel": at_version("referral"),
    "referrals.withdraw": at_version("referral"),
    "referrals.mark_error": at_version("referral", reason="wrong_details", sure="y"),
    "referrals.find_other_places": at_version("referral"),
    "clock_policies.make": plain(why="A test.", **{name: str(value) for name, value in facts_of_form(SHIPPED).items()}),
    "referrals.record_answer": at_version("referral", speaker="Olga", answer="accept", wrong=422),
    "referrals.record_testimony": at_version(
        "referral", side="patient", speaker="Rosa", channel="phone", outcome="received"
    ),
    "screening.ask_questions": plain(200, **_ASKED),
    "screening.record_answers": plain(422, **_ASKED),
    "started.go_on": plain(200),
    "started.hand_over": plain(code="481529"),
    "started.text": plain(422),  # the questions do not exist in the patient's language
    "started.discard": plain(),
    "questions.exchange": Step(_questions_token),
    "questions.year": plain(422),
    "questions.answer": plain(at="1"),
    "tablet.answer": plain(at="1"),
    "tablet.take": plain(422),
    "screening.voice": plain(domain="food", wants_help="yes"),
    "screening.confirm": at_version("need", says="yes"),
}  # fmt: skip

STEPS |= {
    "conversation.answer": plain(422, text="help"),  # its words are not reviewed in the patient's language
    "conversation.call": plain(),
    "conversation.pause_all": plain(look_on=_SOON),
    "conversation.let_go": plain(),
    "patient_records.record_death": plain(died_on=""),
    "patient_records.undo_death": plain(),
    "patient_records.search_other": plain(200, record_number="none"),
    "patient_records.merge": plain(why="The same phone."),
    "patient_records.undo": plain(),
    "patient_moves.offer": Step(_moved),
    "patient_moves.withdraw": plain(),
    "patient_moves.take": plain(),
    "patient_moves.turn_down": plain(),
    "patient_wishes.add_proxy": plain(
        name="Marta", relation="guardian", phone="", **{f"reach_{domain}": "see" for domain in OPEN_TO_OTHERS}
    ),
    "patient_wishes.stop_proxy": plain(),
    "patient_wishes.keep": plain(domains="food"),
    "patient_wishes.bar_somebody": Step(_barred),
    "patient_wishes.bar_listed": Step(_barred_listing),
    "patient_wishes.lift": plain(),
    "plan_entry.open_page": Step(_opening),
    "plan.call": plain(),
    "plan.stop_sharing": Step(lambda asker, _address: {"about": str(asker.own.listing_id), "sure": "yes"}),
    "plan.stop_texts": plain(sure="yes"),
    "plan.choose_language": plain(language="es"),
    "plan.choose_word": plain(word="blue heron"),
    "plan.rate": Step(_about_plan("referral", "completed", stars="4")),
    "plan.other_place": Step(_about_plan("referral", "completed")),
    "plan.not_so": Step(_about_plan("referral", "completed")),
    "plan.close": plain(),
    "plan_keys.renew": plain(),
    "plan_keys.set_word": plain(word="blue heron"),
    "plan_keys.clear_word": plain(),
    "plan_keys.choose_need": plain(422),
}
STEPS |= {
    "factors.answer": plain(422),
    "factors.answer_with_key": plain(422),
    "factors.confirmed": plain(422),
    "factors.key_options": plain(200),
    "own_factors.begin_app": plain(),
    "own_factors.finish_app": plain(422),
    "own_factors.finish_key": plain(422),
    "own_factors.key_options": plain(200),
    "own_factors.renew_codes": plain(200),
    "own_factors.remove": plain(_last_factor),
    "own_factors.rename": plain(303, 404, label="My phone"),
    "single_sign_on.begin_link": plain(
        404
    ),  # no member of the matrix has a provider: it would be asked over the network
    "single_sign_on.unlink": plain(),
    "providers.save": plain(422),
    "providers.remove": plain(),
    "privacy_patients.look_up": plain(200, record_number="none"),
    "privacy_demands.write_down": plain(
        demander="police", kind="request", received_on="2026-01-05", about="many", asked="All who speak Arabic."
    ),
    "privacy_demands.add_step": plain(422),
    "privacy_emergency.judge": plain(409, finding="appropriate", words="It is still open."),
    "privacy_emergency.end": plain(),
    "people.lost_factors": plain(),
    "people.end_sign_ins": plain(),
    "records.find": plain(200, words="Nobody"),
    "records.make_export": plain(200, purpose=str(Purpose.PATIENT_ASKED), words="He asked.", kind="json"),
    "records.erase_for_good": plain(200, words="He asked."),
    "holds.place": plain(409, words="A court asked."),
    "holds.confirm": plain(),
    "holds.ask_to_lift": plain(words="The case is closed."),
    "holds.keep": plain(409),
    "holds.lift": plain(409),
}

#: Pages that lead elsewhere.
PAGES: dict[str, int] = {"screening.answers_address": 303}
#: Pages of what is no more.
GONE_PAGES: dict[str, int] = {"consents.texting": 404, "consents.stop_texts": 404}
