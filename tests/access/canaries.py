"""Canaries: words, dates and numbers found nowhere else, one for each column of each row."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from urllib.parse import unquote
from uuid import UUID

OWN, FOREIGN = "own", "foreign"

#: By tenant: how a word starts, and the first digits of a ZIP code, the year of a birth, the exchange of a phone.
_WORD = {OWN: "Ownq", FOREIGN: "Forq"}
_ZIP = {OWN: "60", FOREIGN: "61"}
_YEAR = {OWN: 1911, FOREIGN: 1912}
_EXCHANGE = {OWN: "+1559777", FOREIGN: "+1559888"}

_SINGING = re.compile(
    r"(?P<word>(?:own|for)q\d{4}z)|(?P<phone>(?:559\)?[ -]?)(?:777|888)-?\d{4})|(?<![\w-])(?P<zip>6[01]\d{3})(?![\w-])"
    r"|(?P<iso>19(?:11|12)-\d\d-\d\d)|(?P<said>[a-z]{3,9}\.? \d{1,2}, 19(?:11|12))"
    r"|(?P<short>\d{1,2}/\d{1,2}/(?:19)?1[12]\b)"
)
_NOISE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|nonce[=-][\"'a-z0-9_-]*|[0-9a-f]{24,}"
)


@dataclass(frozen=True)
class Canary:
    """Where a canary sits: `name` is table.column; `patient_id` is whom the row is about, if about anybody."""

    tenant: str
    name: str
    row_id: UUID
    patient_id: UUID | None = None


@dataclass
class Aviary:
    """Every canary of a world, by the form in which it is found on a page."""

    known: dict[str, Canary] = field(default_factory=dict)
    #: The rows that have them already: some may be written only once.
    filled: set[UUID] = field(default_factory=set)
    _counts: Counter[str] = field(default_factory=Counter)

    def word(self, canary: Canary) -> str:
        """Return a word."""
        text = f"{_WORD[canary.tenant]}{self._next('word'):04d}z"
        return self._keep(text, text.casefold(), canary)

    def zip_code(self, canary: Canary) -> str:
        """Return five digits."""
        text = f"{_ZIP[canary.tenant]}{self._next('zip'):03d}"
        return self._keep(text, text, canary)

    def birth_date(self, canary: Canary) -> str:
        """Return an ISO date."""
        number = self._next("date")
        day = date(_YEAR[canary.tenant], 1 + number % 12, 1 + number // 12)
        for spelled in (f"{day:%B} {day.day}, {day.year}", f"{day:%b} {day.day}, {day.year}"):
            self.known[spelled.casefold()] = canary
        for spelled in (f"{day.month}/{day.day}/{day.year}", f"{day.month}/{day.day}/{day.year % 100}"):
            self.known[spelled] = canary
        return self._keep(day.isoformat(), day.isoformat(), canary)

    def phone(self, canary: Canary) -> str:
        """Return a number in E.164."""
        text = f"{_EXCHANGE[canary.tenant]}{self._next('phone'):04d}"
        return self._keep(text, text[-10:], canary)

    def singing(self, text: str) -> set[Canary]:
        """Return the canaries heard in a text, however it is quoted."""
        plain = _NOISE.sub(" ", unescape(unquote(text)).casefold())
        heard = set()
        for match in _SINGING.finditer(plain):
            found = match[0]
            if match["phone"]:
                found = re.sub(r"\D", "", found)
            canary = self.known.get(found)
            if canary is not None:
                heard.add(canary)
        return heard

    def _next(self, kind: str) -> int:
        self._counts[kind] += 1
        return self._counts[kind]

    def _keep(self, text: str, key: str, canary: Canary) -> str:
        self.known[key] = canary
        return text
