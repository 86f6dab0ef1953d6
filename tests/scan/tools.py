"""Runs a tool of somebody else; says what to install when it is missing: a tool that cannot look is not counted."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = {"sqlmap": "sqlmap", "wapiti": "wapiti", "ffuf": "ffuf", "nginx": "nginx-light", "sslscan": "sslscan"}


class ToolMissing(Exception):
    """The tool is not installed; the message says how it is."""


def tool(name: str) -> str:
    """Return the path of a tool: in the scan's own folder, or on the machine. Raises ToolMissing."""
    beside = ROOT / ".venv-scan" / "bin" / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        how = f"apt-get install {DEBIAN[name]}" if name in DEBIAN else "make scan installs it"
        raise ToolMissing(f"{name} is not installed: {how}")
    return found


def run(name: str, *arguments: object, timeout_s: int, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Return the finished run of a tool in the project's folder. Raises ToolMissing, TimeoutExpired."""
    command = [tool(name), *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, input=stdin, check=False
    )
