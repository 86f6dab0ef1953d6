"""How a reply was read, in words for people: what it was taken for, and by which rule."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

#: What each digit means in the whole product.
DIGITS: Mapping[str, LazyString] = {
    "1": _l("yes"),
    "2": _l("no"),
    "3": _l("no longer needed"),
    "4": _l("nobody called them"),
    "5": _l("they did not qualify"),
    "6": _l("too far, or no ride"),
    "7": _l("too long a wait"),
    "8": _l("another reason"),
    "9": _l("wants a call"),
}

#: By the kind of a reading; `option` is put into words with its digit.
KINDS: Mapping[str, LazyString] = {
    "stop": _l("no more texts"),
    "start": _l("texts again"),
    "help": _l("asks for help"),
    "crisis": _l("may be in danger"),
    "wrong_number": _l("not the patient's phone"),
    "tapback": _l("a reaction to our text"),
    "multiple": _l("several answers at once"),
    "contradiction": _l("an answer that contradicts itself"),
    "out_of_range": _l("a number that was not offered"),
    "empty": _l("nothing to read"),
    "review_possible_stop": _l("perhaps no more texts"),
    "unclear": _l("not clear"),
    "free_text": _l("a message for a person"),
}

#: By the rule that decided; each ends the sentence "because …".
RULES: Mapping[str, LazyString] = {
    "digit_alone": _l("they sent this digit alone"),
    "digit_and_punctuation": _l("the message begins with this digit, set apart from the rest"),
    "digit_and_its_words": _l("the words beside the digit belong to it"),
    "digit_and_its_printed_words": _l("the words beside the digit are those of our text"),
    "digit_against_words": _l("the words beside the digit say something else"),
    "digit_against_sign": _l("a sign beside the digit says something else"),
    "number_not_offered": _l("our text did not offer this number"),
    "several_digits": _l("there is more than one digit in it"),
    "asked_back": _l("it is put as a question"),
    "yes_word": _l("the whole message is a word for yes"),
    "no_word": _l("the whole message is a word for no"),
    "yes_word_not_offered": _l("it is a word for yes, and our text did not ask for one"),
    "no_word_not_offered": _l("it is a word for no, and our text did not ask for one"),
    "word_of_two_languages": _l("the word means different things in two languages"),
    "polite_yes": _l("a yes with thanks may be only politeness"),
    "word_against_sign": _l("the word and a sign say different things"),
    "stop_keyword": _l("the whole message is a word for stop"),
    "stop_clause": _l("it begins or ends with a word for stop"),
    "stop_phrase": _l("a sentence in it asks for no more texts"),
    "stop_word_in_sentence": _l("a word for stop stands in a longer sentence"),
    "start_keyword": _l("the whole message is START"),
    "help_keyword": _l("the whole message is a word for help"),
    "crisis_words": _l("words of danger stand in it"),
    "wrong_number_words": _l("it says that this is the wrong number"),
    "not_that_name": _l("it says that they are somebody else"),
    "tapback": _l("it only quotes our text"),
    "nothing_to_read": _l("there are no words in it"),
    "free_text": _l("no rule understands it"),
}


def reading_words(kind: str | None, value: str | None, rule: str | None) -> str | None:
    """Return how a reply was read and why, as one sentence; None for one that nobody read.

    `rule` as it is stored, with the reader's version behind an @.
    """
    if kind is None:
        return None
    meaning = DIGITS.get(value or "") if kind == "option" else None
    if meaning is not None:
        taken = _("%(digit)s, %(meaning)s", digit=value, meaning=meaning)
    else:
        taken = str(KINDS.get(kind, kind))
    because = RULES.get((rule or "").partition("@")[0])
    if because is None:
        return str(_("Read as: %(taken)s.", taken=taken))
    return str(_("Read as: %(taken)s, because %(reason)s.", taken=taken, reason=because))
