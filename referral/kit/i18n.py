"""Languages: one table for pages and patients, the locale of a request, and the compiled catalogs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale

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
        Language("ht", "Kreyòl ayisyen", "Haitian Creole", babel="fr_HT"),
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

#: What written_language holds for a person who reads no language: they are called, never texted.
NO_WRITTEN_LANGUAGE = "none"

LANGUAGE_COOKIE = "needsrx_language"


def page_languages() -> list[Language]:
    """Return the languages that the product's pages exist in, in table order."""
    return [language for language in LANGUAGES.values() if language.pages]


def language_name(code: str | None) -> str:
    """Return a language's name as the reader calls it with its own, or the code itself when it is not in the table."""
    language = LANGUAGES.get(code or "")
    if language is None:
        return code or ""
    reader = get_locale()
    name: str | None = None
    if reader is not None and reader.language != "en":
        name = reader.languages.get(language.code.replace("-", "_"))
    name = name or language.english
    return name if name.casefold() == language.endonym.casefold() else f"{name} ({language.endonym})"


def current_language() -> Language:
    """Return the language of this request: forced, chosen by the person, the cookie's, the browser's, English."""
    known = {language.code: language for language in page_languages()}
    if not has_request_context():
        return LANGUAGES["en"]
    chosen = g.get("language") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in known:
        return known[chosen]
    return known[request.accept_languages.best_match(list(known)) or "en"]


def reader_zone() -> str | None:
    """Return the IANA zone that times are shown in: the link's, the signed-in person's, else the installation's."""
    if not has_request_context():
        return None
    own: str | None = getattr(g.get("principal"), "timezone_name", None)
    return g.get("timezone_name") or own or g.get("home_zone")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Translate into the language `code` (BCP 47) inside this block; an unknown one falls back to English."""
    language = LANGUAGES.get(code, LANGUAGES["en"])
    with force_locale(language.babel):
        yield


def init_languages(app: Flask) -> None:
    """Compile stale catalogs and let Babel choose each request's language."""
    compile_catalogs()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=lambda: current_language().babel, timezone_selector=reader_zone)


def compile_catalogs(folder: Path = TRANSLATIONS) -> list[Path]:
    """Compile each .po that is newer than its .mo; return what was written. A read-only folder keeps what it has."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
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
