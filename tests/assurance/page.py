"""Renders the generated parts of docs/security.md: the policy table and the checklist, between their marks."""

import re
from pathlib import Path

from flask import Flask

from referral.kit.policy import policy, route_policies
from tests.assurance.checklist import Row
from tests.scan.findings import arguments, last_scan

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"


def policy_table(app: Flask) -> str:
    """Return the permissions with their roles, and the pages with what they ask, as Markdown."""
    lines = ["| permission | roles |", "|---|---|"]
    lines += [f"| `{name}` | {', '.join(sorted(roles))} |" for name, roles in sorted(policy.rules.items())]
    lines += ["", "| page | methods | asks |", "|---|---|---|"]
    for path, methods, endpoint, name in route_policies(app):
        view = app.view_functions[endpoint]
        reason = getattr(view, "public_reason", None)
        asks = f"nothing: {reason}" if reason else f"`{name}`"
        if getattr(view, "asks_fresh", False):
            asks += ", proven again within 10 minutes"
        lines.append(f"| `{path.replace('|', '&#124;')}` | {methods} | {asks} |")
    return "\n".join(lines)


def checklist_table(rows: list[Row], day: str, results: dict[str, dict[str, int]]) -> str:
    """Return the checklist as Markdown, one table for each part. `results`: test to outcome to number."""
    met = sum(row.later is None for row in rows)
    lines = [f"{len(rows)} rows: {met} met, {len(rows) - met} not yet or not wholly. Last results: {day or 'none'}."]
    for part in dict.fromkeys(row.part for row in rows):
        lines += [
            "",
            f"### {part}",
            "",
            "| ASVS 5.0 | asked | how it is met | tests | last result |",
            "|---|---|---|---|---|",
        ]
        lines += [_line(row, results) for row in rows if row.part == part]
    return "\n".join(lines)


def scans_table() -> str:
    """Return the argued findings and the last result of each tool, as Markdown."""
    lines = ["| tool | rule | where | why it does no harm |", "|---|---|---|---|"]
    lines += [f"| {each.tool} | {each.rule} | `{each.place}` | {each.because} |" for each in arguments()]
    told = [f"{tool} ({each.day}): {each.open} open, {each.argued} argued" for tool, each in last_scan().items()]
    return "\n".join([*lines, "", f"Last runs: {'; '.join(told) or 'none'}."])


def write(name: str, text: str) -> None:
    """Put `text` between the marks called `name`."""
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def replaced(page: str, name: str, text: str) -> str:
    """Return the page with `text` between the marks called `name`. Raises ValueError without them."""
    begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
    if begin not in page or end not in page:
        raise ValueError(f"docs/security.md has no marks called {name}")
    return re.sub(f"{begin}.*?{end}", lambda _found: f"{begin}\n\n{text}\n\n{end}", page, flags=re.DOTALL)


def result_of(row: Row, results: dict[str, dict[str, int]]) -> str:
    """Return "12 passed", or what else happened to the row's tests."""
    if not row.tests:
        return "–"
    total: dict[str, int] = {}
    for test in row.tests:
        for outcome, number in results.get(test, {"not run": 1}).items():
            total[outcome] = total.get(outcome, 0) + number
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted(total.items()))


def _line(row: Row, results: dict[str, dict[str, int]]) -> str:
    how = " ".join(filter(None, (row.how, f"**Not yet:** {row.later}" if row.later else "")))
    tests = "<br>".join(f"`{test}`" for test in row.tests) or "–"
    cells = (row.ids, row.bar, how, tests, result_of(row, results))
    return "| " + " | ".join(cell.replace("|", "&#124;") for cell in cells) + " |"
