"""JSON object by object."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources_directory.importing import json_items
from resources_directory.importing.json_items import JsonItems
from resources_directory.importing.report import ImportRefused

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def items(text: str) -> list[object]:
    return [item for _, item in JsonItems(io.StringIO(text), "services.json")]


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1}, {"id": 2}]',
        '{"total_items": 2, "contents": [{"id": 1}, {"id": 2}], "empty": false}',
        '{"services": [{"id": 1}, {"id": 2}]}',
        '{"id": 1}\n{"id": 2}\n',
    ],
    ids=["list", "page", "named list", "lines"],
)
def test_lists_pages_and_lines_give_the_same_objects(text: str) -> None:
    assert items(text) == [{"id": 1}, {"id": 2}]


def test_one_object_is_itself_even_with_lists_inside() -> None:
    organization = {"id": "o", "name": "Elm", "services": [{"id": "s"}]}

    assert items(json.dumps(organization)) == [organization]


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=5), st.sampled_from([None, 2]))
def test_items_are_those_of_the_json_module_whatever_the_chunk(content: list[object], indent: int | None) -> None:
    text = json.dumps(content, indent=indent, ensure_ascii=False)
    before, json_items.CHUNK = json_items.CHUNK, 7
    try:
        assert items(text) == content
    finally:
        json_items.CHUNK = before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "neither a list nor an object"),
        ("<html>", "neither a list nor an object"),
        ('[{"id": 1}, {"id":', "is not JSON near"),
        ('[{"id": 1} {"id": 2}]', "a comma or the end of the list"),
        ('[{"id": 1}', "a comma or the end of the list"),
        ("[1, 2]", "item 1 is not an object"),
        ('[{"id": NaN}]', "holds NaN"),
        ('[{"id": ' + "[" * 100_000 + "]" * 100_000 + "}]", "nested too deep"),
    ],
    ids=["empty", "html", "cut off", "comma", "no end", "numbers", "nan", "deep"],
)
def test_what_is_no_json_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        items(text)


def test_an_object_without_end_is_refused_before_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_items, "MOST_ITEM_CHARACTERS", 100_000)

    with pytest.raises(ImportRefused, match="more than 32 MB"):
        items('[{"id": "' + "x" * 1_000_000)
