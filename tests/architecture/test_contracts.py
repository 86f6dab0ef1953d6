"""The import contracts hold, and each is seen to break when it is violated."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.rules import ROOT

#: contract name (in part) to (module, the import that breaks it).
VIOLATIONS = {
    "The directory stands alone": ("resources_directory/geo.py", "import referral.kit.clock"),
    "Slices look down": ("referral/patients/queries.py", "import referral.referrals.states"),
    "Inside a slice": ("referral/referrals/actions.py", "import referral.referrals.views"),
    "Pure modules": ("referral/messaging/segments.py", "import sqlalchemy"),
    "No import cycle": ("referral/kit/clock.py", "import referral.accounts.roles"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--config", "setup.cfg", "--no-cache"]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_contract_is_kept() -> None:
    result = lint_imports(ROOT)

    assert "0 broken" in result.stdout, result.stdout + result.stderr


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_the_contract_breaks_when_violated(contract: str, tmp_path: Path) -> None:
    for package in ("referral", "resources_directory"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "county", "static")
        )
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    module, line = VIOLATIONS[contract]
    source = tmp_path / module
    source.write_text(source.read_text() + f"\n{line}\n")

    result = lint_imports(tmp_path)

    broken = [row for row in result.stdout.splitlines() if row.startswith(contract) and row.endswith("BROKEN")]
    assert broken, result.stdout
