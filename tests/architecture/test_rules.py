"""Every module obeys every rule, and every rule is seen to fail when it is broken."""

from collections.abc import Callable, Iterator

import pytest

from tests.architecture.rules import RULES, Source, modules

Rule = Callable[[Source], Iterator[str]]

BROKEN = {
    "too_long": Source("referral/x.py", '"""X."""\n' + "a = 1\n" * 301),
    "too_many_parameters": Source("referral/x.py", "def f(a, b, c, d, e, g): ..."),
    "without_docstring": Source("referral/x.py", "a = 1"),
    "full_package_files": Source("referral/x/__init__.py", '"""X."""\nimport os'),
    "commits_elsewhere": Source("referral/x/actions.py", "session.commit()"),
    "reads_clock_elsewhere": Source("referral/x/actions.py", "now = datetime.now()"),
    "reads_zones_elsewhere": Source("referral/x/actions.py", "zone = ZoneInfo(name)"),
    "twilio_elsewhere": Source("referral/x/actions.py", "from twilio.rest import Client"),
    "calls_elsewhere": Source("referral/x/actions.py", "import requests"),
    "hidden_imports": Source("referral/x/actions.py", "def f():\n    import os"),
    "banned_names": Source("referral/x/utils.py", ""),
    "bare_suppressions": Source("referral/x/actions.py", "a = 1  # noqa: E501"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_obeys(rule: Rule) -> None:
    broken = [found for source in modules() for found in rule(source)]

    assert broken == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_is_seen_to_fail(rule: Rule) -> None:
    assert list(rule(BROKEN[rule.__name__]))


def test_a_long_function_is_named() -> None:
    source = Source("referral/x.py", '"""X."""\ndef f():\n' + "    a = 1\n" * 41)

    assert any("f has 42 lines" in found for found in RULES[0](source))
