"""STOP, START and HELP in a text from a phone, in every language, whatever language the patient has on file.

Pure. The first step for each inbound text, and the first step of reading an answer to a question.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from referral.messaging.keyword_words import (
    ACCENTS_OPTIONAL,
    COURTESY,
    HELP_WORDS,
    POSSIBLE_STOP,
    START_WORDS,
    STOP_PHRASES,
    STOP_WORDS,
)
from referral.messaging.plain_text import plain, says_any, without_accents, words


class KeywordKind(StrEnum):
    """What a keyword asks for, before any question is looked at."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True)
class Keyword:
    """A keyword found, and the short stable name of the rule that found it."""

    kind: KeywordKind
    rule: str


@dataclass(frozen=True)
class Phrases:
    """Phrases of all languages in plain spelling: `exact` as written, `bare` for words without their accents."""

    exact: frozenset[str]
    bare: frozenset[str]

    def equal(self, spaced_words: str) -> bool:
        """Whether the whole text is one of the phrases."""
        return spaced_words in self.exact or without_accents(spaced_words) in self.bare

    def within(self, spaced_words: str) -> bool:
        """Whether one of the phrases is said anywhere in the text."""
        return says_any(self.exact, spaced_words) or says_any(self.bare, without_accents(spaced_words))


def phrases_of(tables: Mapping[str, Iterable[str]]) -> Phrases:
    """The phrases of tables by language, made comparable with the words of a text."""
    exact = {words(plain(phrase)) for phrases in tables.values() for phrase in phrases}
    optional = [phrase for language in ACCENTS_OPTIONAL & tables.keys() for phrase in tables[language]]
    return Phrases(frozenset(exact), frozenset(without_accents(words(plain(phrase))) for phrase in optional))


_STOP, _HELP = phrases_of(STOP_WORDS), phrases_of(HELP_WORDS)
_START = phrases_of({"en": START_WORDS})
_PHRASES, _POSSIBLE = phrases_of(STOP_PHRASES), phrases_of(POSSIBLE_STOP)
_COURTESY = frozenset(words(plain(word)) for word in COURTESY)
_STRETCHED_STOP = re.compile(r"s+t+o+p+")

_TEXTS = r"(?:text|texts|text messages?|messages?|msgs?|sms|mensajes?|textos?)"
_WRITE = r"(?:text|texting|message|messaging|contact|contacting|sms|write|writing|send|sending)"
_FILL = r"(?:all |any |more |the |these |those |this |your |my |me |of |with |sending |getting |get |receive |to )*"

#: Revocations in a sentence that a reasonable person would understand (47 CFR 64.1200(a)(10)).
_STOP_SENTENCES = re.compile(
    rf"\b(?:stop {_FILL}(?:{_TEXTS}|texting|messaging|sending|contacting|bothering|writing|spamming|calling|harassing)"
    rf"|(?:dont|do not|never|quit|cease) (?:ever )?{_WRITE} (?:to )?(?:me|us|my|this|here|any|again|more)"
    rf"|no more {_TEXTS}|(?:dont|do not) (?:want|wish) {_FILL}{_TEXTS}|cancel {_FILL}{_TEXTS}"
    r"|(?:take (?:me|us|my (?:number|phone|name)|this (?:number|phone)) (?:off|out)"
    r"|(?:remove|delete) (?:me|us|my (?:number|phone|name|info)|this (?:number|phone)))"
    r"|opt (?:me )?out|optout|unsubscribe|unsub|revoke (?:my )?consent|leave me alone|lose (?:my|this) number"
    r"|no me (?:mande|manden|mandes|envie|envien|envies|escriba|escriban|escribas|textee|texteen|moleste|molesten)"
    r"|(?:deje|dejen|deja|dejar|paren|pare) de (?:mandar|enviar|escribir|molestar|textear)(?:me)?"
    r"|no (?:quiero )?(?:recibir )?mas (?:mensajes|textos)|no quiero (?:recibir )?(?:mensajes|textos)"
    r"|(?:quite|quiten|borre|borren|saque|saquen)(?:me| mi (?:numero|telefono)))\b"
)

#: One of these just before: somebody tells what others do ("they don't text me"), and asks nothing of us.
_OTHERS = frozenset({"they", "he", "she", "it", "nobody", "people", "group", "who", "why", "did", "didnt", "ellos"})
#: One of these before "stop texting" turns it round; the sentence goes to a person.
_TURNED = frozenset({"dont", "not", "never", "no"})
#: "Take me off the waiting list" is about the request, not about texts.
_OTHER_LIST = re.compile(r"\bwait(?:ing)? ?list\b")


def keyword_of(text: str) -> KeywordKind | None:
    """STOP, START or HELP if the text asks for it in any language, else None. Never raises."""
    found = read_keyword(text)
    return found.kind if found else None


def read_keyword(text: str) -> Keyword | None:
    """The keyword of a text with the rule that found it, or None. Tapbacks are sorted out before: see is_tapback."""
    plain_text = plain(text)
    if is_tapback(plain_text):
        return None
    spaced = words(plain_text)
    core = without_courtesy(spaced)
    if _STOP.equal(spaced) or _STOP.equal(core) or _STRETCHED_STOP.fullmatch(core) or _said_twice(core):
        return Keyword(KeywordKind.STOP, "stop_keyword")
    if _asks_to_stop(without_accents(spaced)) or _PHRASES.within(spaced):
        return Keyword(KeywordKind.STOP, "stop_phrase")
    if _START.equal(core):
        return Keyword(KeywordKind.START, "start_keyword")
    if _HELP.equal(spaced) or _HELP.equal(core):
        return Keyword(KeywordKind.HELP, "help_keyword")
    return None


def may_mean_stop(spaced_words: str) -> bool:
    """Whether a stop word stands in a longer text, so that a person has to read it."""
    return _POSSIBLE.within(spaced_words)


def without_courtesy(spaced_words: str) -> str:
    """The words without please, thanks and greetings at both ends; all of them if nothing else was said."""
    left = spaced_words.split()
    while left and left[0] in _COURTESY:
        left = left[1:]
    while left and left[-1] in _COURTESY:
        left = left[:-1]
    return " ".join(left)


#: Phones of other makes report a reaction as a text that quotes ours, digits and STOP included.
_TAPBACK = re.compile(
    r"(?:liked|loved|disliked|emphasi[sz]ed|questioned|laughed at|reacted \S+ to|removed an? .{1,30} from"
    r"|(?:no )?le gusto|(?:no )?le gustó|le encanto|le encantó|me gusta|me encanta|se rio de|se rió de|enfatizó|destacó"
    r"|a aimé|a adoré|gostou de|adorou|понравилось|赞了|讚了|喜歡|喜欢|đã thích|[^\w\s]{1,8} to)"
    r"\s*(?:an? (?:image|message|attachment|movie)|[\"“”«„'].*[\"“”»…'])[.\s]*",
    re.DOTALL,
)


def is_tapback(plain_text: str) -> bool:
    """Whether a plain text is a reaction that only quotes our message ("Liked “…”"), without a word of its own."""
    if not _TAPBACK.fullmatch(plain_text):
        return False
    return sum(plain_text.count(quote) for quote in '"“”«»„') <= 2 or plain_text.endswith(("”", "»"))


def _said_twice(core: str) -> bool:
    said_words = core.split()
    return len(said_words) > 1 and len(set(said_words)) == 1 and _STOP.equal(said_words[0])


def _asks_to_stop(spaced_words: str) -> bool:
    if _OTHER_LIST.search(spaced_words):
        return False
    return any(_is_a_request(match) for match in _STOP_SENTENCES.finditer(spaced_words))


def _is_a_request(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].split()
    if _OTHERS.intersection(before[-2:]):
        return False
    negated = match.group().startswith(("dont ", "do not ", "never ", "no "))
    return negated or not _TURNED.intersection(before[-4:])
