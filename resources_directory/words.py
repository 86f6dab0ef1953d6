"""Text broken into comparable words, the same way for what is stored, what is searched and what is classified.

The databases get plain words only, so that SQLite FTS5 and PostgreSQL `simple` find the same services.
"""

import re
import unicodedata
from functools import lru_cache

_COMMON = (
    "a an and are at by can de del do el en find for from get help how i in is la las los me my need near of on or "
    "para por que se the to un una want we where with y"
)
#: Words too common to say what somebody looks for (English, Spanish). They are dropped from searches only.
COMMON_WORDS = frozenset(_COMMON.split())

#: Chinese and Japanese are written without spaces: each character is taken as a word.
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])")
_WORD = re.compile(r"[^\W_]+")
#: Letters kept of a word and words kept of a search; PostgreSQL refuses words beyond 2,046 bytes.
LONGEST_WORD = 60
MOST_SEARCH_WORDS = 12
#: A shorter word keeps its s: "gas" and "bus" are no plurals.
_SHORTEST_PLURAL = 4


def words_of(text: str) -> list[str]:
    """Return the words of `text` in order: without accents, case and plural endings."""
    return [singular(word[:LONGEST_WORD]) for word in _WORD.findall(folded(text))]


def search_words(text: str) -> list[str]:
    """Return the words to look for; the common ones only when there is nothing else."""
    found = words_of(text)
    telling = [word for word in found if word not in COMMON_WORDS] or found
    return list(dict.fromkeys(telling))[:MOST_SEARCH_WORDS]


def folded(text: str) -> str:
    """Return `text` in small letters without accents; Hangul stays whole, unspaced scripts get spaces."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    whole = unicodedata.normalize("NFC", bare).casefold().replace("'", "").replace("\u2019", "")
    return _UNSPACED.sub(r" \1 ", whole)


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """Return an English or Spanish word without its plural ending (after D. Harman 1991, the "S stemmer").

    It is coarse on purpose: both sides of a comparison pass through it, and no word grows longer.
    """
    if len(word) < _SHORTEST_PLURAL or not word.isascii() or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    if word.endswith("s"):
        return word[:-1]
    return word
