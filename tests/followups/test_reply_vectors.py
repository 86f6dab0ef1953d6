"""Replies as people write them in the eight languages, each with its right reading (reply_vectors/<language>.yaml)."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from referral.followups.replies import ReplyKind, read_reply
from tests.followups.test_replies import EIGHT, meaning_of, shared_vectors

FOLDER = Path(__file__).parent / "reply_vectors"
QUESTION = ["1", "2", "3", "9"]
FEWEST = 25


def vectors_of(language: str) -> list[dict[str, Any]]:
    """The vectors of one language: text, expect, and where they are given options and why."""
    content = yaml.safe_load((FOLDER / f"{language}.yaml").read_text("utf-8"))
    assert content["language"] == language
    vectors: list[dict[str, Any]] = content["vectors"]
    return vectors


@pytest.mark.parametrize("language", EIGHT)
def test_every_reply_is_read_as_a_person_means_it(language: str) -> None:
    readings = [
        (vector["text"], vector["expect"], meaning_of(read_reply(vector["text"], options, language)))
        for vector in vectors_of(language)
        for options in [vector.get("options", QUESTION)]
    ]

    assert [(text, wanted, read) for text, wanted, read in readings if wanted != read] == []


@pytest.mark.parametrize("language", EIGHT)
def test_each_language_has_enough_vectors_of_its_own(language: str) -> None:
    shared = {vector["text"] for vector in shared_vectors()}
    own = {vector["text"] for vector in vectors_of(language)} - shared

    assert len(own) >= FEWEST
    assert {vector["expect"] for vector in vectors_of(language)} >= {
        *("1", "2", "3", "9", "free_text", "contradiction", "stop", "wrong_number", "crisis", "tapback")
    }


@pytest.mark.parametrize("language", EIGHT)
def test_each_vector_is_told_once_and_in_known_words(language: str) -> None:
    vectors = vectors_of(language)
    known = {*"123456789", *(kind.value for kind in ReplyKind)}

    assert len({json.dumps([vector["text"], vector.get("options")]) for vector in vectors}) == len(vectors)
    assert all(vector["expect"] in known for vector in vectors)
    assert all(vector.keys() <= {"text", "expect", "options", "why"} for vector in vectors)


@pytest.mark.parametrize("language", EIGHT)
def test_a_stop_of_one_language_is_a_stop_for_all(language: str) -> None:
    stops = [vector["text"] for vector in vectors_of(language) if vector["expect"] == "stop"]
    lost = [(text, other) for text in stops for other in EIGHT if _kind(text, other) is not ReplyKind.STOP]

    assert lost == []


def _kind(text: str, language: str) -> ReplyKind:
    return read_reply(text, QUESTION, language).kind
