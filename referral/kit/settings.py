"""Settings: one frozen dataclass read from the environment, each field with the reason it exists."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

GATEWAYS = ("twilio", "simulator")


class SettingsError(click.ClickException):
    """A setting is missing or cannot be read; the text says which and what to do."""


def _because(reason: str, default: Any = ...) -> Any:
    return field(metadata={"reason": reason}) if default is ... else field(default=default, metadata={"reason": reason})


@dataclass(frozen=True)
class Settings:
    """Everything the installation decides. Each field is read from the variable of the same name in capitals."""

    database_url: str = _because("where the rows live: SQLite in instance/ until one machine is outgrown")
    secret_key: str = _because("signs the browser's form tokens")
    master_key: str = _because("unwraps each patient's key and signs links; base64 of 32 bytes, kept from the rows")
    public_base_url: str = _because(
        "links in messages and the signatures of webhooks are built from it, never from a request"
    )
    message_gateway: str | None = _because(
        "twilio or simulator; unset means nothing is sent and a banner says so", None
    )
    smtp_url: str | None = _because(
        "where e-mail to organizations goes, for example smtp://user:word@host:587?starttls=1", None
    )
    mail_from: str = _because("the sender of e-mail", "NeedsRx <needsrx@localhost>")
    twilio_account_sid: str | None = _because("the account that sends texts", None)
    twilio_auth_token: str | None = _because("authenticates sending and checks the signature of webhooks", None)
    twilio_messaging_service_sid: str | None = _because("the sender pool of texts", None)
    trusted_proxies: str | None = _because(
        "how many proxies of ours stand before us; their X-Forwarded-For is believed", None
    )
    twilio_base_url: str | None = _because("sends the Twilio client elsewhere, for tests on this machine", None)

    def __post_init__(self) -> None:
        """Refuse what could only fail later."""
        if self.message_gateway is not None and self.message_gateway not in GATEWAYS:
            raise SettingsError(
                f"MESSAGE_GATEWAY is {self.message_gateway!r}; it must be one of {', '.join(GATEWAYS)}."
            )
        if self.trusted_proxies is not None and not self.trusted_proxies.isdecimal():
            raise SettingsError("TRUSTED_PROXIES must be a number, such as 1.")
        if urlsplit(self.public_base_url).scheme not in ("http", "https"):
            raise SettingsError("PUBLIC_BASE_URL must start with http:// or https://.")
        if self.message_gateway == "twilio":
            self._require("twilio_account_sid", "twilio_auth_token", "twilio_messaging_service_sid")
        self.master_key_bytes()
        try:
            make_url(self.database_url)
        except ArgumentError as error:
            raise SettingsError("DATABASE_URL must be an address such as postgresql://name@host/database.") from error

    def _require(self, *names: str) -> None:
        missing = [name.upper() for name in names if getattr(self, name) is None]
        if missing:
            raise SettingsError(
                f"MESSAGE_GATEWAY is {self.message_gateway}, so these must be set: {', '.join(missing)}."
            )

    @property
    def secure_cookies(self) -> bool:
        """True where the product is reached over https."""
        return self.public_base_url.startswith("https://")

    def master_key_bytes(self) -> bytes:
        """Return the 32 bytes of the master key. Raises SettingsError when it is no such thing."""
        try:
            key = base64.b64decode(self.master_key, validate=True)
        except (binascii.Error, ValueError) as error:
            raise SettingsError(
                "MASTER_KEY must be the base64 text of 32 bytes; `flask new-keys` makes one."
            ) from error
        if len(key) != 32:
            raise SettingsError("MASTER_KEY must hold exactly 32 bytes; `flask new-keys` makes one.")
        return key


def read_settings(environ: Mapping[str, str], instance: Path) -> Settings:
    """Return the settings of this installation. Raises SettingsError naming what is missing."""
    values: dict[str, Any] = {}
    for each in fields(Settings):
        text = environ.get(each.name.upper(), "").strip()
        if text:
            values[each.name] = text
    values.setdefault("database_url", f"sqlite:///{instance / 'needsrx.sqlite3'}")
    values.setdefault("public_base_url", "http://localhost:8000")
    values["public_base_url"] = values["public_base_url"].rstrip("/")
    missing = [name.upper() for name in ("secret_key", "master_key") if name not in values]
    if missing:
        raise SettingsError(
            f"{' and '.join(missing)} must be set. `flask new-keys` prints fresh ones; keep them apart from backups."
        )
    return Settings(**values)


def settings_of(session: Session) -> Settings:
    """Return the settings this session was opened with."""
    settings = session.info["settings"]
    assert isinstance(settings, Settings)  # noqa: S101 - info is untyped
    return settings
