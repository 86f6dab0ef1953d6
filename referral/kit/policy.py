"""The policy: every route names one permission, every permission the roles that hold it. `flask policy` prints it."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar

from flask import Flask, g, request
from flask.typing import ResponseReturnValue

from referral.kit.errors import Denied
from referral.kit.transaction import SAFE_METHODS, request_session

View = Callable[..., ResponseReturnValue]
V = TypeVar("V", bound=View)

#: The policy name of a route that needs no permission; the reason stands beside it.
PUBLIC = "public"


class RouteWithoutPolicy(Exception):
    """A route says neither @requires nor @public."""


class SignInNeeded(Exception):
    """Nobody is signed in; the edge leads them to the sign-in page and back."""


class SecondFactorNeeded(Exception):
    """Signed in with one factor only; the edge leads them to the second one and back."""


class ConfirmNeeded(Exception):
    """The step is dangerous and the person has not proven lately who they are; the edge asks them and leads back."""


class Principal(Protocol):
    """Whoever acts in this request."""

    @property
    def complete(self) -> bool:
        """True when every factor that their role asks for was given."""

    @property
    def fresh(self) -> bool:
        """True when they proved a few minutes ago who they are."""

    def allows(self, permission: str) -> bool:
        """Return True if one of their roles holds `permission`."""


class Policy:
    """The merged table of all slices: permission to roles."""

    def __init__(self) -> None:
        """Start empty."""
        self.rules: dict[str, frozenset[str]] = {}
        #: What somebody may do who has given one factor of two: give the second, sign out.
        self.one_factor: frozenset[str] = frozenset()
        #: Endpoint of a page to what says, from its record, why it cannot be worked on now; None where it can.
        self.closed_steps: dict[str, Callable[[Any], ResponseReturnValue | None]] = {}

    def add(self, rules: Mapping[str, Iterable[str]]) -> None:
        """Merge a slice's RULES. Raises ValueError when two slices use one name."""
        for permission, roles in rules.items():
            if str(permission) in self.rules:
                raise ValueError(f"permission {permission} is ruled twice")
            self.rules[str(permission)] = frozenset(str(role) for role in roles)

    def roles_with(self, permission: str) -> frozenset[str]:
        """Return the roles that hold `permission`; none for an unknown one."""
        return self.rules.get(str(permission), frozenset())


#: The policy of the product, filled by app.py from the slices' RULES tables.
policy = Policy()


def requires(permission: str, load: Callable[..., Any] | None = None, *, fresh: bool = False) -> Callable[[V], V]:
    """Guard a view: sign-in, all factors, the permission, a `fresh` proof of who it is, then the record.

    `load(session, **url_values)` fetches the record under the session's scope; None and a foreign record give the
    same 404. The view is called with the record in place of the URL values. A page that cannot be worked on because of
    how the record stands says so instead (`closed_steps`).
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(**values: Any) -> ResponseReturnValue:
            admit(g.get("principal"), str(permission), fresh=fresh)
            if load is None:
                return view(**values)
            record = load(request_session(), **values)
            if record is None:
                raise Denied  # the answer of a page that is not there; the audit keeps who asked for what is not theirs
            closed = policy.closed_steps.get(request.endpoint or "") if request.method in SAFE_METHODS else None
            instead = closed(record) if closed is not None else None
            return view(record) if instead is None else instead

        guarded.policy_name = str(permission)  # type: ignore[attr-defined]  # read by check_routes
        guarded.asks_fresh = fresh  # type: ignore[attr-defined]  # printed by `flask policy`
        return guarded  # type: ignore[return-value]  # wraps keeps the signature that Flask sees

    return decorate


def admit(principal: Principal | None, permission: str, *, fresh: bool = False) -> None:
    """Return when `principal` may go on. Raises SignInNeeded, SecondFactorNeeded, Denied or ConfirmNeeded."""
    if principal is None:
        raise SignInNeeded
    if not principal.complete and permission not in policy.one_factor:
        raise SecondFactorNeeded
    if not principal.allows(permission):
        raise Denied
    if fresh and not principal.fresh:
        raise ConfirmNeeded


def public(reason: str) -> Callable[[V], V]:
    """Mark a view that anyone may call, and say why."""

    def decorate(view: V) -> V:
        view.policy_name = PUBLIC  # type: ignore[attr-defined]  # read by check_routes
        view.public_reason = reason  # type: ignore[attr-defined]  # printed by `flask policy`
        return view

    return decorate


def route_policies(app: Flask) -> list[tuple[str, str, str, str]]:
    """Return (path, methods, endpoint, policy name) of every route, ordered by path. Raises RouteWithoutPolicy."""
    rows = []
    for rule in app.url_map.iter_rules():
        name = getattr(app.view_functions[rule.endpoint], "policy_name", None)
        if name is None:
            raise RouteWithoutPolicy(f"{rule.rule} ({rule.endpoint})")
        if name != PUBLIC and name not in policy.rules:
            raise RouteWithoutPolicy(f"{rule.rule} names {name}, which no RULES table holds")
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        rows.append((rule.rule, methods, rule.endpoint, name))
    return sorted(rows)
