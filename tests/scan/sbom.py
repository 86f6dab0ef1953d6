"""`make sbom`: what is built in, as CycloneDX 1.5: every installed package that the product needs, with its version."""

import json
import re
import sys
from importlib.metadata import Distribution, distribution
from typing import Any

PRODUCT = "needsrx"


def bill() -> dict[str, Any]:
    """Return the bill of materials of the product and its PostgreSQL extra."""
    parts = sorted(_needed(PRODUCT), key=lambda each: each.metadata["Name"].lower())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": PRODUCT, "version": distribution(PRODUCT).version}},
        "components": [_component(each) for each in parts],
    }


def _component(part: Distribution) -> dict[str, Any]:
    name = part.metadata["Name"]
    return {
        "type": "library",
        "name": name,
        "version": part.version,
        "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{part.version}",
    }


def _needed(root: str) -> list[Distribution]:
    """Return every package that `root` needs, directly or by way of others, as installed here."""
    found: dict[str, Distribution] = {}
    waiting = _requirements(distribution(root), extras=("postgres",))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = distribution(name)
            waiting += _requirements(found[name])
    return list(found.values())


def _requirements(part: Distribution, extras: tuple[str, ...] = ()) -> list[str]:
    names = []
    for line in part.requires or []:
        needed, _, marker = line.partition(";")
        asked = re.search(r"extra == ['\"]([^'\"]+)", marker)
        if asked and asked.group(1) not in extras:
            continue
        name = re.match(r"[A-Za-z0-9._-]+", needed.strip())
        if name and _is_installed(name.group()):
            names.append(name.group().lower().replace("_", "-"))
    return names


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False  # for another system or version of Python
    return True


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
    sys.stdout.write("\n")
