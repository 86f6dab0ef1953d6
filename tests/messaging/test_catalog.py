"""The catalog: loading, review status, rendering."""

from pathlib import Path

import pytest

from referral.messaging.catalog import (
    Catalog,
    CatalogError,
    FactMissing,
    TextMissing,
    TextStatus,
    digest_of,
    load_catalog,
    shipped_catalog,
)

KEYS = """
accepted appointment_tomorrow callback_ack check_contact_d3 check_outcome_d10 chw_will_call closed_declined closed_met
closed_no_reply consent_confirm crisis declined_other_place help next_step no_open_question not_understood
other_place_link questions_link reason recalled reminder sent several_accepted several_moved several_sent start_confirm
stop_confirm to_human waitlisted wrong_number
"""
ENGLISH = "{clinic}: Call us at {phone}."
FACTS = {"clinic": "Riverside", "phone": "404-555-0199", "date": "Nov 12"}


def catalog_with(folder: Path, *, status: str = "draft", digest: str | None = None, body: str = ENGLISH) -> Catalog:
    """A catalog of one text whose Spanish has the given status and source digest."""
    spanish = f"status: {status}, source_sha256: {digest or digest_of(body)}"
    (folder / "call.yaml").write_text(
        f"key: call\npurpose: A call.\noptions: []\nresend_ok: true\nsource: {{language: en, body: '{body}'}}\n"
        f"languages:\n  en: {{body: '{body}', status: reviewed, reviewer: product team}}\n"
        f"  es: {{body: '{{clinic}}: Llame al {{phone}}.', {spanish}}}\n",
        "utf-8",
    )
    return load_catalog(folder)


def test_the_product_ships_every_text_it_sends() -> None:
    assert set(shipped_catalog().texts) == set(KEYS.split())


@pytest.mark.parametrize("key", KEYS.split())
def test_shipped_english_is_ready_and_every_translation_waits_for_review(key: str) -> None:
    catalog = shipped_catalog()

    assert catalog.status(key, "en") is TextStatus.READY
    for language in ("es", "zh-Hans", "vi", "ar", "ht", "ru", "ko"):
        assert catalog.status(key, language) is TextStatus.UNREVIEWED
        assert not catalog.may_leave(key, language, simulated=False)
    assert catalog.status(key, "so") is TextStatus.MISSING


@pytest.mark.parametrize(
    ("status", "digest", "expected"),
    [
        ("draft", None, TextStatus.UNREVIEWED),
        ("reviewed", None, TextStatus.READY),
        ("reviewed", "0" * 64, TextStatus.STALE),  # the English has changed since: a review of the old one is no review
        ("draft", "0" * 64, TextStatus.STALE),
    ],
)
def test_a_translation_is_ready_only_when_reviewed_and_of_this_source(
    tmp_path: Path, status: str, digest: str | None, expected: TextStatus
) -> None:
    catalog = catalog_with(tmp_path, status=status, digest=digest)

    assert catalog.status("call", "es") is expected


@pytest.mark.parametrize(
    ("status", "simulated", "expected"),
    [("reviewed", False, True), ("draft", True, True), ("draft", False, False)],
)
def test_an_unreviewed_text_leaves_only_through_the_simulator(
    tmp_path: Path, status: str, simulated: bool, expected: bool
) -> None:
    catalog = catalog_with(tmp_path, status=status)

    assert catalog.may_leave("call", "es", simulated=simulated) is expected


@pytest.mark.parametrize("language", ["vi", "pt-BR", "zh-Hant", ""])
def test_a_missing_or_stale_text_never_leaves(tmp_path: Path, language: str) -> None:
    catalog = catalog_with(tmp_path, digest="0" * 64)

    assert not catalog.may_leave("call", language, simulated=True)
    assert not catalog.may_leave("call", "es", simulated=True)


def test_a_missing_language_is_never_answered_in_english(tmp_path: Path) -> None:
    catalog = catalog_with(tmp_path)

    with pytest.raises(TextMissing, match="vi"):
        catalog.render("call", "vi", FACTS)


def test_a_region_uses_the_text_of_its_language_and_a_script_does_not(tmp_path: Path) -> None:
    text = catalog_with(tmp_path).text("call")

    assert text.version("es-MX") is text.versions["es"]
    assert text.version("ES_419") is text.versions["es"]
    assert text.version("es-Hebr") is None


def test_facts_are_put_in_and_unneeded_known_facts_ignored(tmp_path: Path) -> None:
    assert catalog_with(tmp_path).render("call", "es", FACTS) == "Riverside: Llame al 404-555-0199."


@pytest.mark.parametrize("hostile", ["{config}", "{phone}", "{clinic.__class__}", "%(phone)s", "{{phone}}", "\\1"])
def test_a_fact_with_braces_stays_as_it_is(tmp_path: Path, hostile: str) -> None:
    rendered = catalog_with(tmp_path).render("call", "en", FACTS | {"clinic": hostile})

    assert rendered == f"{hostile}: Call us at 404-555-0199."


def test_an_absent_fact_is_named(tmp_path: Path) -> None:
    with pytest.raises(FactMissing, match="phone"):
        catalog_with(tmp_path).render("call", "en", {"clinic": "Riverside"})


def test_a_fact_that_no_text_may_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FactMissing, match="need"):
        catalog_with(tmp_path).render("call", "en", FACTS | {"need": "food"})


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(TextMissing, match="birthday"):
        shipped_catalog().text("birthday")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("call.yaml", "key: [unclosed"),
        ("call.yaml", "key: call"),
        ("call.yaml", "- a list"),
        ("call.yaml", ""),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")

    with pytest.raises(CatalogError, match=r"call\.yaml"):
        load_catalog(tmp_path)


def test_a_key_that_differs_from_its_file_is_refused(tmp_path: Path) -> None:
    catalog_with(tmp_path)
    (tmp_path / "call.yaml").rename(tmp_path / "other.yaml")

    with pytest.raises(CatalogError, match="same"):
        load_catalog(tmp_path)


def test_a_placeholder_outside_the_allowed_facts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="need"):
        catalog_with(tmp_path, body="{clinic}: about {need}")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no texts"):
        load_catalog(tmp_path)


def test_digits_mean_the_same_in_every_text() -> None:
    meanings: dict[str, set[str]] = {}
    for text in shipped_catalog().texts.values():
        for digit, meaning in text.options.items():
            meanings.setdefault(digit, set()).add(meaning)

    assert {digit: len(said) for digit, said in meanings.items() if digit != "1"} == dict.fromkeys("23456789", 1)
    assert meanings["1"] == {"yes", "stay on the list", "look at another place"}
