"""The words that count in the replies of one patient: those of the patient's language, and English. Pure."""

import functools
import re
import unicodedata
from collections.abc import Iterable

from referral.messaging.catalog import shipped_catalog
from referral.messaging.keywords import blanking
from referral.messaging.lexicon import LEXICONS, Lexicon, all_words, lexicon_of
from referral.messaging.plain_text import language_root, plain, says_any, unstretched, without_accents, words

#: A digit and the words beside it in one of our own texts, up to the punctuation of any script.
_OFFER = re.compile(r"(?<![\w{])([1-9])[ =]+([^.,;:?!،؛؟、。，；：？！\n]+)")
_NO_DOUBT = blanking("no_doubt")


class Vocabulary:
    """Lists of words in plain spelling. Words of doubt count from other scripts too: they only ask again.

    Accents are optional where the language allows it, and with every word of doubt or denial but the Vietnamese.
    """

    def __init__(self, root: str) -> None:
        """Gather the words of a language by its root ("es"); English alone for a language without a file."""
        self._own, english = lexicon_of(root), LEXICONS["en"]
        self._both = (self._own,) if root == "en" else (self._own, english)
        self.not_english = frozenset(_plain(self._own.not_english))
        self.yes = self._answers(self._own.yes_words, english.yes_words)
        self.no = self._answers(self._own.no_words, english.no_words)
        self.polite_yes = self._spelled(self._own.polite_yes)
        self.may_begin_no = self._spelled(self._own.may_begin_no)
        self.empty = self._listed("filler") | frozenset(_plain(all_words("joins") + all_words("courtesy")))
        #: Whether doubt is known in this language: if not, all the words beside a closing digit must be known.
        self.knows_doubt = bool(self._own.doubts)
        self._denies = self._listed("denies") | _from_other_scripts(self._own, "denies")
        self._doubts = self._listed("doubts") | _from_other_scripts(self._own, "doubts")
        self._wants = self._listed("wants")
        self.numerals = {
            numeral: digit
            for lexicon in (LEXICONS["zh"], *reversed(self._both))
            for digit, numerals in lexicon.numerals.items()
            for numeral in _plain(numerals)
        }
        self._belongs = {digit: self._belonging(digit) for digit in "0123456789"}
        self._printed = _printed(root) | (_printed("en") if root != "en" else frozenset())
        self.refuses_call = self._denies | self._belongs["9"]

    def is_yes(self, core: str) -> bool:
        """Whether the whole message is a yes."""
        return self._is_one_of(core, self.yes)

    def is_no(self, core: str) -> bool:
        """Whether the whole message is a no."""
        return self._is_one_of(core, self.no)

    def belongs(self, digit: str) -> frozenset[str]:
        """What people add to a digit that belongs to it."""
        return self._belongs.get(digit, frozenset())

    def printed(self, digit: str) -> frozenset[str]:
        """The words that stand beside a digit in our own texts."""
        return frozenset(said_beside for each, said_beside in self._printed if each == digit)

    def denies(self, text: str) -> bool:
        """Whether a text holds a no."""
        return says_any(self._denies, text) or says_any(self._denies, without_accents(text))

    def doubts(self, text: str, *, but_wants: bool = False) -> bool:
        """Whether a text holds a word that makes an answer doubtful; `but_wants`: one that says no wish."""
        found = self._doubts - self._wants if but_wants else self._doubts
        return says_any(found, text) or says_any(found, without_accents(text))

    def turns(self, word: str) -> bool:
        """Whether a first word turns what was answered: a no, a doubt, a wish, a yes."""
        return word in self.yes or self.denies(word) or self.doubts(word) or self.wants(word)

    def wants(self, text: str) -> bool:
        """Whether a text says that something is still wanted."""
        return says_any(self._wants, text)

    def _is_one_of(self, core: str, known: frozenset[str]) -> bool:
        spellings = {core, unstretched(core)}
        return not known.isdisjoint(spellings | set(map(without_accents, spellings)) if self._folds else spellings)

    @property
    def _folds(self) -> bool:
        return self._own.accents_optional

    def _answers(self, own: Iterable[str], english: Iterable[str]) -> frozenset[str]:
        return self._spelled(own) | (frozenset(_plain(english)) - self.not_english)

    def _spelled(self, listed: Iterable[str]) -> frozenset[str]:
        exact = frozenset(_plain(listed))
        return exact | frozenset(map(without_accents, exact)) if self._folds else exact

    def _listed(self, name: str) -> frozenset[str]:
        found = frozenset(word for lexicon in self._both for word in _plain(getattr(lexicon, name)))
        return found | frozenset(map(without_accents, found)) if self._folds else found

    def _belonging(self, digit: str) -> frozenset[str]:
        listed = [word for lexicon in self._both for word in _plain(lexicon.belongs.get(digit, ()))]
        found = self._spelled(listed)
        if digit == "1":
            return found | self.yes
        return found | self.no if digit == "2" else found


@functools.cache
def _gathered(root: str) -> Vocabulary:
    return Vocabulary(root)


def vocabulary_of(language: str) -> Vocabulary:
    """The words for a BCP-47 tag; English alone where the language has no file."""
    root = language_root(language) or "en"
    return _gathered(root if root in LEXICONS else "")


def without_harmless(spaced_words: str) -> str:
    """The words without phrases that hold a denial and mean none ("no problem")."""
    return " ".join(_NO_DOUBT.sub(" ", spaced_words).split())


def _plain(listed: Iterable[str]) -> list[str]:
    return [words(plain(word)) for word in listed]


def _from_other_scripts(own: Lexicon, name: str) -> frozenset[str]:
    """The words of one list that are in neither the Latin script nor the language's own."""
    known = {"LATIN"} | {_script(word) for word in own.yes_words}
    return frozenset(word for word in _plain(all_words(name)) if _script(word) not in known)


def _script(word: str) -> str:
    return unicodedata.name(word[0], "").split(" ")[0]


@functools.cache
def _printed(root: str) -> frozenset[tuple[str, str]]:
    """(digit, words) that our own texts offer in a language, whatever the state of their review."""
    return frozenset(
        (digit, words(plain(offered)))
        for text in shipped_catalog().texts.values()
        for version in text.versions.values()
        if language_root(version.language) == root
        for digit, offered in _OFFER.findall(version.body)
        if digit in text.options and len(text.options) > 1
    )
