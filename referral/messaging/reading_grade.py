"""The school grade that a text in English or Spanish asks for, by the usual formulas with our own syllable counters.

Pure. English: Flesch-Kincaid grade level (Kincaid and others, 1975). Spanish: Fernández-Huerta ease of reading (1959)
with his table of grades. Both are rough on texts of three sentences; they catch long words and long sentences.
"""

import re

from referral.messaging.plain_text import plain, words

#: The languages that can be graded, as roots of BCP-47 tags.
GRADED = frozenset({"en", "es"})

#: Fernández-Huerta: from this ease on, this grade.
_SPANISH_GRADES = ((90, 4.0), (80, 5.0), (70, 6.0), (60, 8.0), (50, 10.0))
_SPANISH_WORST = 13.0

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_SENTENCE_END = re.compile(r"[.!?:;]+")
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$")
#: Strong vowels stand alone; a weak one joins its neighbour; í and ú with an accent stand alone again.
_SPANISH_VOWELS = re.compile(r"[iuü]?[aeoáéó][iuy](?![aeoáéó])|[iuü]?[aeoáéó]|[íú]|[iu]{1,2}|y$")


def reading_grade(text: str, language: str) -> float:
    """The grade of a text; placeholders and digits are left out. Raises ValueError for a language not in GRADED."""
    if language not in GRADED:
        raise ValueError(f"no reading grade for {language!r}")
    sentences = [words(plain(part)).split() for part in _SENTENCE_END.split(_PLACEHOLDER.sub("", text))]
    spoken = [[word for word in sentence if not word.isdigit()] for sentence in sentences]
    spoken = [sentence for sentence in spoken if sentence]
    every_word = [word for sentence in spoken for word in sentence]
    if not every_word:
        return 0.0
    length = len(every_word) / len(spoken)
    syllables = sum(syllables_of(word, language) for word in every_word) / len(every_word)
    if language == "en":
        return 0.39 * length + 11.8 * syllables - 15.59
    ease = 206.84 - 60 * syllables - 1.02 * length
    return next((grade for least, grade in _SPANISH_GRADES if ease >= least), _SPANISH_WORST)


def syllables_of(word: str, language: str) -> int:
    """The syllables of one lower-case word, at least one."""
    if language == "es":
        return max(1, len(_SPANISH_VOWELS.findall(re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "q", word))))
    return max(1, len(_ENGLISH_VOWELS.findall(_SILENT_END.sub("", word))))
