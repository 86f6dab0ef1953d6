"""State machines as tables: (state, event) gives the next state, and who may do it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class IllegalMove(Exception):
    """The event is not possible in this state; nothing was changed."""

    def __init__(self, machine: str, state: StrEnum, event: StrEnum) -> None:
        """Name the machine, the state it is in, and the event that does not fit."""
        super().__init__(f"{machine}: {event} is not possible while {state}")
        self.machine, self.state, self.event = machine, state, event


@dataclass(frozen=True)
class Machine(Generic[S, E]):
    """A machine as data. Buttons, database CHECK, history and tests are made from it.

    `moves`: (state, event) to next state. `who`: event to the permission name it asks, or "clock" for the clock.
    """

    name: str
    initial: S
    moves: Mapping[tuple[S, E], S] = field(hash=False)
    who: Mapping[E, str] = field(hash=False)

    def next_state(self, state: S, event: E) -> S:
        """Return the state after `event`. Raises IllegalMove."""
        try:
            return self.moves[state, event]
        except KeyError:
            raise IllegalMove(self.name, state, event) from None

    def events_from(self, state: S, permissions: Collection[str] | None = None) -> list[E]:
        """Return the events possible in `state`, in table order; only those allowed by `permissions` if given."""
        return [
            event
            for (source, event) in self.moves
            if source == state and (permissions is None or self.who[event] in permissions)
        ]

    def states(self) -> list[S]:
        """Return every state of the machine, in declaration order."""
        return list(type(self.initial))

    def live_states(self) -> list[S]:
        """Return the states from which some event leads on, in declaration order."""
        sources = {source for (source, _event) in self.moves}
        return [state for state in self.states() if state in sources]

    def reachable(self) -> set[S]:
        """Return the states that can be reached from the initial one, itself included."""
        found = {self.initial}
        while True:
            grown = found | {target for (source, _event), target in self.moves.items() if source in found}
            if grown == found:
                return found
            found = grown


def mermaid(machine: Machine[S, E]) -> str:
    """Return the machine drawn as a Mermaid state diagram, one line per move, in table order."""
    lines = ["stateDiagram-v2", f"    [*] --> {machine.initial}"]
    drawn: dict[tuple[S, S], list[str]] = {}
    for (source, event), target in machine.moves.items():
        drawn.setdefault((source, target), []).append(str(event))
    lines += [f"    {source} --> {target}: {' / '.join(events)}" for (source, target), events in drawn.items()]
    live = set(machine.live_states())
    lines += [f"    {state} --> [*]" for state in machine.states() if state not in live]
    return "\n".join(lines)
