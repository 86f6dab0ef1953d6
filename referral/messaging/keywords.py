"""STOP, START and HELP in a text from a phone, in every language, whatever language the patient has on file.

Pure. The first step for each inbound text, and the first step of reading an answer to a question.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from referral.messaging.lexicon import ACCENTS_OPTIONAL, all_words, table
from referral.messaging.plain_text import is_unspaced, plain, says_any, unstretched, without_accents, words

#: Only these lift a block by text, in every language: a mistaken START would write to someone who said stop.
START_WORDS = ("start", "unstop")


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


def blanking(name: str) -> re.Pattern[str]:
    """A pattern that finds the phrases of one list of all languages in the words of a text, to blank them out."""
    phrases = {words(plain(phrase)) for phrase in all_words(name)}
    phrases |= {
        without_accents(words(plain(phrase))) for root in ACCENTS_OPTIONAL for phrase in table(name).get(root, ())
    }
    spaced = sorted(map(re.escape, (one for one in phrases if not is_unspaced(one))), key=len, reverse=True)
    tied = sorted((r" ?".join(one.replace(" ", "")) for one in phrases if is_unspaced(one)), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(spaced) or '(?!)'})(?!\S)|{'|'.join(tied) or '(?!)'}")


_STOP, _HELP = phrases_of(table("stop")), phrases_of(table("help"))
_START = phrases_of({"en": START_WORDS})
_PHRASES, _POSSIBLE = phrases_of(table("stop_phrases")), phrases_of(table("possible_stop"))
_NOT_STOP = blanking("not_stop")
_COURTESY = frozenset(words(plain(word)) for word in all_words("courtesy"))
#: Chinese and its like write courtesy without a space: "请停止".
_COURTESY_TIED = tuple(sorted((word for word in _COURTESY if is_unspaced(word)), key=len, reverse=True))
#: What ends a clause, in the scripts of the lexicons.
_CLAUSE_END = re.compile(r"[.,!?;:\n…。，！？；：、،؛؟]+")
_QUOTES = frozenset('"“”«»„「」『』')
#: What somebody quotes, such as our own text in a reaction that we do not know, asks for nothing by itself.
_QUOTATION = re.compile(r"[“„«「『\"].*[”“»」』\"]", re.DOTALL)
_STRETCHED_STOP = re.compile(r"s+t+o+p+")


_TEXTS = r"(?:text|texts|text messages?|messages?|msgs?|sms|mensajes?|textos?)"
_WRITE = r"(?:text|texting|message|messaging|contact|contacting|sms|write|writing|send|sending)"
_FILL = r"(?:all |any |more |the |these |those |this |your |my |me |of |with |sending |getting |get |receive |to )*"

#: Revocations in a sentence that a reasonable person would understand (47 CFR 64.1200(a)(10)).
_STOP_SENTENCES = re.compile(
    rf"\b(?:stop {_FILL}(?:{_TEXTS}|texting|messaging|sending|contacting|bothering|writing|spamming|calling|harassing)"
    rf"|(?:dont|do not|never|quit|cease) (?:ever )?{_WRITE} (?:to )?(?:me|us|my|this|here|any|again|more)"
    rf"|no more {_TEXTS}|no longer (?:want|wish) (?:to receive )?{_FILL}{_TEXTS}"
    r"|(?:dont|do not|no longer) (?:want|wish) to be (?:texted|contacted|messaged)"
    r"|(?:please|pls|i said|i told you to|can you|could you|would you|you need to) stop"
    r"(?: it| this| now| already| please)*$"
    rf"|(?:dont|do not) (?:want|wish) {_FILL}{_TEXTS}|cancel {_FILL}{_TEXTS}"
    r"|(?:take (?:me|us|my (?:number|phone|name)|this (?:number|phone)) (?:off|out)"
    r"|(?:remove|delete) (?:me|us|my (?:number|phone|name|info)|this (?:number|phone)))"
    r"|opt (?:me )?out|optout|unsubscribe|unsub|revoke (?:my )?consent|leave me alone|lose (?:my|this) number"
    r"|no me (?:mande|manden|mandes|envie|envien|envies|escriba|escriban|escribas|textee|texteen|moleste|molesten)"
    r"|(?:deje|dejen|dejes|deja|dejar|paren|pare) de (?:mandar|enviar|escribir|molestar|textear|contactar)(?:me|nos)?"
    r"|(?:por favor|ya|dije que|dije) (?:pare|paren|basta|alto)(?: ya| por favor)*$"
    r"|no (?:quiero )?(?:recibir )?mas (?:mensajes|textos)|no quiero (?:recibir )?"
    r"(?:sus |estos |mas )?(?:mensajes|textos)"
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
    if _is_stop(spaced) or _is_stop(core) or _STRETCHED_STOP.fullmatch(core) or _said_twice(core):
        return Keyword(KeywordKind.STOP, "stop_keyword")
    if _has_stop_clause(plain_text):
        return Keyword(KeywordKind.STOP, "stop_clause")
    own = words(_QUOTATION.sub(" ", plain_text)) or spaced
    if _asks_to_stop(without_accents(own)) or _PHRASES.within(" ".join(_NOT_STOP.sub(" ~ ", own).split())):
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
    """The words without please, thanks and greetings at both ends; nothing if nothing else was said."""
    left = spaced_words.split()
    while left and left[0] in _COURTESY:
        left = left[1:]
    while left and left[-1] in _COURTESY:
        left = left[:-1]
    core = " ".join(left)
    for word in _COURTESY_TIED:
        core = core.removeprefix(word).removesuffix(word).strip()
    return core


#: Phones of other makes report a reaction as a text that quotes ours, digits and STOP included.
_BEFORE, _AFTER = (
    "|".join(re.escape(plain(phrase)) for phrase in sorted(all_words(name), key=len, reverse=True))
    for name in ("reactions", "reactions_after")
)
_EMOJI = r"[^\w\s\x00-\x7f“”«»„…–—¿¡،؛؟。，！？：「」『』]{1,8}"
_QUOTED = r"[\"“”«„「『'].*[\"“”»…'」』]"
_TAPBACK = re.compile(
    rf"(?:(?:{_BEFORE}|{_EMOJI}(?: \w{{1,6}})?|reacted \S+ to|removed an? .{{1,30}} from)\s*:?\s*"
    rf"(?:an? (?:image|message|attachment|movie)|{_QUOTED}(?:\s*(?:{_AFTER}))?)|{_QUOTED}\s*(?:{_AFTER}))[.\s]*",
    re.DOTALL,
)


def is_tapback(plain_text: str) -> bool:
    """Whether a plain text is a reaction that only quotes our message ("Liked “…”"), without a word of its own."""
    if not _TAPBACK.fullmatch(plain_text):
        return False
    return sum(plain_text.count(quote) for quote in _QUOTES) <= 2 or plain_text.endswith(("”", "»", "」"))


def _is_stop(spaced_words: str) -> bool:
    return _STOP.equal(spaced_words) or _STOP.equal(unstretched(spaced_words))


def _has_stop_clause(plain_text: str) -> bool:
    """Whether the text begins or ends with a stop word as a clause of its own: "Stop. I do not know you".

    Not where something is quoted, nor after a digit ("3, cancel" may be an answer).
    """
    clauses = [clause for clause in map(words, _CLAUSE_END.split(plain_text)) if clause]
    if len(clauses) < 2 or _QUOTES.intersection(plain_text) or clauses[0][0].isdigit():
        return False
    return any(_is_stop(clause) or _is_stop(without_courtesy(clause)) for clause in (clauses[0], clauses[-1]))


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
