"""The rules themselves, as functions over source text, so that each can be shown to fail when it is broken."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
BANNED_NAMES = ("util", "utils", "helper", "helpers", "manage", "manager", "misc")
CLOCK_CALLS = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|monotonic|sleep))\(")


@dataclass(frozen=True)
class Source:
    """One module of the product. `name`: its path from the root."""

    name: str
    text: str

    def tree(self) -> ast.Module:
        """Return its syntax tree."""
        return ast.parse(self.text)


def modules() -> list[Source]:
    """Return every module of the product, ordered."""
    files = sorted(
        [*(ROOT / "referral").rglob("*.py"), *(ROOT / "resources_directory").rglob("*.py"), ROOT / "wsgi.py"]
    )
    return [Source(str(file.relative_to(ROOT)), file.read_text()) for file in files]


def too_long(source: Source) -> Iterator[str]:
    """Name the module if it is too long, and each function that is."""
    lines = source.text.count("\n")
    if lines > LONGEST_MODULE:
        yield f"{source.name} has {lines} lines"
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{source.name}: {node.name} has {length} lines"


def too_many_parameters(source: Source) -> Iterator[str]:
    """Name each function with more than five parameters, keyword-only ones not counted after the second."""
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            places = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg != "self"]
            if len(places) > 5:
                yield f"{source.name}: {node.name} takes {len(places)} parameters by place"


def without_docstring(source: Source) -> Iterator[str]:
    """Name the module if nothing says what is in it."""
    if not ast.get_docstring(source.tree()):
        yield source.name


def full_package_files(source: Source) -> Iterator[str]:
    """Name an __init__.py that holds more than its docstring."""
    if source.name.endswith("__init__.py") and len(source.tree().body) > 1:
        yield source.name


def commits_elsewhere(source: Source) -> Iterator[str]:
    """Name a module other than kit/transaction.py that commits."""
    if source.name == "referral/kit/transaction.py":
        return
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield f"{source.name}:{node.lineno}"


def reads_clock_elsewhere(source: Source) -> Iterator[str]:
    """Name a line outside kit/clock.py that reads the time; ids are made of time in db.py."""
    if source.name in ("referral/kit/clock.py", "resources_directory/db.py"):
        return
    for number, line in enumerate(source.text.splitlines(), 1):
        if CLOCK_CALLS.search(line):
            yield f"{source.name}:{number}"


def reads_zones_elsewhere(source: Source) -> Iterator[str]:
    """Name a line that reads the name of a time zone by itself: one that nobody knows would stop the page."""
    if source.name == "resources_directory/time_zones.py":
        return
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"\bZoneInfo\(|ZoneInfoNotFoundError", line):
            yield f"{source.name}:{number}"


def twilio_elsewhere(source: Source) -> Iterator[str]:
    """Name a module that imports twilio outside the gateway and the webhooks."""
    if source.name.startswith("referral/outbox/gateway/") or source.name == "referral/messaging/webhooks.py":
        return
    if re.search(r"^\s*(from|import) twilio\b", source.text, re.MULTILINE):
        yield source.name


#: Modules that call other machines, and who may import them.
CALLERS = re.compile(
    r"^\s*(?:from|import) (requests|urllib3|urllib\.request|http\.client|httpx|aiohttp|ftplib|telnetlib|socketserver"
    r"|websockets?|authlib\.integrations)\b|\bsocket\.(socket|create_connection)\(|\burlopen\(",
    re.MULTILINE,
)


#: The one way out; and the demo, which looks whether a port of this machine is free.
ALLOWED_CALLERS = ("referral/kit/outbound.py", "referral/demo/environment.py")


def calls_elsewhere(source: Source) -> Iterator[str]:
    """Name a module that calls other machines outside the one way out and the gateways of the outbox."""
    if source.name.startswith("referral/outbox/gateway/") or source.name in ALLOWED_CALLERS:
        return
    for found in CALLERS.finditer(source.text):
        yield f"{source.name}: {found[0].strip()}"


def hidden_imports(source: Source) -> Iterator[str]:
    """Name an import that is not at the top of its module."""
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield f"{source.name}:{inner.lineno}"


def banned_names(source: Source) -> Iterator[str]:
    """Name a module that is a drawer for everything."""
    words = set(re.split(r"[/_.]", source.name))
    if words & set(BANNED_NAMES):
        yield source.name


def bare_suppressions(source: Source) -> Iterator[str]:
    """Name a suppression that does not say its reason on the same line."""
    for number, line in enumerate(source.text.splitlines(), 1):
        noqa = re.search(r"# noqa(: [A-Z0-9, ]+)?(?P<rest>.*)$", line)
        ignore = re.search(r"# type: ignore(\[[a-z-, ]+\])?(?P<rest>.*)$", line)
        for found in (noqa, ignore):
            if found and len(found["rest"].strip(" -#")) < 8:
                yield f"{source.name}:{number}"


RULES = (
    too_long,
    too_many_parameters,
    without_docstring,
    full_package_files,
    commits_elsewhere,
    reads_clock_elsewhere,
    reads_zones_elsewhere,
    twilio_elsewhere,
    calls_elsewhere,
    hidden_imports,
    banned_names,
    bare_suppressions,
)
