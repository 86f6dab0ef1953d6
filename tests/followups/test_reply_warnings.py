"""What comes before any answer: stop, start, help, danger and wrong numbers, in every language."""

import pytest

from referral.followups.replies import Reading, ReplyKind, keyword_of, read_reply
from referral.messaging.keywords import KeywordKind
from referral.messaging.lexicon import all_words, table

QUESTION = ("1", "2", "3", "9")
LANGUAGES = ("en", "es", "zh-Hans", "vi", "ko", "ar", "ht", "ru", "pl", "tl", "")


@pytest.mark.parametrize("word", [(lang, word) for lang, listed in table("stop").items() for word in listed])
def test_stop_in_any_language_is_a_stop_whatever_the_setting(word: tuple[str, str]) -> None:
    readings = {read_reply(word[1], QUESTION, language).kind for language in LANGUAGES}

    assert readings == {ReplyKind.STOP}
    assert keyword_of(f" {word[1].upper()}! ") is KeywordKind.STOP


@pytest.mark.parametrize("phrase", all_words("stop_phrases"))
def test_a_stop_phrase_in_a_sentence_is_a_stop(phrase: str) -> None:
    assert keyword_of(f"{phrase}.") is KeywordKind.STOP


@pytest.mark.parametrize(
    "text",
    [
        "please stop",
        "STOP, thank you",
        "Stop stop STOP",
        "s.t.o.p",
        "stooop",
        "ＳＴＯＰ",
        "𝐒𝐓𝐎𝐏",
        "ST\u200bOP",
        "can you stop texting me",
        "I don't want any more of these messages",
        "do not contact me again",
        "I do not know you, do not text me",
        "Remove my number",
        "take me off",
        "please unsubscribe me from this",
        "I'd like to opt out of this",
        "no more texts",
        "leave me alone",
        "No más mensajes",
        "por favor no me manden mas textos",
        "Dejen de escribirme",
        "quíteme de la lista",
    ],
)
def test_a_wish_for_no_more_texts_is_a_stop(text: str) -> None:
    assert read_reply(text, QUESTION, "vi").kind is ReplyKind.STOP
    assert keyword_of(text) is KeywordKind.STOP


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I will stop by Monday", ReplyKind.REVIEW_POSSIBLE_STOP),
        ("2 they told me to cancel", ReplyKind.REVIEW_POSSIBLE_STOP),
        ("don't stop texting me", ReplyKind.REVIEW_POSSIBLE_STOP),
        ("why did you stop texting me", ReplyKind.REVIEW_POSSIBLE_STOP),
        ('she said "stop texting me please"', ReplyKind.REVIEW_POSSIBLE_STOP),
        ("me dijeron que debo cancelar", ReplyKind.REVIEW_POSSIBLE_STOP),
        ("they don't text me", ReplyKind.FREE_TEXT),
        ("take me to the clinic", ReplyKind.FREE_TEXT),
        ("take me off the waiting list", ReplyKind.FREE_TEXT),
        ("đúng", ReplyKind.FREE_TEXT),  # "right" in Vietnamese; folded it would be "stop"
        ("dúng", ReplyKind.FREE_TEXT),
    ],
)
def test_what_only_sounds_like_stop_opts_nobody_out(text: str, expected: ReplyKind) -> None:
    assert read_reply(text, QUESTION, "en").kind is expected
    assert keyword_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Liked “Clinic: did it work? Reply 1 yes, 2 no. STOP to end”",
        'Loved "Clinic: STOP"',
        "Disliked “STOP”",
        "Laughed at “1”",
        "Reacted 👍 to “Clinic: 1 yes”",
        "👍 to “Clinic: 1 yes, 2 no. STOP”",
        "Le gustó “Clinic: 1 ya, 2 no. STOP”",
        "A aimé « Clinic : 1 »",
        "Loved an image",
    ],
)
def test_a_reaction_that_quotes_us_is_no_answer_and_no_stop(text: str) -> None:
    assert read_reply(text, QUESTION, "en") == Reading(ReplyKind.TAPBACK, None, "tapback")
    assert keyword_of(text) is None


@pytest.mark.parametrize("word", all_words("help"))
def test_help_in_any_language_is_help(word: str) -> None:
    assert read_reply(f"{word}?", QUESTION, "es").kind is ReplyKind.HELP
    assert keyword_of(word) is KeywordKind.HELP


def test_a_plea_for_help_goes_to_a_person() -> None:
    assert read_reply("I need help with my rent", QUESTION, "en").kind is ReplyKind.FREE_TEXT


@pytest.mark.parametrize("text", ["START", "start please", "Unstop."])
def test_start_lifts_and_is_exact(text: str) -> None:
    assert keyword_of(text) is KeywordKind.START


@pytest.mark.parametrize("text", ["yes", "start on monday", "restart", "si"])
def test_nothing_but_start_lifts_a_block(text: str) -> None:
    assert keyword_of(text) is None


@pytest.mark.parametrize("phrase", all_words("crisis"))
def test_danger_is_heard_in_every_language_and_before_the_digit(phrase: str) -> None:
    assert read_reply(f"1 {phrase}.", QUESTION, "en").kind is ReplyKind.CRISIS


@pytest.mark.parametrize("text", ["911", "9-1-1", "I want to end it all", "Él me pegó", "el me pego", "他打我"])
def test_danger_is_heard_in_other_spellings(text: str) -> None:
    assert read_reply(text, QUESTION, "en").kind is ReplyKind.CRISIS


@pytest.mark.parametrize("text", ["this heat is killing me", "hit me up", "my number is 404 988 1234", "9 11"])
def test_everyday_words_are_no_crisis(text: str) -> None:
    assert read_reply(text, QUESTION, "en").kind is not ReplyKind.CRISIS


@pytest.mark.parametrize(
    ("text", "kind", "also"),
    [
        ("stop texting me I want to die", ReplyKind.STOP, (ReplyKind.CRISIS,)),
        ("I want to end it all", ReplyKind.CRISIS, (ReplyKind.REVIEW_POSSIBLE_STOP,)),
        ("wrong number, remove me", ReplyKind.STOP, (ReplyKind.WRONG_NUMBER,)),
        ("wrong number stop", ReplyKind.WRONG_NUMBER, (ReplyKind.REVIEW_POSSIBLE_STOP,)),
        ("stop", ReplyKind.STOP, ()),
    ],
)
def test_one_meaning_never_hides_a_danger(text: str, kind: ReplyKind, also: tuple[ReplyKind, ...]) -> None:
    reading = read_reply(text, QUESTION, "en")

    assert (reading.kind, reading.also) == (kind, also)


@pytest.mark.parametrize("phrase", all_words("wrong_number"))
def test_a_wrong_number_is_heard_in_every_language(phrase: str) -> None:
    assert read_reply(phrase, QUESTION, "en").kind is ReplyKind.WRONG_NUMBER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sorry, wrong number", ReplyKind.WRONG_NUMBER),
        ("wrong number dude", ReplyKind.WRONG_NUMBER),
        ("No soy Maria", ReplyKind.WRONG_NUMBER),
        ("This isn’t Ana Lopez", ReplyKind.WRONG_NUMBER),
        ("no soy elegible", ReplyKind.FREE_TEXT),  # an answer, not another person
        ("They called the wrong number", ReplyKind.FREE_TEXT),
        ("wrong number for the food bank", ReplyKind.FREE_TEXT),
    ],
)
def test_a_wrong_number_is_told_from_a_story(text: str, expected: ReplyKind) -> None:
    assert read_reply(text, QUESTION, "es").kind is expected
