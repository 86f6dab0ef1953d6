"""On which line of a JSON text each value stands, so that whoever mends a file finds the place. Pure."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
#: Where a path is cut to find what stands around a place.
_CUTS = re.compile(r"[.\[ ]")


@dataclass
class _Open:
    """An object or list that has begun. `name`: of the value that comes next; `number`: its place in a list."""

    path: str
    is_list: bool
    name: str | None = None
    number: int = 0

    @property
    def next_path(self) -> str:
        """The path of the value that comes next."""
        if self.is_list:
            return f"{self.path}[{self.number}]"
        return f"{self.path}.{self.name}" if self.path else str(self.name)


def lines_of(text: str) -> dict[str, int]:
    """Return path, as `items[0].answers[1].code`, to the line on which its value begins; "" is the whole.

    The text must be JSON that Python reads. Of a name that stands twice in an object the last one counts, as in Python.
    """
    breaks = [found.start() for found in re.finditer("\n", text)]
    found: dict[str, int] = {}
    nested: list[_Open] = []
    for token in _TOKEN.finditer(text):
        sign, inner = token[0], nested[-1] if nested else None
        if sign in "}]":
            nested.pop()
        elif inner is not None and sign == ",":
            inner.name, inner.number = None, inner.number + 1
        elif inner is not None and not inner.is_list and inner.name is None:
            inner.name = shown(json.loads(sign, strict=False))
        elif sign != ":":
            path = inner.next_path if inner is not None else ""
            found[path] = bisect_right(breaks, token.start()) + 1
            if sign in "{[":
                nested.append(_Open(path, sign == "["))
    return found


def line_near(lines: Mapping[str, int], place: str) -> int | None:
    """Return the line of a path, or of the nearest thing around it that the text has; None for a text without lines."""
    return next((lines[each] for each in around(place.removeprefix("the name ")) if each in lines), None)


def around(place: str) -> Iterator[str]:
    """Give a path and everything around it, the nearest first, the whole last."""
    yield place
    for cut in reversed([found.start() for found in _CUTS.finditer(place)]):
        yield place[:cut]
    if place:
        yield ""


def shown(name: str) -> str:
    """Return the name of a value as a path shows it."""
    return name if name.isprintable() else ascii(name)[1:-1]
