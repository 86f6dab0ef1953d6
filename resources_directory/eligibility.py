"""Whether the words of a listing name a group of people that somebody must be asked about. Pure."""

import re
from functools import lru_cache

#: Words that leave nobody out, whole texts: "Open to everyone.", "Anyone may come.", "No restrictions".
_EVERYBODY = re.compile(
    r"(?:(?:open|available|free) (?:to|for) |for )?"
    r"(?:all|any|everyone|everybody|anyone|anybody|(?:the )?(?:general )?public)"
    r"(?: people| are)?(?: may come| can come| welcomed?)?"
    r"|(?:no|none)(?: (?:rules?|restrictions?|requirements?|limits?|eligibility|known)\b.*)?|n/?a|unrestricted"
)
#: Texts that say no more than the ages that the listing holds as numbers.
_AGES = re.compile(
    r"(?:open to |for )?(?:anyone |everyone |people |persons |adults |children |seniors |youth )?"
    r"(?:aged? |ages |of )*\d+"
    r"(?: ?(?:to|-|–|and|through) ?\d+)?(?: years?(?: of age| old)?)?"
    r"(?: ?\+| (?:and|or) (?:older|over|above|up|younger|under))?"
)


@lru_cache(maxsize=10_000)
def names_a_group(words: str, *, ages_listed: bool) -> bool:
    """Return True if the words (English) are for some people only, in a way that ages alone do not settle.

    `ages_listed`: the listing holds its ages as numbers too. Whatever cannot be read counts as a group.
    """
    text = " ".join(words.casefold().strip(" .!*").split())
    if not text or _EVERYBODY.fullmatch(text):
        return False
    return not (ages_listed and _AGES.fullmatch(text))
