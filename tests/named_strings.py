"""Gathers the strings of named parts of a file, for catalogs that hold only what patients read.

Used by `translations/patient.cfg` through Babel's table of extractors; the option `names` says which functions, classes
and constants of a module, or which macros of a template, belong to patients.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python
from jinja2.ext import babel_extract

Found = tuple[int, str, Any, list[str]]


def from_module(
    file: IO[bytes], keywords: Mapping[str, Any], comments: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the strings of the module's top-level parts that `names` lists. Raises LookupError for one it has not."""
    source = file.read()
    lines = source.decode().splitlines(keepends=True)
    wanted, kept = set(options["names"].split()), [""] * len(lines)
    for node in ast.parse(source).body:
        named = _names_of(node) & wanted
        if named:
            wanted -= named
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(each.lineno for each in decorators)]) - 1
            kept[first : node.end_lineno] = lines[first : node.end_lineno]
    _all_found(wanted)
    yield from extract_python(BytesIO("".join(kept).encode()), keywords, comments, {})  # type: ignore[arg-type]


def from_template(
    file: IO[bytes], keywords: Mapping[str, Any], comments: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the strings of the template's macros that `names` lists. Raises LookupError for one it has not."""
    source, wanted, kept = file.read().decode(), set(options["names"].split()), []
    for macro in re.finditer(r"\{%-? macro (\w+).*?\{%-? endmacro -?%\}", source, re.DOTALL):
        if macro[1] in wanted:
            wanted.discard(macro[1])
            kept.append(macro[0])
    _all_found(wanted)
    found = BytesIO("\n".join(kept).encode())
    yield from babel_extract(found, keywords, comments, {"trim_blocks": "true", "lstrip_blocks": "true"})  # type: ignore[no-untyped-call]


def _names_of(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return {node.name} if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else set()


def _all_found(missing: Collection[str]) -> None:
    if missing:
        raise LookupError(f"the file has no {', '.join(sorted(missing))}")
