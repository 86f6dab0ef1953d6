"""`make scan`: runs every tool, prints what each found, and fails on anything that docs/security.md does not argue."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.scan import outside, proxy, static
from tests.scan.findings import Finding, Outcome, argument_for, arguments, keep
from tests.scan.running import ROLES, running_demo, view_of
from tests.scan.tools import ToolMissing


def main() -> int:
    """Run the tools named on the command line, or all; return the exit code."""
    wanted = set(sys.argv[1:])
    found: dict[str, list[Finding]] = {}
    with tempfile.TemporaryDirectory(prefix="needsrx-scan-") as name:
        folder = Path(name)
        for tool, look in _static().items():
            if not wanted or tool in wanted:
                found[tool] = _told(tool, look)
        if not wanted or wanted & {"schemathesis", "ffuf", "sqlmap", "wapiti", "sslscan"}:
            with running_demo(folder) as address:
                for tool, look in _outside(address, folder).items():
                    if not wanted or tool in wanted:
                        found[tool] = _told(tool, look)
    return _summary(found, whole=not wanted)


def _static() -> dict[str, Callable[[], list[Finding]]]:
    return {"bandit": static.bandit, "semgrep": static.semgrep}


def _outside(address: str, folder: Path) -> dict[str, Callable[[], list[Finding]]]:
    views = {role: view_of(address, role) for role in ROLES}

    def everybody(look: Callable[..., list[Finding]]) -> list[Finding]:
        return [each for view in views.values() for each in look(address, view)]

    return {
        "schemathesis": lambda: outside.schemathesis(address),
        "ffuf": lambda: outside.ffuf(address),
        "sslscan": lambda: proxy.sslscan(address, folder),
        "sqlmap": lambda: everybody(outside.sqlmap),
        "wapiti": lambda: everybody(outside.wapiti),
    }


def _told(tool: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    begun = time.monotonic()
    try:
        found = sorted(set(look()))
    except ToolMissing as missing:
        sys.exit(str(missing))
    sys.stdout.write(f"{tool:<14} {len(found)} findings in {time.monotonic() - begun:.0f} s\n")
    sys.stdout.flush()
    return found


def _summary(found: dict[str, list[Finding]], *, whole: bool) -> int:
    known = arguments()
    everything = [each for findings in found.values() for each in findings]
    open_ones = [each for each in everything if argument_for(each, known) is None]
    for each in everything:
        argument = argument_for(each, known)
        words = f"argued: {argument.because}" if argument else f"OPEN: {each.words[:2000]}"
        sys.stdout.write(f"{each.tool} {each.rule} {each.place}\n    {words}\n")
    sys.stdout.write(f"{len(everything)} findings, {len(everything) - len(open_ones)} argued, {len(open_ones)} open\n")
    if whole:
        unused = [each for each in known if not any(argument_for(found_one, [each]) for found_one in everything)]
        for argument in unused:
            sys.stdout.write(f"no longer found: {argument.tool} {argument.rule} {argument.place}\n")
    day = datetime.now(UTC).date().isoformat()
    unargued = Counter(each.tool for each in open_ones)
    keep({tool: Outcome(day, len(each) - unargued[tool], unargued[tool]) for tool, each in found.items()})
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
