"""Every use of a cryptographic primitive stands in crypto.txt with its reason, and chance is never a secret."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules import Source, modules

INVENTORY = Path(__file__).with_name("crypto.txt")

#: What makes or checks secrets, hashes, seals, or is mistaken for it.
PRIMITIVES = frozenset(
    {
        "argon2",
        "authlib",
        "bcrypt",
        "Crypto",
        "cryptography",
        "hashlib",
        "hmac",
        "itsdangerous",
        "jose",
        "joserfc",
        "jwt",
    }
    | {"nacl", "passlib", "pyotp", "random", "secrets", "ssl", "webauthn"}
)

#: Broken or too weak for anything; and chance that can be guessed.
FORBIDDEN = ("md5", "sha1", "SHA1", "MD5", "ECB", "CBC", "DES", "ARC4", "_create_unverified_context", "CERT_NONE")

#: One block of random bits under a key of its own is a permutation, not a message: no pattern can show.
ARGUED = {("referral/accounts/plan_codes.py", "ECB")}


def used_by(source: Source) -> Iterator[str]:
    """Give the primitives that a module imports."""
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


def inventory() -> dict[tuple[str, str], str]:
    """Return (module, primitive) to reason."""
    lines = [line for line in INVENTORY.read_text().splitlines() if line and not line.startswith("#")]
    rows = [line.split("  ", 2) for line in lines]
    return {(module, primitive): reason for module, primitive, reason in rows}


def test_the_inventory_names_every_use_and_nothing_else() -> None:
    used = {(source.name, name) for source in modules() for name in used_by(source) if name in PRIMITIVES}

    assert used == set(inventory()), "review the use, then write it and its reason to tests/architecture/crypto.txt"


def test_every_use_says_its_reason_and_they_are_in_order() -> None:
    lines = [line for line in INVENTORY.read_text().splitlines() if not line.startswith("#")]

    assert all(len(reason) > 15 for reason in inventory().values())
    assert lines == sorted(lines)


def test_chance_that_can_be_guessed_only_invents_the_demo() -> None:
    assert {module.rsplit("/", 1)[0] for module, primitive in inventory() if primitive == "random"} == {"referral/demo"}


def test_nothing_broken_and_no_unchecked_certificate_is_used() -> None:
    found = [
        f"{source.name}: {name}"
        for source in modules()
        for node in ast.walk(source.tree())
        for name in [getattr(node, "attr", None) or getattr(node, "id", None)]
        if isinstance(node, ast.Attribute | ast.Name) and name in FORBIDDEN and (source.name, name) not in ARGUED
    ]

    assert found == []


def test_no_call_turns_the_check_of_certificates_off() -> None:
    found = [
        f"{source.name}:{node.value.lineno}"
        for source in modules()
        for node in ast.walk(source.tree())
        if isinstance(node, ast.keyword) and node.arg == "verify" and getattr(node.value, "value", True) is False
    ]

    assert found == []
