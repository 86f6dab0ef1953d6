"""The demo needs no settings, keeps its keys to itself, and names a busy port."""

import socket
from pathlib import Path

import pytest

from referral.demo.environment import (
    KEYS_FILE,
    UnreadableKeys,
    check_port,
    demo_keys,
    prepare_environment,
)
from referral.kit.command_line import PortInUse


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    environ = {"NEEDSRX_INSTANCE": str(tmp_path)}

    prepare_environment(environ, 8123)

    assert environ["DATABASE_URL"] == f"sqlite:///{tmp_path}/demo.sqlite3"
    assert environ["PUBLIC_BASE_URL"] == "http://localhost:8123"
    assert environ["SECRET_KEY"]
    assert environ["MASTER_KEY"]


def test_a_demo_never_sends_for_real(tmp_path: Path) -> None:
    environ = {"NEEDSRX_INSTANCE": str(tmp_path), "MESSAGE_GATEWAY": "twilio"}

    prepare_environment(environ, 8123)

    assert environ["MESSAGE_GATEWAY"] == "simulator"


def test_a_given_database_and_given_keys_are_used(tmp_path: Path) -> None:
    environ = {
        "NEEDSRX_INSTANCE": str(tmp_path),
        "DATABASE_URL": "postgresql:///x",
        "SECRET_KEY": "s",
        "MASTER_KEY": "m",
    }

    prepare_environment(environ, 8123)

    assert (environ["DATABASE_URL"], environ["MASTER_KEY"]) == ("postgresql:///x", "m")
    assert not (tmp_path / KEYS_FILE).exists()


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = demo_keys(tmp_path / KEYS_FILE)

    assert demo_keys(tmp_path / KEYS_FILE) == first
    assert (tmp_path / KEYS_FILE).stat().st_mode & 0o777 == 0o600


def test_a_file_without_both_keys_is_named(tmp_path: Path) -> None:
    (tmp_path / KEYS_FILE).write_text("SECRET_KEY=only\n")

    with pytest.raises(UnreadableKeys, match=KEYS_FILE):
        demo_keys(tmp_path / KEYS_FILE)


def test_a_busy_port_is_named_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortInUse, match=f"Port {port} is in use.*PORT={port + 1}"):
            check_port(port)


def test_a_free_port_is_no_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    assert check_port(port) is None
