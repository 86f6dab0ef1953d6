"""Reads the links and forms of a page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form as a page showed it: method, address, and (name, value) of its fields; `words`: of its buttons."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""

    def value(self, name: str) -> str:
        """Return the value of the first field of that name, or nothing."""
        return next((value for known, value in self.fields if known == name), "")


class Page(HTMLParser):
    """`links` and `forms` of a page, in their order."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a link, a form or a field."""
        found = {name: value or "" for name, value in attributes}
        if tag == "a" and found.get("href", "").startswith("/"):
            self.links.append(found["href"].split("#")[0])
        elif tag == "form":
            self._inside = True
            self.forms.append(Form(found.get("method", "get").lower(), found.get("action", "")))
        elif self._inside and tag in ("input", "select", "textarea", "button") and found.get("name"):
            self.forms[-1].fields.append((found["name"], found.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a form."""
        if tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Note what stands in a form."""
        if self._inside:
            self.forms[-1].words += f" {data.strip()}"
