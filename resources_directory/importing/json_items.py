"""Reads the objects of a JSON file one by one, without holding the file in memory."""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from resources_directory.importing.report import ImportRefused

CHUNK = 64 * 1024
#: One service with everything nested is some hundred kilobytes; more than this is not a directory.
MOST_ITEM_CHARACTERS = 32 * 1024**2
#: Lists that hold the objects in an envelope: the page envelope of HSDS 3, and names that exporters use.
LISTS = frozenset({"contents", "data", "items", "results", "services", "organizations", "locations"})
SPACE = re.compile(r"[ \t\r\n\ufeff]*")

#: One object as the json module gives it.
Item = dict[str, Any]


class JsonItems:
    """The objects of a stream: of a list, of a page envelope, of lines (NDJSON), or the one object that it is."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._text = ""
        self._at = 0
        self._decoder = json.JSONDecoder(parse_constant=self._refuse_constant)

    def __iter__(self) -> Iterator[tuple[int, Item]]:
        """Give (number from 1, object). Raises ImportRefused where the text is not JSON or not objects."""
        for number, item in enumerate(self._items(), start=1):
            if not isinstance(item, dict):
                raise ImportRefused(self._name, f"item {number} is not an object")
            yield number, item

    def _items(self) -> Iterator[Any]:
        first = self._peek()
        if first == "[":
            yield from self._list()
        elif first == "{":
            yield from self._envelope_or_objects()
        else:
            raise ImportRefused(self._name, "is not JSON: it begins with neither a list nor an object")
        while self._peek():  # NDJSON: more objects follow
            yield self._value()

    def _list(self) -> Iterator[Any]:
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            sign = self._peek()
            self._at += 1
            if sign == "]":
                return
            if sign != ",":
                raise self._broken("a comma or the end of the list is missing")

    def _envelope_or_objects(self) -> Iterator[Any]:
        """Read `{key: value, …}`; a list under a known key of a nameless object gives its items as they come."""
        own: Item = {}
        streamed = False
        self._at += 1
        while self._peek() != "}":
            key = self._value()
            if not isinstance(key, str) or self._peek() != ":":
                raise self._broken("a key or a colon is missing")
            self._at += 1
            if key in LISTS and "name" not in own and "id" not in own and self._peek() == "[":
                streamed = True
                yield from self._list()
            else:
                own[key] = self._value()
            if self._peek() == ",":
                self._at += 1
            elif self._peek() != "}":
                raise self._broken("a comma or the end of the object is missing")
        self._at += 1
        if not streamed:
            yield own

    def _peek(self) -> str:
        """Return the next sign that is not space, or "" at the end."""
        while True:
            self._at = SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # the pattern matches ""
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    raise self._broken(error.msg) from error
            except (RecursionError, ValueError) as error:
                raise ImportRefused(
                    self._name, "holds JSON that is nested too deep or has impossible numbers"
                ) from error
            else:
                if end < len(self._text) or not self._more():  # a number may go on in the next chunk
                    self._at = end
                    return value

    def _more(self) -> bool:
        """Read on, as much again as is waiting, so that a long item is not decoded from its start too often."""
        waiting = len(self._text) - self._at
        if waiting > MOST_ITEM_CHARACTERS:
            raise ImportRefused(self._name, "holds an object of more than 32 MB, or is not JSON")
        chunk = self._stream.read(max(CHUNK, waiting))
        if not chunk:
            return False
        self._text = self._text[self._at :] + chunk
        self._at = 0
        return True

    def _broken(self, what: str) -> ImportRefused:
        near = self._text[self._at : self._at + 40]
        return ImportRefused(self._name, f"is not JSON near {near!r}: {what}")

    def _refuse_constant(self, constant: str) -> Any:
        raise ImportRefused(self._name, f"holds {constant}, which is not JSON")
