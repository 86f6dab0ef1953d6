"""Languages: one table for pages and patients, the locale of a request, and the compiled catalogs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from flask_babel import gettext as _

from referral.kit.locale_data import complete_locale_data

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"


@dataclass(frozen=True)
class Language:
    """One language. `code`: BCP 47. `pages`: the product's own pages exist in it. `babel`: Babel's locale."""

    code: str
    endonym: str
    english: str
    direction: str = "ltr"
    pages: bool = False
    babel: str = "en"


LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en", "English", "English", pages=True),
        Language("es", "Español", "Spanish", pages=True, babel="es"),
        Language("zh-Hans", "简体中文", "Chinese (Simplified)", babel="zh_Hans"),
        Language("vi", "Tiếng Việt", "Vietnamese", babel="vi"),
        Language("ar", "العربية", "Arabic", "rtl", babel="ar"),
        Language("ht", "Kreyòl ayisyen", "Haitian Creole", babel="ht"),
        Language("ru", "Русский", "Russian", babel="ru"),
        Language("ko", "한국어", "Korean", babel="ko"),
        Language("zh-Hant", "繁體中文", "Chinese (Traditional)", babel="zh_Hant"),
        Language("fil", "Filipino", "Filipino", babel="fil"),
        Language("fa", "فارسی", "Farsi", "rtl", babel="fa"),
        Language("hmn", "Hmoob", "Hmong"),
        Language("pa-Guru", "ਪੰਜਾਬੀ", "Punjabi", babel="pa_Guru"),
        Language("pt-BR", "Português", "Portuguese", babel="pt_BR"),
        Language("so", "Soomaali", "Somali", babel="so"),
        Language("uk", "Українська", "Ukrainian", babel="uk"),
        Language("yue", "廣東話", "Cantonese", babel="yue"),
    )
}

#: The shape of BCP 47: language, then script and country.
_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

#: What written_language holds for a person who reads no language: they are called, never texted.
NO_WRITTEN_LANGUAGE = "none"

#: What staff and organizations are expected to read: of what they will see and somebody else's click writes.
STAFF_LANGUAGE = "en"

LANGUAGE_COOKIE = "needsrx_language"

#: Between words that stand in one line, where it is not the Latin comma, by the root of a BCP-47 tag.
_COMMAS = {"ar": "، ", "fa": "، ", "zh": "、", "yue": "、"}

#: Between parts of one line that have commas themselves, likewise.
_SEMICOLONS = {"ar": "؛ ", "fa": "؛ ", "zh": "；", "yue": "；"}

#: The domains of gettext: the product's own pages, and what patients read in languages that those do not exist in.
DOMAINS = ("messages", "patient")


def page_languages() -> list[Language]:
    """Return the languages that the product's pages exist in, in table order."""
    return [language for language in LANGUAGES.values() if language.pages]


def language_name(code: str | None) -> str:
    """Return a language's name as the reader calls it with its own; a code that nobody knows is put into words.

    What is no code is a name already and stays as it is.
    """
    if not code or not _CODE.fullmatch(code):
        return code or ""
    language = LANGUAGES.get(code)
    reader = get_locale() or Locale("en")
    if language is not None and reader.language == "en":
        name: str | None = language.english
    else:
        name = _name_of(code, reader) or (language.english if language else _name_of(code, Locale("en")))
    if name is None:
        return str(_("a language that we have no name for (%(code)s)", code=code))
    endonym = language.endonym if language is not None else _name_of(code, _own_locale(code))
    return f"{name} ({endonym})" if endonym and endonym.casefold() != name.casefold() else name


def _name_of(code: str, reader: Locale | None) -> str | None:
    """Return the name by the reader's table: of the language as it is written, else of the language."""
    if reader is None:
        return None
    parts = code.lower().split("-", 1)[0], *code.split("-")[1:]
    known = (reader.languages.get("_".join(parts[:length])) for length in range(len(parts), 0, -1))
    name: str | None = next(filter(None, known), None)
    return name


def _own_locale(code: str) -> Locale | None:
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def language_cookie() -> str:
    """Return the name of the cookie that keeps the choice; over https the prefix keeps other hosts from setting it."""
    return f"__Host-{LANGUAGE_COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else LANGUAGE_COOKIE


def current_language() -> Language:
    """Return the language of this request: a patient's, chosen by the person, the cookie's, the browser's, English."""
    known = {language.code: language for language in page_languages()}
    if not has_request_context():
        return LANGUAGES["en"]
    if g.get("patient_language"):
        shown: Language = g.patient_language.shown
        return shown
    chosen = g.get("language") or request.cookies.get(language_cookie())
    if chosen in known:
        return known[chosen]
    return known[request.accept_languages.best_match(list(known)) or "en"]


def reader_zone() -> str | None:
    """Return the IANA zone that times are shown in: the link's, the signed-in person's, else the installation's."""
    if not has_request_context():
        return None
    own: str | None = getattr(g.get("principal"), "timezone_name", None)
    return g.get("timezone_name") or own or g.get("home_zone")


def comma() -> str:
    """Return what stands between words in one line, in the language now spoken."""
    locale = get_locale()
    return _COMMAS.get(locale.language if locale else "en", ", ")


def semicolon() -> str:
    """Return what stands between parts of one line that have commas themselves, in the language now spoken."""
    locale = get_locale()
    return _SEMICOLONS.get(locale.language if locale else "en", "; ")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Translate into the language `code` (BCP 47) inside this block; an unknown one falls back to English."""
    language = LANGUAGES.get(code, LANGUAGES["en"])
    with force_locale(language.babel):
        yield


def init_languages(app: Flask) -> None:
    """Compile stale catalogs and let Babel choose each request's language."""
    compile_catalogs()
    complete_locale_data()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join([str(TRANSLATIONS)] * len(DOMAINS))
    app.config["BABEL_DOMAIN"] = ";".join(DOMAINS)
    app.jinja_env.globals.update(comma=comma, semicolon=semicolon)
    Babel(app, locale_selector=lambda: current_language().babel, timezone_selector=reader_zone)


def compile_catalogs(folder: Path = TRANSLATIONS) -> list[Path]:
    """Compile each .po that is newer than its .mo; return what was written. A read-only folder keeps what it has."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalog = read_po(text)
        fresh = target.with_suffix(".mo.new")
        try:
            with fresh.open("wb") as binary:
                write_mo(binary, catalog)
            fresh.replace(target)
        except OSError:
            continue
        written.append(target)
    return written
