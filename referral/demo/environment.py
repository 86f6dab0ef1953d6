"""The demo's own environment: keys made on first start, its database, the simulator and the address."""

import base64
import os
import secrets
import socket
from collections.abc import MutableMapping
from pathlib import Path

import click

from referral.kit.command_line import PortInUse

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"

KEYS_FILE = "demo.env"
DATABASE_FILE = "demo.sqlite3"
KEY_NAMES = ("SECRET_KEY", "MASTER_KEY")


class UnreadableKeys(click.ClickException):
    """The file of keys is there but does not hold both."""

    def __init__(self, file: Path) -> None:
        """Name the file."""
        super().__init__(f"{file} does not hold {' and '.join(KEY_NAMES)}. Remove it and start over: make demo RESET=1")


def instance_folder(environ: MutableMapping[str, str]) -> Path:
    """Return the folder of this installation's own files, made on first use."""
    folder = Path(environ.get("NEEDSRX_INSTANCE") or ROOT / "instance")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def prepare_environment(environ: MutableMapping[str, str], port: int) -> None:
    """Set everything that the demo and its worker read, so that nothing has to be set before.

    DATABASE_URL and the keys may be given; nothing else of the environment counts: a demo never sends for real.
    """
    instance = instance_folder(environ)
    environ.setdefault("DATABASE_URL", f"sqlite:///{instance / DATABASE_FILE}")
    if not all(environ.get(name) for name in KEY_NAMES):
        environ.update(demo_keys(instance / KEYS_FILE))
    environ["MESSAGE_GATEWAY"] = "simulator"
    environ["PUBLIC_BASE_URL"] = f"http://localhost:{port}"


def demo_keys(file: Path) -> dict[str, str]:
    """Return the keys kept in `file`, made on first use and readable by its owner alone. Raises UnreadableKeys."""
    if not file.exists():
        _write_keys(file)
    lines = (line.partition("=") for line in file.read_text().splitlines())
    keys = {name: value for name, _equals, value in lines if name in KEY_NAMES and value}
    if set(keys) != set(KEY_NAMES):
        raise UnreadableKeys(file)
    return keys


def check_port(port: int, host: str = HOST) -> None:
    """Raise PortInUse when something listens there already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(port) from error


def _write_keys(file: Path) -> None:
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    unfinished = file.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as text:
        text.writelines(f"{name}={value}\n" for name, value in fresh.items())
    unfinished.replace(file)
