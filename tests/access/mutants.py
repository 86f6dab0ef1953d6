"""Mutants of the product: one rule of access removed at a time, by editing the syntax tree of one module.

Two walls mask each other, so each wall is broken where nothing hides it. A removed scope rule is met by tests/access/
walls.py, below the views. A removed filter of a query or a view (`clinic_id == …`) is met with the scopes switched off
as well: then it is the only wall, and whatever turns wrong in the matrix beyond what the missing scopes alone make
wrong is its own.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: The column or attribute whose comparison keeps tenants, members or people apart.
OWNERS = frozenset({"clinic_id", "member_id", "receiver_id", "person_id"})
#: Where such comparisons decide what somebody sees, reaches or is known by; elsewhere they find rows for the product's
#: own work. By the end of a module's name, or by all of it.
READ_BY_PEOPLE = ("queries.py", "views.py")
READ_BY_PEOPLE_TOO = frozenset(
    {
        "inbox.py", "emergencies.py", "disclosures.py", "demands.py", "looking_up.py", "frame.py", "factors.py",
        "security_keys.py", "identities.py", "glass.py", "providers.py", "recovery.py", "totp.py",
    }
)  # fmt: skip

SQL_TRUE = "__import__('sqlalchemy').true()"

#: Put before every mutated view module: what stands instead of the guard that is taken away.
STAND_INS = '''
def _mutant_unchecked(permission, load=None, *, fresh=False):
    """Like requires, without asking who calls."""
    from functools import wraps
    from referral.kit.errors import NotFound
    from referral.kit.transaction import request_session
    def decorate(view):
        @wraps(view)
        def guarded(**values):
            if load is None:
                return view(**values)
            record = load(request_session(), **values)
            if record is None:
                raise NotFound
            return view(record)
        guarded.policy_name, guarded.asks_fresh = str(permission), fresh
        return guarded
    return decorate

def _mutant_unscoped(load):
    """Like load, over all rows."""
    from referral.kit.scope import job_scope
    def loaded(session, **values):
        session.take_scope(job_scope("mutant"))
        return load(session, **values)
    return loaded
'''


@dataclass(frozen=True)
class Mutant:
    """One edit. `kind`: policy or tenant; `module`: path from the root; `line`: where; `what`: said in words.

    `view`: the one whose route is asked; `without_scopes`: the scopes are off, so that this wall stands alone.
    """

    kind: str
    module: str
    line: int
    column: int
    edit: str
    what: str
    view: str = ""
    without_scopes: bool = False

    @property
    def dotted(self) -> str:
        """The module's name as it is imported."""
        return self.module.removesuffix(".py").replace("/", ".")

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.what}"


#: The mutant that changes nothing: what judges the others must find nothing wrong.
NULL = Mutant("null", "", 0, 0, "", "nothing is removed")


def all_mutants() -> list[Mutant]:
    """Return every mutant of the product's sources, by module and line."""
    found: list[Mutant] = []
    for path in sorted((ROOT / "referral").rglob("*.py")):
        name, tree = str(path.relative_to(ROOT)), ast.parse(path.read_text())
        found += policy_mutants(name, tree)
        if name == "referral/kit/scope.py":
            found += scope_mutants(name, tree)
        elif (path.name.endswith(READ_BY_PEOPLE) or path.name in READ_BY_PEOPLE_TOO) and "/demo/" not in name:
            found += filter_mutants(name, tree)
    return found


def policy_mutants(name: str, tree: ast.Module) -> Iterator[Mutant]:
    """Each @requires: made public, unchecked; its load over all rows; its fresh proof dropped."""
    for view in ast.walk(tree):
        if not isinstance(view, ast.FunctionDef):
            continue
        for guard in view.decorator_list:
            if not (isinstance(guard, ast.Call) and getattr(guard.func, "id", "") == "requires"):
                continue
            edits = {"public": "made public", "unchecked": "asks nobody who they are"}
            named = {keyword.arg for keyword in guard.keywords}
            if "load" in named or len(guard.args) > 1:
                edits["unscoped"] = "loads over all rows"
            if "fresh" in named:
                edits["stale"] = "asks for no fresh proof"
            for edit, said in edits.items():
                kind = "tenant" if edit == "unscoped" else "policy"
                what = f"{view.name} {said}"
                yield Mutant(kind, name, guard.lineno, guard.col_offset, edit, what, view.name)


def scope_mutants(name: str, tree: ast.Module) -> Iterator[Mutant]:
    """Each rule of the scopes: what is visible, what may be written, which statements are judged."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        if function.name == "_owned_classes":
            for table in owned_names():
                yield Mutant("tenant", name, function.lineno, 0, f"class {table}", f"no criteria for {table}")
        if function.name in ("_visible", "_may_write", "_filter_rows", "_refuse_foreign_rows"):
            for node in ast.walk(function):
                said = _rule_of(node)
                if said:
                    yield Mutant("tenant", name, node.lineno, node.col_offset, said[0], f"{function.name}: {said[1]}")


def _rule_of(node: ast.AST) -> tuple[str, str] | None:
    """Return (edit, words) for a node that is a rule: a comparison, a refusal, a question about the statement."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.In):
        return "true", f"{ast.unparse(node)} is always true"
    if isinstance(node, ast.Raise):
        return "pass", f"{ast.unparse(node)[:60]} left out"
    if isinstance(node, ast.Attribute) and node.attr in ("is_select", "is_update", "is_delete"):
        return "false", f"{ast.unparse(node)} is not judged"
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".in_"):
        return "sql true", f"{ast.unparse(node)} is always true"
    if isinstance(node, ast.Call) and ast.unparse(node) == "false()":
        return "sql true", "no scope sees all"
    return None


def filter_mutants(name: str, tree: ast.Module) -> Iterator[Mutant]:
    """Each comparison of an owner in a query or view, made always true; with the scopes off."""
    for node in ast.walk(tree):
        what = f"{ast.unparse(node)} left out" if isinstance(node, ast.Compare | ast.Call) else ""
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq) and _owner_of(node):
            yield Mutant("tenant", name, node.lineno, node.col_offset, "same", what, without_scopes=True)
        elif isinstance(node, ast.Call) and _owner_among(node):
            yield Mutant("tenant", name, node.lineno, node.col_offset, "any", what, without_scopes=True)


def _owner_among(node: ast.Call) -> bool:
    """A question whether an owner is one of some: `clinic_id.in_(…)`."""
    asked = node.func
    return (
        isinstance(asked, ast.Attribute)
        and asked.attr == "in_"
        and isinstance(asked.value, ast.Attribute)
        and asked.value.attr in OWNERS
    )


def _owner_of(node: ast.Compare) -> bool:
    """A comparison of two columns joins tables; one of a column or attribute with a value keeps owners apart."""
    sides = (node.left, node.comparators[0])
    if all(isinstance(side, ast.Attribute) and ast.unparse(side)[:1].isupper() for side in sides):
        return False
    return any(isinstance(side, ast.Attribute) and side.attr in OWNERS for side in (node.left, node.comparators[0]))


def owned_names() -> list[str]:
    """Return the names of the models that belong to clinics, read from the sources: nothing is imported here."""
    found = []
    for path in sorted((ROOT / "referral").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base) for base in node.bases}
                if bases & {"ClinicOwned", "Shared"} and "Base" in bases:
                    found.append(node.name)
    return sorted(found)


def enclosing_function(mutant: Mutant) -> str:
    """Return the name, with its class if it has one, of the function in which the mutant's edit is."""
    tree = ast.parse((ROOT / mutant.module).read_text())
    inner = [("", tree.body)] + [(f"{each.name}.", each.body) for each in tree.body if isinstance(each, ast.ClassDef)]
    for prefix, body in inner:
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.lineno <= mutant.line <= (node.end_lineno or 0):
                return prefix + node.name
    raise LookupError(f"{mutant} is in no function")


class Edit(ast.NodeTransformer):
    """Makes the edit of one mutant in the tree of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant, self.done = mutant, 0

    def visit(self, node: ast.AST) -> ast.AST:
        at = (getattr(node, "lineno", -1), getattr(node, "col_offset", -1))
        mutant = self.mutant
        if mutant.edit.startswith("class ") and isinstance(node, ast.FunctionDef) and node.name == "_owned_classes":
            self.done += 1
            wanted = mutant.edit.removeprefix("class ")
            listed = ast.unparse(node.body[-1].value)  # type: ignore[attr-defined]
            left = f"{{name: each for name, each in {listed}.items() if each.__name__ != {wanted!r}}}"
            node.body[-1] = ast.parse(f"return {left}").body[0]  # type: ignore[assignment]
            return node
        if at == (mutant.line, mutant.column) and not self.done and _fits(node, mutant):
            self.done += 1
            return _edited(node, mutant)
        return self.generic_visit(node)


def _fits(node: ast.AST, mutant: Mutant) -> bool:
    shapes: dict[str, type[ast.AST]] = {
        "true": ast.Compare,
        "same": ast.Compare,
        "pass": ast.Raise,
        "false": ast.Attribute,
    }
    if mutant.edit in ("sql true", "any", "public", "unchecked", "unscoped", "stale"):
        rules: dict[str, Callable[[ast.Call], object]] = {"sql true": _rule_of, "any": _owner_among}
        return isinstance(node, ast.Call) and bool(rules.get(mutant.edit, bool)(node))
    wanted = shapes[mutant.edit]
    return isinstance(node, wanted) and (wanted is not ast.Compare or isinstance(node.ops[0], ast.Eq | ast.In))  # type: ignore[attr-defined]


def _edited(node: ast.AST, mutant: Mutant) -> ast.AST:
    makers: dict[str, Callable[[ast.Call], str]] = {
        "public": lambda _call: "__import__('referral.kit.policy', fromlist=['public']).public('mutant')",
        "unchecked": lambda call: ast.unparse(call).replace("requires(", "_mutant_unchecked(", 1),
        "stale": _without_fresh,
        "unscoped": _unscoped,
    }
    if mutant.edit in makers:
        assert isinstance(node, ast.Call)
        text = makers[mutant.edit](node)
    elif mutant.edit == "same":
        assert isinstance(node, ast.Compare)
        side = node.left if isinstance(node.left, ast.Attribute) and node.left.attr in OWNERS else node.comparators[0]
        text = f"({ast.unparse(side)} == {ast.unparse(side)})"
    elif mutant.edit == "pass":
        return ast.copy_location(ast.Pass(), node)
    else:
        text = {"true": "True", "false": "False", "sql true": SQL_TRUE, "any": SQL_TRUE}[mutant.edit]
        if mutant.edit == "true" and isinstance(node, ast.Compare) and "cls" in ast.unparse(node):
            text = SQL_TRUE
    return ast.copy_location(ast.parse(text, mode="eval").body, node)


def _without_fresh(call: ast.Call) -> str:
    call.keywords = [keyword for keyword in call.keywords if keyword.arg != "fresh"]
    return ast.unparse(call)


def _unscoped(call: ast.Call) -> str:
    def over_all(load: ast.expr) -> ast.expr:
        return ast.parse(f"_mutant_unscoped({ast.unparse(load)})", mode="eval").body

    call.args[1:] = [over_all(each) for each in call.args[1:]]
    for keyword in call.keywords:
        if keyword.arg == "load":
            keyword.value = over_all(keyword.value)
    return ast.unparse(call)


def mutated_source(mutant: Mutant) -> str:
    """Return the source of the mutant's module with its edit. Raises ValueError if there was nothing to edit."""
    tree = ast.parse((ROOT / mutant.module).read_text())
    edit = Edit(mutant)
    tree = ast.fix_missing_locations(edit.visit(tree))
    if edit.done != 1:
        raise ValueError(f"{mutant}: edited {edit.done} times")
    if mutant.edit in ("unchecked", "unscoped"):
        after = 1 if ast.get_docstring(tree) else 0
        tree.body[after:after] = ast.parse(STAND_INS).body
    return ast.unparse(ast.fix_missing_locations(tree))
