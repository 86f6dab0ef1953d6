"""The texts we send to patients: loaded from translations/texts, with their languages, review status and rendering.

One YAML file per text, no gettext: a text leaves for a real phone only in a language where a qualified person reviewed
the translation of this very English text (45 CFR 92.201(c)(3)). Where there is none, a person calls. Never English
instead.
"""

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

#: Where the texts lie in a checkout; the package is installed in editable mode, so this holds there too.
TEXTS_FOLDER = Path(__file__).resolve().parents[2] / "translations" / "texts"

#: The facts a text may name. Nothing else about a patient can get into a text message. Those of texts to organizations'
#: staff are: our name, a code or short number, how many wait, and the page to sign in to.
PLACEHOLDERS = frozenset({"clinic", "date", "phone", "options", "link", "count"} | {"platform", "code", "url"})

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_REGION = re.compile(r"[A-Za-z]{2}|[0-9]{3}")


class ReviewStatus(StrEnum):
    """Whether a qualified person has approved a wording."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


class TextStatus(StrEnum):
    """Whether a text can leave in a language: ready anywhere, unreviewed in the simulator only, the others nowhere."""

    READY = "ready"
    UNREVIEWED = "unreviewed"
    STALE = "stale"
    MISSING = "missing"


class CatalogError(ValueError):
    """A text file that cannot be used; the message names the file and the field."""


class TextMissing(LookupError):
    """There is no text with this key, or not in this language. The words for a person: have somebody call."""


class FactMissing(LookupError):
    """A placeholder of the text has no fact, or a fact is given that no text may name."""


@dataclass(frozen=True)
class TextVersion:
    """One text in one language, with who translated and reviewed it. `source_sha256` tells the English it came from."""

    language: str
    body: str
    status: ReviewStatus
    source_sha256: str
    translator: str | None = None
    reviewer: str | None = None
    reviewer_qualification: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True)
class PatientText:
    """One text in all its languages. `options` are the digits it offers, each with its English meaning."""

    key: str
    purpose: str
    options: Mapping[str, str]
    must_say: tuple[str, ...]
    resend_ok: bool
    source_language: str
    source_body: str
    versions: Mapping[str, TextVersion]

    def version(self, language: str) -> TextVersion | None:
        """The version for a BCP-47 tag: the very tag, else the tag without its region ("es-MX" takes "es")."""
        tag = language.strip().replace("_", "-")
        known = {name.casefold(): version for name, version in self.versions.items()}
        if tag.casefold() in known:
            return known[tag.casefold()]
        shorter, _, last = tag.rpartition("-")
        return known.get(shorter.casefold()) if shorter and _REGION.fullmatch(last) else None


@dataclass(frozen=True)
class Catalog:
    """All texts by key."""

    texts: Mapping[str, PatientText]

    def text(self, key: str) -> PatientText:
        """The text of a key. Raises TextMissing."""
        try:
            return self.texts[key]
        except KeyError as error:
            raise TextMissing(f"no text is called {key!r}") from error

    def status(self, key: str, language: str) -> TextStatus:
        """Whether a text can leave in a language. Raises TextMissing only for an unknown key."""
        text = self.text(key)
        version = text.version(language)
        if version is None:
            return TextStatus.MISSING
        if version.source_sha256 != digest_of(text.source_body):
            return TextStatus.STALE
        return TextStatus.READY if version.status is ReviewStatus.REVIEWED else TextStatus.UNREVIEWED

    def may_leave(self, key: str, language: str, *, simulated: bool) -> bool:
        """Whether a text may be sent: ready texts anywhere, unreviewed ones only when nobody's phone is reached."""
        status = self.status(key, language)
        return status is TextStatus.READY or (simulated and status is TextStatus.UNREVIEWED)

    def render(self, key: str, language: str, facts: Mapping[str, str]) -> str:
        """The text in the language with its facts put in. Facts stand as they are: braces inside them mean nothing.

        Facts that this text does not name are ignored. Raises TextMissing without a version in the language (never
        English instead) and FactMissing for a placeholder without fact or a fact outside PLACEHOLDERS.
        """
        version = self.text(key).version(language)
        if version is None:
            raise TextMissing(f"the text {key!r} does not exist in {language!r}")
        if unknown := sorted(set(facts) - PLACEHOLDERS):
            raise FactMissing(f"no text may name: {', '.join(unknown)}")
        if absent := sorted(placeholders_of(version.body) - set(facts)):
            raise FactMissing(f"the text {key!r} needs: {', '.join(absent)}")
        return _PLACEHOLDER.sub(lambda match: facts[match.group(1)], version.body)


def placeholders_of(body: str) -> frozenset[str]:
    """The names in braces in a text."""
    return frozenset(_PLACEHOLDER.findall(body))


def digest_of(source_body: str) -> str:
    """The SHA-256 (hexadecimal, of UTF-8) by which a translation says which English text it was made from."""
    return hashlib.sha256(source_body.encode()).hexdigest()


def load_catalog(folder: Path) -> Catalog:
    """The catalog of a folder of YAML files. Raises CatalogError naming the file when one cannot be used."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise CatalogError(f"no texts in {folder}")
    return Catalog(MappingProxyType({file.stem: _read(file) for file in files}))


@functools.cache
def shipped_catalog() -> Catalog:
    """The catalog of this product, read once."""
    return load_catalog(TEXTS_FOLDER)


def _read(file: Path) -> PatientText:
    try:
        text = _text_from(yaml.safe_load(file.read_text("utf-8")))
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise CatalogError(f"{file.name}: {type(error).__name__}: {error}") from error
    if text.key != file.stem:
        raise CatalogError(f"{file.name}: the key is {text.key!r}; file name and key must be the same")
    for version in text.versions.values():
        if undeclared := placeholders_of(version.body) - PLACEHOLDERS:
            raise CatalogError(f"{file.name}: {version.language}: unknown placeholder {sorted(undeclared)}")
    return text


def _text_from(fields: Any) -> PatientText:
    source_language, source_body = fields["source"]["language"], fields["source"]["body"]
    versions = {
        language: _version_from(language, version, source_language) for language, version in fields["languages"].items()
    }
    return PatientText(
        key=fields["key"],
        purpose=fields["purpose"],
        options=MappingProxyType({option["digit"]: option["meaning"] for option in fields["options"]}),
        must_say=tuple(fields.get("must_say", ())),
        resend_ok=fields["resend_ok"],
        source_language=source_language,
        source_body=source_body,
        versions=MappingProxyType(versions),
    )


def _version_from(language: str, fields: Any, source_language: str) -> TextVersion:
    """One language of a file. The source is its own source: its digest is reckoned, all others must state theirs."""
    body = fields["body"]
    return TextVersion(
        language=language,
        body=body,
        status=ReviewStatus(fields["status"]),
        source_sha256=digest_of(body) if language == source_language else fields["source_sha256"],
        translator=fields.get("translator"),
        reviewer=fields.get("reviewer"),
        reviewer_qualification=fields.get("reviewer_qualification"),
        reviewed_on=fields.get("reviewed_on"),
    )
