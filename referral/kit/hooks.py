"""Typed hooks: how a lower slice reaches a higher one. Filled in wiring.py; an unfilled one stops the start."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_declared: list["Hook[..., object]"] = []


class UnfilledHook(Exception):
    """A hook was called, or the product started, before wiring.py filled it."""


class Hook(Generic[P, R]):
    """A call declared below and answered above, in the caller's transaction."""

    def __init__(self, name: str) -> None:
        """Declare the hook `name` (unique, for messages)."""
        self.name = name
        self._answer: Callable[P, R] | None = None
        _declared.append(self)  # type: ignore[arg-type]  # the list only asks for names

    def fill(self, answer: Callable[P, R]) -> None:
        """Say who answers. Filling again replaces (tests do)."""
        self._answer = answer

    @property
    def filled(self) -> bool:
        """True once somebody answers."""
        return self._answer is not None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Ask. Raises UnfilledHook when nobody answers."""
        if self._answer is None:
            raise UnfilledHook(self.name)
        return self._answer(*args, **kwargs)


def unfilled_hooks() -> list[str]:
    """Return the names of hooks that nobody answers, in order."""
    return sorted(hook.name for hook in _declared if not hook.filled)
