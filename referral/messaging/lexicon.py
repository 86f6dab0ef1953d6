"""The words of people's replies, one file per language in `lexicons/`: a new language is one file more, and no code.

Each language has its words as its people write them, misspellings and dialects too. All are drafts until a qualified
translator has reviewed them. Sources of the words for stop: stop, quit, end, revoke, opt out, cancel, unsubscribe of
47 CFR 64.1200(a)(10) (89 FR 15756, in force 2025-04-11); Twilio's default keywords (Twilio, Advanced Opt-Out). YES is
no START here: it is an answer to a question.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

#: Where the files lie: the name of each is the root of its language's BCP-47 tag ("zh", not "zh-Hans").
FOLDER = Path(__file__).resolve().parent / "lexicons"

#: Raised by hand whenever a rule of the reader changes. A change of the words shows in READER_VERSION by itself.
RULES_VERSION = "2"

Words = tuple[str, ...]


class LexiconError(ValueError):
    """A file of words that cannot be used; the message names the file and the list."""


@dataclass(frozen=True)
class Lexicon:
    """The words of one language. Lists that a language does not have are empty: digits are read without any."""

    language: str
    #: draft, or reviewed by a qualified translator.
    status: str
    #: Whether words count without their accents too. Never in Vietnamese, where accents make other words.
    accents_optional: bool = False
    #: The whole message is one of these, courtesy aside: no more texts. Understood whatever the language on file.
    stop: Words = ()
    #: Said anywhere in a sentence: no more texts.
    stop_phrases: Words = ()
    #: These turn a phrase round ("do not stop writing", "they do not write to me"): it stops nothing by itself.
    not_stop: Words = ()
    #: In a longer sentence these may mean stop and may not ("I will stop by Monday"): a person reads it.
    possible_stop: Words = ()
    #: The whole message is one of these: the help text. A longer sentence with them goes to a person.
    help: Words = ()
    #: Words that change nothing around an answer: please, thanks, greetings. One word each.
    courtesy: Words = ()
    #: The whole message is one of these: yes. In the patient's own language and in English only: yes words collide.
    yes_words: Words = ()
    #: Yes words that with thanks are only politeness ("vâng, cảm ơn"): no sure yes then.
    polite_yes: Words = ()
    #: The whole message is one of these: no. In the patient's own language and in English only.
    no_words: Words = ()
    #: English yes and no words that mean something else here: Polish "no" is "yeah".
    not_english: Words = ()
    #: In a sentence after 1 these say the opposite; after 3 they say "no longer".
    denies: Words = ()
    #: After 1 or 3 these make a sure answer doubtful: but, still, only half, if, tomorrow, call me.
    doubts: Words = ()
    #: They hold a word of denial or doubt and mean none: "no problem".
    no_doubt: Words = ()
    #: After 3, without a denial, these say the opposite: "3 I need it".
    wants: Words = ()
    #: Yes words that may begin a no: "2 ya llamé y nadie contesta".
    may_begin_no: Words = ()
    #: Words that carry nothing next to a digit: "I chose 1".
    filler: Words = ()
    #: Words that join digits: "1 and 9".
    joins: Words = ()
    #: By digit, what people add that belongs to it. The first word that carries something has to be one of these.
    belongs: Mapping[str, Words] = field(default_factory=dict)
    #: By digit, how it is said in words or in another script; the whole message.
    numerals: Mapping[str, Words] = field(default_factory=dict)
    #: The whole message is one of these: somebody else has this phone now.
    wrong_number: Words = ()
    #: A message may go on for a few words after one of these: "wrong number, try again".
    wrong_number_starts: Words = ()
    #: After such a start these tell of somebody else's mistake ("wrong number for the food bank"): a person reads it.
    about_others: Words = ()
    #: Before a name, known by its capital: "No soy Maria".
    not_that_name: Words = ()
    #: Said anywhere: danger. A phrase too many brings one text and a person's look, one too few may cost a life.
    crisis: Words = ()
    #: They hold a phrase of danger and mean none: "call my phone" in Chinese holds "hit me".
    no_crisis: Words = ()
    #: What phones write before a quotation of our text, to report a reaction: "Liked “…”".
    reactions: Words = ()
    #: What they write after it.
    reactions_after: Words = ()


def load_lexicons(folder: Path = FOLDER) -> Mapping[str, Lexicon]:
    """All languages by their root, in the order of their names. Raises LexiconError."""
    files = sorted(folder.glob("*.yaml"))
    return MappingProxyType({file.stem: _lexicon(file) for file in files})


def _lexicon(file: Path) -> Lexicon:
    content = yaml.safe_load(file.read_text("utf-8"))
    if not isinstance(content, dict):
        raise LexiconError(f"{file.name}: lists of words are wanted")
    known = {each.name: each.type for each in fields(Lexicon) if each.name != "language"}
    unknown = content.keys() - known.keys()
    if unknown:
        raise LexiconError(f"{file.name}: there is no list called {', '.join(sorted(map(str, unknown)))}")
    if content.get("status") not in {"draft", "reviewed"}:
        raise LexiconError(f"{file.name}: status is draft or reviewed")
    return Lexicon(language=file.stem, **{name: _value(file, name, found) for name, found in content.items()})


def _value(file: Path, name: str, found: Any) -> Any:
    if name == "status" or (name == "accents_optional" and isinstance(found, bool)):
        return found
    if name in {"belongs", "numerals"} and isinstance(found, dict):
        return MappingProxyType({_digit(file, name, digit): _words(file, name, each) for digit, each in found.items()})
    return _words(file, name, found)


def _digit(file: Path, name: str, digit: Any) -> str:
    if isinstance(digit, str) and len(digit) == 1 and digit in "0123456789":
        return digit
    raise LexiconError(f"{file.name}: {name} wants digits in quotation marks, not {digit!r}")


def _words(file: Path, name: str, found: Any) -> Words:
    if not isinstance(found, list) or not all(isinstance(word, str) and word.strip() for word in found):
        raise LexiconError(f"{file.name}: {name} is a list of words, each in quotation marks")
    return tuple(found)


#: The words as shipped, read once.
LEXICONS = load_lexicons()

#: A language without a file: digits and English.
NO_WORDS = Lexicon("", "draft")

#: Languages whose words also count without their accents.
ACCENTS_OPTIONAL = frozenset(language for language, lexicon in LEXICONS.items() if lexicon.accents_optional)


def table(name: str) -> dict[str, Words]:
    """One list of every language that has it: language to words."""
    return {language: getattr(lexicon, name) for language, lexicon in LEXICONS.items() if getattr(lexicon, name)}


def all_words(name: str) -> list[str]:
    """One list of all languages together, in the order of the languages."""
    return [word for words in table(name).values() for word in words]


def lexicon_of(root: str) -> Lexicon:
    """The words of a language ("es"); none for a language without a file."""
    return LEXICONS.get(root, NO_WORDS)


def _fingerprint(lexicons: Iterable[Lexicon]) -> str:
    said = "\n".join(f"{lexicon!r}" for lexicon in lexicons)
    return hashlib.sha256(said.encode()).hexdigest()[:8]


#: Kept with each reading, so that an old decision can be explained: the version of the rules and of the words.
READER_VERSION = f"{RULES_VERSION}.{_fingerprint(LEXICONS.values())}"


def recorded(rule: str) -> str:
    """A rule as a reading is stored with it: its name and the reader's version."""
    return f"{rule}@{READER_VERSION}"
