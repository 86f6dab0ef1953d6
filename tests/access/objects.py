"""What stands in the addresses of routes: for each name of a URL converter, an own, a foreign, an absent object.

A new name that is not in MAKERS fails the build. `states` says in which state the object of an endpoint must be for
the step to be possible, and in which it is not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from werkzeug.routing import Rule

from referral.accounts.plan_codes import CODE_LETTERS
from tests.access.roles import Browser, Who
from tests.access.tenants import Tenant
from tests.access.world import World


class Variant(StrEnum):
    """Whose the object of the address is."""

    OWN = "own"
    FOREIGN = "foreign"
    ABSENT = "absent"
    WRONG_STATE = "wrong state"


class Side(StrEnum):
    """Who reaches an object at all, before any permission."""

    CLINIC = "clinic"
    #: A referral: its clinic's, and under the inbox its organization's.
    SHARED = "shared"
    MEMBER = "member"
    #: A service: organizations reach their own, editors of the directory every one.
    LISTED = "listed"
    SELF = "self"
    EVERYBODY = "everybody"
    #: Whoever holds the link.
    HOLDER = "holder"


@dataclass(frozen=True)
class Asker:
    """Who asks where: all that a maker needs to choose the object."""

    world: World
    browser: Browser
    endpoint: str

    @property
    def who(self) -> Who:
        return self.browser.who

    @property
    def own(self) -> Tenant:
        return self.world.tenant(self.who.tenant)

    @property
    def foreign(self) -> Tenant:
        return self.world.foreign if self.own is self.world.own else self.world.own


Make = Callable[[Asker, Variant], object | None]


@dataclass(frozen=True)
class Maker:
    """Makes the value of one converter; None where there is no such variant."""

    side: Side
    make: Make


#: Endpoint to (state in which the step is possible, state in which it is not), by kind of row.
STATES: dict[str, dict[str, tuple[str, str]]] = {
    "referral": {
        "referrals.undo": ("held", "sent"),
        "referrals.sign_again": ("draft", "sent"),
        "referrals.cancel": ("sent", "completed"),
        "referrals.withdraw": ("sent", "completed"),
        "referrals.mark_error": ("sent", "cancelled"),
        "referrals.record_answer": ("sent", "completed"),
        "referrals.find_other_places": ("declined", "sent"),
        "referrals.record_testimony": ("accepted", ""),
        "inbox.details": ("accepted", "sent"),
        "inbox.accept": ("sent", "completed"),
        "inbox.decline": ("sent", "completed"),
        "inbox.waitlist": ("sent", "completed"),
        "inbox.start": ("accepted", "completed"),
        "inbox.outcome": ("accepted", "cancelled"),
        "inbox.tap": ("accepted", "cancelled"),
        "inbox.appointment": ("accepted", "sent"),
        "inbox.ask": ("sent", "completed"),
        "inbox.room": ("sent", "completed"),
        "threads.write": ("sent", "completed"),
    },
    "patient": dict.fromkeys(
        ("patient_records.compare", "patient_records.merge", "patient_records.ask_undo", "patient_records.undo"),
        ("kept", ""),  # no legal hold stands on it
    ),
    "prescription": {"prescriptions.undo": ("held", "sent")},
    "to_do": {
        "navigation.finish": ("open", "done"),
        "navigation.take": ("open", "done"),
        "calling.no_answer": ("open", "done"),
        "calling.plan": ("open", "done"),
    },
    "need": {"screening.confirm": ("open", ""), "screening.confirm_page": ("open", "")},
    "phone": {
        "patients.retire": ("", "retired"),
        "consents.texting": ("", "retired"),
        "consents.record_texting": ("", "retired"),
        "consents.stop_texts": ("", "retired"),
        "consents.record_stop": ("", "retired"),
    },
    "second_factor": {"own_factors.show_app": ("new", ""), "own_factors.finish_app": ("new", "")},
    "invitation": {"people.withdraw_invitation": ("open", "accepted")},
    "token": {
        "reset.show": ("reset", ""),
        "questions.arrive": ("questions", ""),
        "accounts.invitation": ("invitation", ""),
        "accounts.take_up": ("invitation", ""),
    },
}


def _absent(asker: Asker) -> UUID:
    return uuid5(asker.world.network_id, "nobody")


def _states(kind: str, asker: Asker) -> tuple[str, str]:
    return STATES.get(kind, {}).get(asker.endpoint, ("", ""))


def row(kind: str, side: Side = Side.CLINIC) -> Maker:
    """Return the maker of a kind of row of the tenants."""

    def make(asker: Asker, variant: Variant) -> object | None:
        right, wrong = _states(kind, asker)
        if variant is Variant.ABSENT:
            return _absent(asker)
        if variant is Variant.WRONG_STATE:
            return asker.own.rows[kind, wrong] if wrong else None
        tenant = asker.own if variant is Variant.OWN else asker.foreign
        return tenant.rows[kind, right]

    return Maker(side, make)


def _instrument(asker: Asker, variant: Variant) -> object | None:
    found = {Variant.OWN: asker.own.rows["instrument", ""], Variant.ABSENT: _absent(asker)}
    return found.get(variant)


def _listing(asker: Asker, variant: Variant) -> object | None:
    found = {Variant.OWN: asker.own.listing_id, Variant.FOREIGN: asker.foreign.listing_id}
    return found.get(variant) if variant is not Variant.ABSENT else _absent(asker)


def _service(asker: Asker, variant: Variant) -> object | None:
    return {Variant.OWN: asker.own.service_id, Variant.ABSENT: _absent(asker)}.get(variant)


def _listed(asker: Asker, variant: Variant) -> object | None:
    """Only to organizations is a service foreign."""
    if variant is Variant.FOREIGN:
        return asker.foreign.service_id if asker.who.receives else None
    return _service(asker, variant)


def _member(asker: Asker, variant: Variant) -> object | None:
    if variant is Variant.ABSENT:
        return _absent(asker)
    if variant is Variant.OWN:
        return asker.world.network_id if asker.who.network else _administered(asker, asker.own)
    return _administered(asker, asker.foreign) if variant is Variant.FOREIGN else None


def _administered(asker: Asker, tenant: Tenant) -> UUID:
    return tenant.organization_id if asker.who.receives else tenant.clinic_id


def _membership(asker: Asker, variant: Variant) -> object | None:
    if variant is Variant.ABSENT:
        return _absent(asker)
    if variant is Variant.OWN and asker.who.network:
        return asker.world.network_memberships["colleague"]
    name = "organization_colleague" if asker.who.receives else "colleague"
    tenant = {Variant.OWN: asker.own, Variant.FOREIGN: asker.foreign}.get(variant)
    return tenant.memberships[name] if tenant else None


def _invitation(asker: Asker, variant: Variant) -> object | None:
    kind = "organization_invitation" if asker.who.receives else "invitation"
    return row("invitation").make(asker, variant) if kind == "invitation" else _of_organization(asker, variant)


def _of_organization(asker: Asker, variant: Variant) -> object | None:
    if variant is Variant.ABSENT:
        return _absent(asker)
    right, wrong = _states("invitation", asker)
    tenant = asker.foreign if variant is Variant.FOREIGN else asker.own
    state = wrong if variant is Variant.WRONG_STATE else right
    return tenant.rows["organization_invitation", state] if state or variant is not Variant.WRONG_STATE else None


def _login(asker: Asker, variant: Variant) -> object | None:
    if variant is Variant.ABSENT:
        return _absent(asker)
    if variant is Variant.OWN:
        return asker.browser.other_login_id or _absent(asker)
    return asker.world.foreign_login_id if variant is Variant.FOREIGN else None


def _of_person(kind: str) -> Make:
    """A row of somebody's own account; the foreign one is a colleague's."""

    def make(asker: Asker, variant: Variant) -> object | None:
        if variant is Variant.ABSENT:
            return _absent(asker)
        if variant is Variant.WRONG_STATE:
            return None
        if variant is Variant.FOREIGN:
            return asker.world.own.rows[kind, "colleague"]
        state = _states(kind, asker)[0]
        name = ("network " if asker.who.network else "") + asker.who.person
        return asker.world.own.rows.get((kind, f"{name} {state}".strip()), _absent(asker))

    return make


def _token(asker: Asker, variant: Variant) -> object | None:
    """A foreign token is one of another referral with our own signature; nobody but its holder has an own one."""
    right, wrong = _states("token", asker)
    own = asker.own.tokens[right or "sent"]
    holds = asker.who.questions if right == "questions" else asker.who.link
    if variant is Variant.OWN:
        return own if holds else None
    if variant is Variant.WRONG_STATE:
        return asker.own.tokens.get(wrong) if holds else None
    signature = own.rsplit(".", 1)[1]
    named = asker.foreign.tokens[right or "sent"].split(".")[0] if variant is Variant.FOREIGN else _absent(asker).hex
    return f"{named}.1.{signature}"


def _closed_day(asker: Asker, variant: Variant) -> object | None:
    """A day of one's own member: the organization for its people, else the clinic."""
    tenant = {Variant.OWN: asker.own, Variant.FOREIGN: asker.foreign}.get(variant)
    if variant is Variant.ABSENT:
        return _absent(asker)
    return tenant.rows["closed_day", "organization" if asker.who.receives else "clinic"] if tenant else None


def _code(asker: Asker, variant: Variant) -> object | None:
    """The code of a patient's own page; nobody but its holder has an own one."""
    if variant is Variant.OWN:
        return asker.own.tokens["plan"] if asker.who.plan else None
    return {Variant.FOREIGN: asker.foreign.tokens["plan"], Variant.ABSENT: "a" * CODE_LETTERS}.get(variant)


def _other(asker: Asker, variant: Variant) -> object | None:
    """A second record of the same clinic."""
    if variant is Variant.ABSENT:
        return _absent(asker)
    tenant = {Variant.OWN: asker.own, Variant.FOREIGN: asker.foreign}.get(variant)
    return tenant.rows["patient", "second"] if tenant else None


def _verb(asker: Asker, variant: Variant) -> object | None:
    if asker.endpoint == "answering.say":
        return {Variant.OWN: "ask"}.get(variant)
    if asker.endpoint == "answering.finished":
        return {Variant.OWN: "decline", Variant.ABSENT: "nothing"}.get(variant)
    found = "start" if asker.who.proven else "accept"
    return found if variant is Variant.OWN else None


def _step(_asker: Asker, variant: Variant) -> object | None:
    return "accept" if variant is Variant.OWN else None


def _file(asker: Asker, variant: Variant) -> object | None:
    return {Variant.OWN: "needsrx.css", Variant.ABSENT: "nothing.css"}.get(variant)


MAKERS: dict[str, Maker] = {
    "patient_id": row("patient"),
    "phone_id": row("phone"),
    "screening_id": row("screening"),
    "need_id": row("need"),
    "started_id": row("started_screening"),
    "instrument_id": Maker(Side.EVERYBODY, _instrument),
    "prescription_id": row("prescription"),
    "referral_id": row("referral", Side.SHARED),
    "to_do_id": row("to_do"),
    "contact_plan_id": row("contact_plan"),
    "absence_id": row("absence"),
    "phone_number_id": row("phone_number"),
    "other_id": Maker(Side.CLINIC, _other),
    "merge_id": row("patient_merge"),
    "move_id": row("patient_move"),
    "proxy_id": row("patient_proxy"),
    "bar_id": row("patient_bar"),
    "organization_id": Maker(Side.CLINIC, _listing),
    "service_id": Maker(Side.EVERYBODY, _service),
    "listed_id": Maker(Side.LISTED, _listed),
    "member_id": Maker(Side.MEMBER, _member),
    "membership_id": Maker(Side.MEMBER, _membership),
    "closed_day_id": Maker(Side.MEMBER, _closed_day),
    "staff_phone_id": row("staff_phone", Side.MEMBER),
    "invitation_id": Maker(Side.MEMBER, _invitation),
    "login_session_id": Maker(Side.SELF, _login),
    "factor_id": Maker(Side.SELF, _of_person("second_factor")),
    "identity_id": Maker(Side.SELF, _of_person("identity")),
    "demand_id": row("legal_demand"),
    "break_glass_id": row("break_glass"),
    "name": Maker(Side.EVERYBODY, lambda _asker, variant: {Variant.ABSENT: "nobody"}.get(variant)),
    "token": Maker(Side.HOLDER, _token),
    "code": Maker(Side.HOLDER, _code),
    "verb": Maker(Side.EVERYBODY, _verb),
    "step": Maker(Side.EVERYBODY, _step),
    "filename": Maker(Side.EVERYBODY, _file),
}

#: Pages of what was sent to an organization: there, a referral is not its clinic's.
RECEIVED = "inbox."


@dataclass(frozen=True)
class Address:
    """Values for a rule's converters. `variant`: the worst among them; `label` names which one is not one's own."""

    variant: Variant
    label: str
    values: dict[str, object]


def addresses(asker: Asker, rule: Rule) -> Iterator[Address]:
    """Give the own address, each with one foreign or absent value among own ones, all foreign, and the wrong state."""
    names = sorted(rule.arguments)
    own = {name: MAKERS[name].make(asker, Variant.OWN) for name in names}
    if None not in own.values():
        yield Address(Variant.OWN, "own", own)
    for variant in (Variant.FOREIGN, Variant.ABSENT):
        found = {name: MAKERS[name].make(asker, variant) for name in names}
        for name in names:
            filled = own | {name: found[name]}
            if found[name] is not None and found[name] != own[name] and _whole(filled, found):
                yield Address(variant, f"{variant} {name}", {each: filled[each] or found[each] for each in names})
        if len(names) > 1 and None not in found.values():
            yield Address(variant, f"all {variant}", found)
    wrong = {name: MAKERS[name].make(asker, Variant.WRONG_STATE) for name in names}
    if any(wrong.values()) and None not in own.values():
        yield Address(Variant.WRONG_STATE, "wrong state", {name: wrong[name] or own[name] for name in names})


def _whole(filled: dict[str, object], found: dict[str, object]) -> bool:
    return all(filled[name] is not None or found[name] is not None for name in filled)


def reaches(asker: Asker, address: Address, names: set[str]) -> bool:
    """Return True if the objects of the address are there for whoever asks, before any permission."""
    who = asker.who
    if address.variant is Variant.ABSENT:
        return False
    for name in names:
        side = MAKERS[name].side
        if side is Side.CLINIC or (side is Side.SHARED and not asker.endpoint.startswith(RECEIVED)):
            if not who.sees_clinic or address.variant is Variant.FOREIGN:
                return False
        elif side is Side.SHARED:
            if not who.receives or address.variant is Variant.FOREIGN:
                return False
        elif side is Side.LISTED:
            if who.receives and address.variant is Variant.FOREIGN:
                return False
        elif (side is Side.MEMBER and not _looked_after(who, address.variant)) or (
            address.variant is Variant.FOREIGN and side in (Side.SELF, Side.HOLDER)
        ):
            return False
    return True


def _looked_after(who: Who, variant: Variant) -> bool:
    """A platform administrator looks after the people of every member."""
    return variant is not Variant.FOREIGN or who.person == "platform_administrator"
