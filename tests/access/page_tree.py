"""Reads a page as a tree, as far as its forms and errors go: what a browser would find by id, tag and attribute."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Elements that hold nothing and have no end.
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
#: What a person fills in.
CONTROLS = frozenset({"input", "select", "textarea", "button"})


@dataclass(eq=False)
class Element:
    """One element with its attributes; `own_words`: the text that stands directly in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    own_words: str = ""

    def inside(self, *tags: str) -> Iterator["Element"]:
        """Give the elements below this one in the order of the page; `tags`: only these."""
        for child in self.children:
            if not tags or child.tag in tags:
                yield child
            yield from child.inside(*tags)

    @property
    def words(self) -> str:
        """All text in it, with single blanks."""
        return " ".join(" ".join([self.own_words, *(each.words for each in self.children)]).split())

    def get(self, name: str) -> str:
        """Return an attribute; empty where there is none."""
        return self.attributes.get(name, "")

    def around(self, tag: str) -> "Element | None":
        """Return the nearest element of a tag in which it stands."""
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above

    @property
    def kind(self) -> str:
        """What a control asks for: the type of an input, else its tag."""
        return (self.get("type") or "text").lower() if self.tag == "input" else self.tag

    @property
    def shown_value(self) -> str:
        """What stands in a text field."""
        return self.own_words.removeprefix("\n").removeprefix("\r\n") if self.tag == "textarea" else self.get("value")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = self._here = Element("page")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        new = Element(tag, {name: value or "" for name, value in attrs}, self._here)
        self._here.children.append(new)
        if tag not in VOID:
            self._here = new

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._here))

    def handle_endtag(self, tag: str) -> None:
        ended: Element | None = self._here
        while ended is not None and ended.tag != tag:
            ended = ended.parent
        if ended is not None and ended.parent is not None:
            self._here = ended.parent

    def handle_data(self, data: str) -> None:
        self._here.own_words += data


def tree_of(page: str) -> Element:
    """Return the page as a tree."""
    reader = _Reader()
    reader.feed(page)
    return reader.top


def main_of(page: str) -> Element:
    """Return the part of the page that is its own; the whole page where none is marked."""
    top = tree_of(page)
    return next(top.inside("main"), top)


def forms_in(part: Element) -> list[Element]:
    """Return the forms that change something."""
    return [form for form in part.inside("form") if form.get("method").lower() == "post"]


def controls_of(form: Element) -> list[Element]:
    """Return what of a form is sent: its named fields and buttons."""
    return [each for each in form.inside(*CONTROLS) if each.get("name") and "disabled" not in each.attributes]
