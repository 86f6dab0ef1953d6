"""What stands in the audit as a code, in words that a privacy officer understands: kinds, actors, tables."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from referral.accounts.principal import EMERGENCY_LABEL
from referral.audit.models import AuditKind
from referral.privacy.place_words import PLACES, WORK

KINDS: Mapping[str, LazyString] = {
    AuditKind.READ: _l("Looked at"),
    AuditKind.CREATED: _l("Wrote"),
    AuditKind.CHANGED: _l("Changed"),
    AuditKind.DELETED: _l("Deleted"),
    AuditKind.DENIED: _l("Was refused"),
    AuditKind.SIGNED_IN: _l("Signed in"),
    AuditKind.SIGN_IN_FAILED: _l("Gave a wrong password"),
    AuditKind.SIGNED_OUT: _l("Signed out"),
    AuditKind.EXPORTED: _l("Took a copy away"),
    AuditKind.LIST_MADE: _l("Made a list"),
    AuditKind.ERASED: _l("Erased the record"),
    AuditKind.HELD: _l("Put a legal hold on it"),
    AuditKind.HOLD_LIFTED: _l("Lifted the legal hold"),
    AuditKind.GLASS_OPENED: _l("Opened emergency access"),
    AuditKind.GLASS_ENDED: _l("Ended emergency access"),
    AuditKind.GLASS_REVIEWED: _l("Reviewed an emergency access"),
    AuditKind.FACTOR_ADDED: _l("Added a second proof of who they are"),
    AuditKind.FACTOR_REMOVED: _l("Removed a second proof of who they are"),
    AuditKind.FACTOR_FAILED: _l("Gave a wrong code, or failed the second proof"),
    AuditKind.FACTORS_RESET: _l("Reset somebody's second proof"),
    AuditKind.PASSWORD_CHANGED: _l("Changed the password"),
    AuditKind.PASSWORD_RESET: _l("Reset a forgotten password"),
    AuditKind.INVITED: _l("Invited somebody"),
    AuditKind.INVITATION_WITHDRAWN: _l("Took an invitation back"),
    AuditKind.MEMBERSHIP_GIVEN: _l("Began to work here, or gave somebody a role"),
    AuditKind.MEMBERSHIP_ENDED: _l("Ended a membership"),
    AuditKind.OWNERS_NAMED: _l("Named who owns the to-dos"),
    AuditKind.MEMBER_MADE: _l("Let a new member take part"),
    AuditKind.SIGN_INS_ENDED: _l("Signed other browsers out"),
    AuditKind.CODES_RENEWED: _l("Made new recovery codes"),
    AuditKind.PERSON_SUSPENDED: _l("Suspended somebody"),
    AuditKind.PERSON_RESTORED: _l("Let somebody sign in again"),
    AuditKind.IDENTITY_LINKED: _l("Linked a sign-in of their organization"),
    AuditKind.IDENTITY_UNLINKED: _l("Unlinked a sign-in of their organization"),
    AuditKind.PROVIDER_SET: _l("Set up the organization's own sign-in"),
    AuditKind.PROVIDER_REMOVED: _l("Removed the organization's own sign-in"),
    AuditKind.DEMAND_RECORDED: _l("Recorded a legal demand"),
    AuditKind.DEMAND_ANSWERED: _l("Answered or refused a legal demand"),
    AuditKind.KEYS_ROTATED: _l("Changed the keys"),
    AuditKind.RETENTION_RAN: _l("Removed what was kept long enough"),
    AuditKind.LINK_OPENED: _l("Opened a link"),
    AuditKind.CODE_SENT: _l("Had a code sent"),
    AuditKind.CODE_FAILED: _l("Gave a wrong code"),
}

#: Who acted when it was no person of ours under their membership; the rest is WORK.
ACTORS: Mapping[str, LazyString] = {
    "membership": _l("Somebody of ours"),
    "link": _l("Whoever holds the link in an e-mail"),
    "plan page": _l("Whoever opened the patient's own page"),
    "nobody": _l("Somebody who is not signed in"),
    "screening link": _l("Whoever holds the link in a text"),
    "tablet": _l("Whoever holds a device that staff handed over"),
    EMERGENCY_LABEL: _l("Somebody with emergency access"),
}

#: What each table about a clinic's patients holds.
TABLES: Mapping[str, LazyString] = {
    "answer": _l("answers to the needs check"),
    "appointment": _l("appointments at organizations"),
    "assignment": _l("who at an organization looks after it"),
    "break_glass": _l("emergency access"),
    "contact_attempt": _l("attempts to reach the patient"),
    "contact_plan": _l("plans to reach the patient"),
    "disclosure": _l("what was given to whom"),
    "erasure": _l("the erasure of a record"),
    "favourite_service": _l("the clinic's usual services"),
    "hand_over": _l("to-dos handed over"),
    "household_member": _l("who lives with whom"),
    "inbound_message": _l("texts from the patient"),
    "legal_demand": _l("a legal demand"),
    "legal_demand_step": _l("the history of a legal demand"),
    "legal_hold": _l("a legal hold"),
    "message": _l("messages sent"),
    "need": _l("needs"),
    "need_plan": _l("when help is wanted"),
    "patient": _l("name, birth date and other facts"),
    "patient_bar": _l("whom they barred"),
    "patient_correction": _l("the history of their facts"),
    "patient_merge": _l("merged records"),
    "patient_move": _l("moves to another clinic"),
    "patient_proxy": _l("who speaks for them"),
    "texting_pause": _l("pauses of texts"),
    "patient_name_token": _l("the index for finding names"),
    "patient_phone": _l("phones"),
    "plan_code": _l("the address of the patient's own page"),
    "plan_need": _l("what the patient's own page may name"),
    "plan_word": _l("the word that opens the patient's own page"),
    "prescription": _l("prescriptions"),
    "question": _l("questions asked by text"),
    "referral": _l("referrals"),
    "late_answer": _l("answers that came late"),
    "reroute_alternative": _l("other places that were offered"),
    "referral_move": _l("the history of referrals"),
    "referral_rating": _l("what the patient thought of the help"),
    "screening": _l("screenings"),
    "started_screening": _l("screenings on their way"),
    "sharing_consent": _l("permissions to share"),
    "staff_notice": _l("texts to the staff of organizations"),
    "testimony": _l("what each side says happened"),
    "texting_consent": _l("permissions to text"),
    "thread_message": _l("what clinic and organization wrote to each other"),
    "to_do": _l("to-dos"),
}


def kind_words(kind: str) -> str:
    """Return what was done, as a few words about whoever did it."""
    return str(KINDS[AuditKind(kind)])


def actor_words(actor: str) -> str:
    """Return who acted, for what no person of ours did by name."""
    words = ACTORS.get(actor) or WORK.get(actor)
    return str(words) if words is not None else _("The product itself")


def place_words(place: str) -> str:
    """Return where it was done: a page, or a piece of the product's own work."""
    words = PLACES.get(place) or WORK.get(place)
    return str(words) if words is not None else _("Another part of the product")


def table_words(tables: list[str]) -> list[str]:
    """Return what was touched, in table order; a table without words of its own is left out."""
    return [str(TABLES[name]) for name in tables if name in TABLES]
