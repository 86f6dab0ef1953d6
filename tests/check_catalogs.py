"""Checks the catalogs: gathered from today's strings, complete, with the same placeholders, in their own script.

Those of the pages (`messages.po`) hold every string; those of patients (`patient.po`) what patients read.
"""

import re
import sys
import unicodedata
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from referral.kit.patient_language import digest_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")

#: Each domain of gettext with the file that says where its strings are.
SOURCES = {"messages": "babel.cfg", "patient": "patient.cfg"}

#: In which script the words of a patient's language are written, by the beginning of Unicode's names of letters.
SCRIPTS = {"ar": "ARABIC", "ko": "HANGUL", "ru": "CYRILLIC", "zh_Hans": "CJK"}


def gathered(domain: str = "messages") -> set[str]:
    """Return the message ids that the code holds now, for the catalogs of a domain."""
    with (FOLDER / SOURCES[domain]).open() as file:
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
    return [problem for domain in SOURCES for problem in _problems_of(domain)]


def _problems_of(domain: str) -> list[str]:
    wanted, template = gathered(domain), f"{domain}.pot"
    found = [f"not in {template}: {text!r}" for text in sorted(wanted - ids(catalog(FOLDER / template)))]
    for path in sorted(FOLDER.glob(f"*/LC_MESSAGES/{domain}.po")):
        language, known = path.parts[-3], catalog(path)
        found += [f"{language}: not translated: {text!r}" for text in sorted(wanted - ids(known))]
        for message in known:
            if message.id:
                found += [f"{language}: {problem}" for problem in _message_problems(message)]
                found += [f"{language}: {problem}" for problem in script_problems(language, message)]
    return found


def script_problems(language: str, message: object) -> list[str]:
    """Return what is wrong with how a translation is written: not in its own script, other figures, not NFC."""
    theirs = message.string if isinstance(message.string, tuple) else (message.string,)  # type: ignore[attr-defined]
    found = []
    for text in theirs:
        words = PLACEHOLDER.sub("", text)
        letters = [unicodedata.name(letter, "") for letter in words if letter.isalpha()]
        script = SCRIPTS.get(language, "")
        if letters and not any(name.startswith(script) for name in letters):
            found.append(f"not in its own script: {text!r}")
        if any(figure.isdigit() and figure not in "0123456789" for figure in words):
            found.append(f"figures other than 0 to 9: {text!r}")
        if unicodedata.normalize("NFC", text) != text:
            found.append(f"not NFC: {text!r}")
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
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/patient.po")):
        print(f"{path.parts[-3]}: reviewed_sha256: {digest_of(path)}")  # noqa: T201 - a command for the terminal
    print(f"{len(wrong)} problems in the catalogs")  # noqa: T201 - a command for the terminal
    sys.exit(bool(wrong))
