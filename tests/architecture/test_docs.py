"""The pages under docs/ name what the code has, every link leads somewhere, and files speak of the product alone."""

import re
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from referral.kit.i18n import LANGUAGES, page_languages
from referral.kit.settings import Settings
from referral.messaging.catalog import PLACEHOLDERS, ReviewStatus, TextStatus
from referral.messaging.text_checks import MAX_GRADE
from referral.outbox.states import MessageState
from referral.reports.suppression import SMALLEST_SHOWN
from resources_directory.importing.report import DefectCode, Done
from tests.architecture.rules import ROOT

DOCS = ROOT / "docs"
PAGES = (
    "deploying.md",
    "directory-data.md",
    "interoperability.md",
    "languages.md",
    "measures.md",
    "operating.md",
    "privacy-officer.md",
    "security.md",
    "ways-in.md",
)

#: (page, what it must name, as code).
NAMED = [
    *(("deploying.md", field.name.upper()) for field in fields(Settings)),
    *(("directory-data.md", str(code)) for code in DefectCode),
    *(("operating.md", str(state)) for state in MessageState),
]

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"\bflask ([a-z][a-z-]+)(?: (upgrade|downgrade|current|revision|import|export)\b)?")
FILE_NAMED = re.compile(r"`((?:referral|resources_directory|translations|tests|migrations)/[\w./-]+)`")

#: Folders and files that are the product's text. The words of the invented county are left alone: people help there.
TEXTS = ("README.md", "Makefile", "*.cfg", "*.toml", "*.py", "docs", "referral", "resources_directory")
MORE_TEXTS = ("tests", "migrations", "translations", ".ci")
READ = frozenset({"", ".cfg", ".css", ".csv", ".html", ".js", ".json", ".md", ".mako", ".po", ".py", ".toml", ".yaml"})
INVENTED = "referral/demo/county/"
#: It forbids the names of modules that the other rule forbids in texts.
RULES_OF_NAMES = "tests/architecture/rules.py"

#: Folders of somebody's own machine.
OWN_MACHINE = re.compile(r"(?<![\w.}/-])/(?:wor[k]|roo[t]|hom[e]/\w+|User[s]/\w+|tm[p])/\w")
#: Words about how the text came to be, and the name of a drawer for everything. "User-Agent" is a header.
NOT_THE_PRODUCT = re.compile(
    r"(?i)(?<!user-)(?<!user )\bage[n]ts?\b|\bhelpe[r]s?\b|\bsessions? of wor[k]\b|\bworking sessio[n]\b"
)


def page(name: str) -> str:
    return (DOCS / name).read_text()


def sentences(name: str) -> str:
    """Return a page without its line ends, so that a sentence is found however it is wrapped."""
    return " ".join(page(name).split())


def anchors(text: str) -> set[str]:
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in headings}


def relative_links() -> list[tuple[str, str]]:
    """Return (page from the root, target) of every link that does not leave the repository."""
    pages = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
    found = [(str(each.relative_to(ROOT)), target) for each in pages for target in LINK.findall(each.read_text())]
    return [(name, target) for name, target in found if "://" not in target and not target.startswith("mailto:")]


def texts() -> Iterator[Path]:
    for pattern in (*TEXTS, *MORE_TEXTS):
        for place in sorted(ROOT.glob(pattern)):
            yield from (sorted(place.rglob("*")) if place.is_dir() else [place])


#: webauthn's own module is called so.
NAME_OF_A_PACKAGE = "webauthn.helpers"


def speaks_of_something_else(name: str, text: str) -> list[str]:
    """Return "file:line: words" for each path of a machine, and each word that is not about the product."""
    patterns = [OWN_MACHINE] if name.startswith(INVENTED) or name == RULES_OF_NAMES else [OWN_MACHINE, NOT_THE_PRODUCT]
    lines = enumerate(text.replace(NAME_OF_A_PACKAGE, "").splitlines(), 1)
    return [f"{name}:{number}: {hit[0]}" for number, line in lines for each in patterns if (hit := each.search(line))]


def test_every_page_is_there_and_no_other() -> None:
    assert sorted(each.name for each in DOCS.glob("*.md")) == list(PAGES)


@pytest.mark.parametrize(("name", "word"), NAMED)
def test_the_page_names_what_the_code_has(name: str, word: str) -> None:
    assert f"`{word}`" in page(name)


@pytest.mark.parametrize("name", ["directory-data.md", "operating.md"])
def test_a_table_names_nothing_that_the_code_has_not(name: str) -> None:
    known = {word for where, word in NAMED if where == name}
    rows = [line for line in page(name).splitlines() if re.match(r"\| `[a-z_`, ]+` \|", line)]

    assert rows
    assert {word for row in rows for word in re.findall(r"`([a-z_]+)`", row.split("|")[1])} <= known


@pytest.mark.parametrize("done", Done)
def test_what_import_does_about_defects_is_told(done: Done) -> None:
    assert f"**{done}**" in page("directory-data.md")


@pytest.mark.parametrize("word", [*TextStatus, *ReviewStatus, *(f"{{{fact}}}" for fact in sorted(PLACEHOLDERS))])
def test_the_page_of_languages_names_statuses_and_facts(word: str) -> None:
    assert word in page("languages.md")


def test_the_languages_of_pages_are_told_and_have_catalogs() -> None:
    for language in page_languages():
        assert language.english in sentences("languages.md")
        assert language is LANGUAGES["en"] or list((ROOT / "translations" / language.babel).rglob("messages.po"))


def test_numbers_on_pages_are_those_of_the_code() -> None:
    assert f"reading grade at most {MAX_GRADE} " in sentences("languages.md")
    assert f"counts from 1 to {SMALLEST_SHOWN - 1} (0 and {SMALLEST_SHOWN} are shown)" in sentences("measures.md")


@pytest.mark.parametrize(("name", "target"), relative_links())
def test_the_link_leads_somewhere(name: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    place = (ROOT / name).parent / path if path else ROOT / name

    assert place.exists()
    assert not anchor or anchor in anchors(place.read_text())


def test_every_command_named_exists() -> None:
    commands = {each.name: each.load() for each in entry_points(group="flask.commands")}
    named = {found for name in PAGES for found in COMMAND.findall(page(name))}

    assert named
    for command, inner in sorted(named):
        group = commands.get(command)
        assert group is not None, command
        assert not inner or not isinstance(group, click.Group) or inner in group.commands, f"{command} {inner}"


def test_every_file_named_exists() -> None:
    named = {file for name in PAGES for file in FILE_NAMED.findall(page(name))}

    assert named
    assert [file for file in sorted(named) if not (ROOT / file).exists()] == []


def test_files_speak_of_the_product_alone() -> None:
    files = [file for file in texts() if file.is_file() and file.suffix in READ and "__pycache__" not in file.parts]

    found = [
        hit
        for file in files
        for hit in speaks_of_something_else(str(file.relative_to(ROOT)), file.read_text(errors="replace"))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("see /wor" + "k/main", "a folder of this machine"),
        ("see `/hom" + "e/somebody/x`", "a person's folder"),
        ("a helpe" + "r for dates", "a name that says nothing"),
        ("written by an age" + "nt", "how the text came to be"),
        ("in this session of wor" + "k", "how the text came to be"),
    ],
)
def test_other_talk_is_seen(text: str, reason: str) -> None:
    assert speaks_of_something_else("docs/x.md", text), reason


@pytest.mark.parametrize("text", ['{"User-Agent": "x"}', "referral/web/work/", "https://example.org/root/x", "help"])
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert speaks_of_something_else("docs/x.md", text) == []
