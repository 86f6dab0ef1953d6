"""The README tells the truth about the machine, the commands and the picture."""

import re

import pytest

from referral.kit.state_machine import mermaid
from referral.referrals.states import REFERRAL_MACHINE
from tests.architecture.rules import ROOT

README = (ROOT / "README.md").read_text()


def test_the_lifecycle_is_drawn_from_the_machine() -> None:
    drawn = re.search(r"```mermaid\n(.*?)\n```", README, re.DOTALL)

    assert drawn is not None
    assert drawn[1] == mermaid(REFERRAL_MACHINE)


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "faults"])
def test_every_command_named_is_a_target(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)

    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)
