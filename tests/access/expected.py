"""The status that a cell of the matrix must have, computed from the policy table, who asks, and whose the object is.

Pages that need no permission are few, and each says here what it answers: a new one without an entry fails the build.
"""

from collections.abc import Callable
from pathlib import Path

from werkzeug.routing import Rule

from referral.kit.policy import PUBLIC, policy
from referral.kit.transaction import SAFE_METHODS
from tests.access.bodies import GONE_PAGES, PAGES, STEPS
from tests.access.objects import Address, Asker, Variant, reaches

#: What was reviewed by somebody, and must stay so.
GOLDEN = Path(__file__).with_name("golden")
#: Endpoints of dangerous steps, which ask whoever proved long ago who they are to prove it again.
FRESH = frozenset((GOLDEN / "fresh.txt").read_text().split())


class Unknown(Exception):
    """Nobody has said what a route answers."""


#: Answers of routes without a permission, for an own (or no) object; other objects are answered with 404 or below.
PUBLIC_PAGES: dict[str, int] = {
    "web.home": 302,
    "web.healthz": 200,
    "static": 200,
    "accounts.sign_in": 200,
    "accounts.enter": 422,
    "accounts.enter_demo": 404,
    "accounts.leave": 303,
    "accounts.choose_language": 303,
    "accounts.invitation": 200,
    "accounts.take_up": 303,
    "answering.back": 302,
    "answering.finished": 200,
    "answering.leave": 303,
    "arriving.show": 200,
    "plan.close": 303,
    "plan.closed": 200,
    "plan_entry.show": 200,
    "questions.arrive": 200,
    "questions.done": 200,
    "reset.forgotten": 200,
    "reset.ask": 200,
    "reset.show": 200,
    "single_sign_on.ask": 200,
    "single_sign_on.find": 422,
    "single_sign_on.show": 404,
    "single_sign_on.begin": 404,
    "single_sign_on.back": 403,
    "hsds.about": 200,
    "hsds.openapi": 200,
    "hsds.services": 200,
    "hsds.service": 200,
    "simulator.home": 404,
    "simulator.phone": 404,
    "simulator.reply": 404,
    "simulator.staff_phone": 404,
    "simulator.staff_reply": 404,
    "simulator.mailbox": 404,
    "simulator.move_on": 404,
    "webhooks.inbound": 403,
    "webhooks.staff_inbound": 403,
    "webhooks.status": 403,
}
#: Pages of a browser that opened a link: what the holder gets before the code and after it. Everybody else: 410.
HOLDERS_PAGES: dict[str, tuple[int, int]] = {
    "answering.show": (200, 200),
    "answering.answer": (303, 303),
    "answering.say": (303, 303),
    "answering.ask_for_code": (410, 303),
    "answering.check_code": (422, 422),
    "answering.details": (410, 303),
    "arriving.exchange": (303, 303),
    "arriving.mail_fresh": (303, 303),
    "reset.choose": (303, 303),
    "single_sign_on.begin_invitation": (404, 404),
}
#: A patient's own page: what a browser gets that opened it. Everybody else: 410, and 422 for what opens nothing.
PLAN_PAGES: dict[str, int] = {
    "plan.show": 200,
    "plan.keep": 200,
    "plan.call": 303,
    "plan.stop_sharing": 303,
    "plan.stop_texts": 303,
    "plan.choose_language": 303,
    "plan.choose_word": 303,
    "plan.rate": 303,
    "plan.other_place": 404,
    "plan.not_so": 303,
    "plan.sure": 200,
    "plan_entry.open_page": 303,
}
#: The questions of a screening behind a link: what a browser gets that opened it and gave the birth year; others: 410.
QUESTIONS_PAGES: dict[str, int] = {
    "questions.show": 200,
    "questions.exchange": 303,
    "questions.year": 422,
    "questions.answer": 303,
}
#: The pages of a device in a patient's hands. Every other page leads it here; every other browser finds nothing there.
TABLET_PAGES: dict[str, int] = {"tablet.show": 200, "tablet.answer": 303, "tablet.give_back": 200, "tablet.take": 422}
#: What answers without asking who calls, also to such a device.
FOR_ANYBODY = frozenset({"static", "web.healthz"})
#: What is answered for an object that is not one's own, where it is not 404.
NOT_OWN: dict[str, int] = {
    "plan_entry.show": 200,  # for every code there could be
    "single_sign_on.back": 403,
    **dict.fromkeys(("arriving.show", "questions.arrive", "reset.show"), 410),
    **dict.fromkeys(("accounts.invitation", "accounts.take_up"), 410),
}
#: Pages about one's own clinic: a network has none.
OF_A_CLINIC = ("privacy_demands.", "privacy_emergency.", "privacy_patients.", "privacy.denials", "privacy.exports")
PUBLIC_BODIES: dict[str, dict[str, str]] = {"accounts.choose_language": {"language": "es"}}
#: Webhooks are signed: who did not sign is refused whatever the method.
SIGNED = frozenset({"webhooks.inbound", "webhooks.staff_inbound", "webhooks.status"})


def expected_status(asker: Asker, rule: Rule, method: str, address: Address) -> int:
    """Return the status that the cell must have. Raises Unknown for a route that nobody has thought about."""
    if asker.who.tablet and rule.endpoint not in FOR_ANYBODY | set(TABLET_PAGES):
        return 303
    if rule.endpoint in SIGNED:
        return 403
    if method == "OPTIONS":
        return 200
    view = asker.world.app.view_functions[rule.endpoint]
    name: str = view.policy_name  # type: ignore[attr-defined]
    if name == PUBLIC:
        return _public(asker, rule, method, address)
    refusal = refused(asker, name, method)
    if refusal is not None:
        return refusal
    if rule.endpoint in FRESH and address.label.startswith("stale"):
        return 302 if method in SAFE_METHODS else 403
    if not reaches(asker, address, rule.arguments):
        return 404
    if asker.who.network and rule.endpoint.startswith(OF_A_CLINIC):
        return 404
    if rule.endpoint == "factors.ask" and method in SAFE_METHODS:
        return 200 if asker.who.factors == 1 else 302
    if asker.who.factors == 1 and rule.endpoint == "own_factors.finish_key":
        return 422  # it looks at the empty form first
    if asker.who.factors == 1 and rule.endpoint.startswith("own_factors."):
        return 302 if method in SAFE_METHODS else 403  # a second factor they have is asked for before it is looked at
    return _reached(asker, method, address)


def refused(asker: Asker, permission: str, method: str) -> int | None:
    """Return the answer to whoever lacks sign-in, a factor or the permission; None for whoever may."""
    who, looking = asker.who, method in SAFE_METHODS
    if not who.signed:
        return 302 if looking else 401
    if who.factors == 1 and permission not in policy.one_factor:
        return 302 if looking else 403
    return None if str(who.role) in policy.roles_with(permission) else 404


def _public(asker: Asker, rule: Rule, method: str, address: Address) -> int:
    if rule.endpoint in HOLDERS_PAGES:
        return HOLDERS_PAGES[rule.endpoint][asker.who.proven] if asker.who.link else 410
    if rule.endpoint in PLAN_PAGES:
        closed = 422 if rule.endpoint == "plan_entry.open_page" else 410
        return PLAN_PAGES[rule.endpoint] if asker.who.plan else closed
    if rule.endpoint in QUESTIONS_PAGES:
        return QUESTIONS_PAGES[rule.endpoint] if asker.who.questions else 410
    if rule.endpoint in TABLET_PAGES:
        return TABLET_PAGES[rule.endpoint] if asker.who.tablet else 404
    if rule.endpoint not in PUBLIC_PAGES:
        raise Unknown(f"{rule.rule}: say in PUBLIC_PAGES what it answers")
    if address.variant in (Variant.FOREIGN, Variant.ABSENT) and rule.arguments:
        return NOT_OWN.get(rule.endpoint, 404)
    if address.variant is Variant.WRONG_STATE and method not in SAFE_METHODS:
        return STEPS[rule.endpoint].wrong
    if address.variant is Variant.WRONG_STATE:
        return NOT_OWN.get(rule.endpoint, 404)
    return PUBLIC_PAGES[rule.endpoint]


def _reached(asker: Asker, method: str, address: Address) -> int:
    endpoint = asker.endpoint
    wrong = address.variant is Variant.WRONG_STATE
    if method in SAFE_METHODS:
        page = PAGES.get(endpoint, 200)
        return GONE_PAGES.get(endpoint, page) if wrong else page
    if endpoint not in STEPS:
        raise Unknown(f"{endpoint}: give it a valid body in STEPS")
    step = STEPS[endpoint]
    if address.variant is Variant.FOREIGN and step.foreign is not None:
        return step.foreign
    if callable(step.status):
        return step.status(asker)
    return step.wrong if wrong else step.status


def body_of(endpoint: str) -> Callable[[Asker, Address], object]:
    """Return what is sent to an endpoint."""
    if endpoint in STEPS:
        return STEPS[endpoint].body
    sent = PUBLIC_BODIES.get(endpoint, {})
    return lambda _asker, _address: sent
