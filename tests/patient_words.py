"""Says which strings of a patient's page or paper were left in English, in the languages that are drafts."""

import html
from collections.abc import Iterable, Iterator

import pytest
from babel.support import Translations
from flask_babel import get_locale

from referral.kit.i18n import LANGUAGES
from tests.check_catalogs import PLACEHOLDER

#: The languages whose words for patients nobody qualified has reviewed yet.
DRAFTED = ("zh-Hans", "vi", "ar", "ht", "ru", "ko")

#: A text of more letters stands on a page by its own meaning, a shorter one may be part of a name.
LONG = 12

#: How the mark of a draft begins.
MARKS = {"ar": "مسودة", "vi": "Bản nháp", "zh-Hans": "草稿", "ht": "Bouyon", "ru": "Черновик", "ko": "초안"}


@pytest.fixture
def left_in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Gathers the strings that were asked for in a patient's language and have no translation there, shown or not."""
    found: set[str] = set()
    plain, plural = Translations.gettext, Translations.ngettext

    def note(translations: Translations, message: str) -> None:
        locale = str(get_locale())
        known = translations._catalog
        if locale in {LANGUAGES[code].babel for code in DRAFTED} and not any(key in known for key in _keys(message)):
            found.add(message)

    def gettext(self: Translations, message: str) -> str:
        note(self, message)
        return str(plain(self, message))

    def ngettext(self: Translations, one: str, many: str, number: int) -> str:
        note(self, one)
        return str(plural(self, one, many, number))

    monkeypatch.setattr(Translations, "ugettext", gettext)
    monkeypatch.setattr(Translations, "ungettext", ngettext)
    yield found


def seen_on(pages: Iterable[str], strings: Iterable[str]) -> list[str]:
    """Return those of the strings that stand on the pages, told by the longest part without a placeholder."""
    shown = "\n".join(html.unescape(page) for page in pages)
    parts = {text: max(PLACEHOLDER.split(text), key=len).strip() for text in strings}
    return sorted(text for text, part in parts.items() if (part if len(part) > LONG else f">{part}<") in shown)


def _keys(message: str) -> list[object]:
    return [message, *((message, form) for form in range(6))]
