"""What must be true of a page that refuses a form: a person who sees, hears or types finds what to mend, and how."""

from collections import Counter
from collections.abc import Iterator, Mapping

from tests.access.page_tree import Element, main_of

FILLED_IN = frozenset({"input", "select", "textarea"})
NOTHING_TYPED: Mapping[str, str] = {}


def faults_of(text: str, typed: Mapping[str, str] = NOTHING_TYPED) -> list[str]:
    """Return what is wrong with the page that answers a refused form, in words. `typed`: by the name of its field."""
    page = main_of(text)
    with_id = {each.get("id"): each for each in page.inside() if each.get("id")}
    return [
        *_faults_of_ids(page),
        *_faults_of_summary(page, with_id),
        *_faults_of_marks(page, with_id),
        *_faults_of_typed(page, typed),
    ]


def _faults_of_ids(page: Element) -> Iterator[str]:
    counted = Counter(each.get("id") for each in page.inside() if each.get("id"))
    yield from (f"id twice: {name}" for name, number in counted.items() if number > 1)


def _faults_of_summary(page: Element, with_id: dict[str, Element]) -> Iterator[str]:
    """One summary takes the focus, says what is wrong, and leads to what it is about."""
    summary = with_id.get("error-summary")
    if summary is None:
        yield "no error summary"
        return
    focused = [each for each in page.inside() if "autofocus" in each.attributes]
    if focused[:1] != [summary] or summary.get("tabindex") != "-1":
        yield "the error summary does not take the focus"
    if not any(each.words for each in summary.inside("li", "p")):
        yield "the error summary says nothing"
    for link in summary.inside("a"):
        name = link.get("href").removeprefix("#")
        target = with_id.get(name)
        if target is None:
            yield f"leads nowhere: {link.get('href')}"
        elif target.tag not in FILLED_IN | {"button"} or not (marked := _marked(target)):
            yield f"leads to what is not marked as wrong: {name}"
        elif not _error_of(marked, with_id):
            yield f"the error is not tied to its field: {name}"


def _faults_of_marks(page: Element, with_id: dict[str, Element]) -> Iterator[str]:
    """What is marked as wrong says why, and stands in the summary; every error is tied to something."""
    summary = with_id.get("error-summary")
    led_to = {link.get("href").removeprefix("#") for link in summary.inside("a")} if summary else set()
    tied = {name for each in page.inside() for name in each.get("aria-describedby").split()}
    for each in page.inside():
        if each.get("aria-invalid") == "true":
            parts = {each.get("id"), *(part.get("id") for part in each.inside())}
            group = each.around("fieldset")
            beside = {part.get("id") for part in group.inside(*FILLED_IN)} if group and each.tag == "input" else set()
            if not parts & led_to and not beside & led_to:
                yield f"not in the summary: {each.get('name') or each.get('id')}"
            if not _error_of(each, with_id) and not (group and _error_of(group, with_id)):
                yield f"marked as wrong without a reason: {each.get('name') or each.get('id')}"
        is_error = each.tag == "p" and "error" in each.get("class").split() and each.get("role") != "alert"
        if is_error and each.get("id") not in tied:
            yield f"an error that is tied to nothing: {each.words[:60]}"


def _faults_of_typed(page: Element, typed: Mapping[str, str]) -> Iterator[str]:
    """Nothing that was typed is lost."""
    shown = {(each.get("name"), each.shown_value) for each in page.inside("input", "textarea")}
    yield from (f"what was typed is lost: {name}" for name, words in typed.items() if (name, words) not in shown)


def _marked(field: Element) -> Element | None:
    """Return what carries the mark: the field itself, or the group of its choices."""
    group = field.around("fieldset")
    return next((each for each in (field, group) if each is not None and each.get("aria-invalid") == "true"), None)


def _error_of(marked: Element, with_id: dict[str, Element]) -> str:
    """Return the words of the errors that describe an element or the group in which it stands."""
    group = marked.around("fieldset")
    names = [name for each in (marked, group) if each is not None for name in each.get("aria-describedby").split()]
    named = [with_id[name] for name in names if name in with_id]
    return " ".join(each.words for each in named if "error" in each.get("class").split())
