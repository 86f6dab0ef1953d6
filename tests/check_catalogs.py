"""Checks the catalogs of the pages: gathered from today's strings, complete, reviewed, with the same placeholders."""

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def gathered() -> set[str]:
    """Return the message ids that the code holds now."""
    with (FOLDER / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(ROOT, methods, options, keywords=keywords):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


def catalog(path: Path) -> Catalog:
    """Return a catalog read from its file."""
    return read_po(BytesIO(path.read_bytes()))


def ids(of: Catalog) -> set[str]:
    """Return a catalog's message ids, singular ones."""
    return {message.id[0] if isinstance(message.id, tuple) else message.id for message in of if message.id}


def problems() -> list[str]:
    """Return what is wrong, in words."""
    found = [f"not in messages.pot: {text!r}" for text in sorted(gathered() - ids(catalog(FOLDER / "messages.pot")))]
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        language, known = path.parts[-3], catalog(path)
        found += [f"{language}: not translated: {text!r}" for text in sorted(gathered() - ids(known))]
        for message in known:
            if message.id:
                found += [f"{language}: {problem}" for problem in _message_problems(message)]
    return found


def _message_problems(message: object) -> list[str]:
    ours = message.id if isinstance(message.id, tuple) else (message.id,)  # type: ignore[attr-defined]
    theirs = message.string if isinstance(message.string, tuple) else (message.string,)  # type: ignore[attr-defined]
    if not all(theirs):
        return [f"empty: {ours[0]!r}"]
    if message.fuzzy:  # type: ignore[attr-defined]
        return [f"fuzzy: {ours[0]!r}"]
    wanted = set(PLACEHOLDER.findall(ours[-1]))
    return [
        f"placeholders differ: {ours[0]!r}"
        for text in theirs
        if not set(PLACEHOLDER.findall(text)) <= wanted
        or (len(theirs) == 1 and set(PLACEHOLDER.findall(text)) != wanted)
    ]


if __name__ == "__main__":
    wrong = problems()
    for line in wrong:
        print(line)  # noqa: T201 - a command for the terminal
    print(f"{len(wrong)} problems in the catalogs")  # noqa: T201 - a command for the terminal
    sys.exit(bool(wrong))
