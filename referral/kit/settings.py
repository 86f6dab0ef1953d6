"""Settings: one frozen dataclass read from the environment, each field with the reason it exists."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from referral.kit.vault import key_id_of

GATEWAYS = ("twilio", "simulator")

#: What libpq's sslmode may be towards another machine: it proves who answers, or somebody decided otherwise in words.
VERIFIED_SSL = ("verify-full", "verify-ca")
DECIDED_SSL = (*VERIFIED_SSL, "require", "disable")


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
    twilio_staff_messaging_service_sid: str | None = _because(
        "the sender pool of texts to organizations' staff; unset, none goes, and the page Messages says so", None
    )
    draft_words: str | None = _because(
        "yes shows patients pages and papers in languages whose words nobody qualified has reviewed, marked as drafts",
        None,
    )
    text_segments_per_second: str = _because(
        "how fast texts go, in segments a second: 1 suits every kind of number, a short code takes 100", "1"
    )
    migration_database_url: str | None = _because(
        "who may change the schema; the product itself then runs as a role that may not", None
    )
    master_key_before: str | None = _because(
        "former master keys, newest first, commas between: what they sealed opens until `flask keys rotate` has run",
        None,
    )
    secret_key_before: str | None = _because("the former secret key: forms open in browsers still count", None)
    audit_head_file: str | None = _because(
        "a file in a second place to which the heads of the audit chain are written every hour", None
    )
    trusted_proxies: str | None = _because(
        "how many proxies of ours stand before us; their X-Forwarded-For is believed", None
    )
    twilio_base_url: str | None = _because("sends the Twilio client elsewhere, for tests on this machine", None)
    outbound_loopback: str | None = _because(
        "yes lets addresses that administrators set be on this machine, over http too; for tests only", None
    )

    def __post_init__(self) -> None:
        """Refuse what could only fail later."""
        if self.message_gateway is not None and self.message_gateway not in GATEWAYS:
            raise SettingsError(
                f"MESSAGE_GATEWAY is {self.message_gateway!r}; it must be one of {', '.join(GATEWAYS)}."
            )
        if self.trusted_proxies is not None and not self.trusted_proxies.isdecimal():
            raise SettingsError("TRUSTED_PROXIES must be a number, such as 1.")
        if not re.fullmatch(r"0*[1-9]\d{0,3}", self.text_segments_per_second):
            raise SettingsError("TEXT_SEGMENTS_PER_SECOND must be a whole number from 1 to 9999.")
        if urlsplit(self.public_base_url).scheme not in ("http", "https"):
            raise SettingsError("PUBLIC_BASE_URL must start with http:// or https://.")
        if self.message_gateway == "twilio":
            self._require("twilio_account_sid", "twilio_auth_token", "twilio_messaging_service_sid")
        staff_service = self.twilio_staff_messaging_service_sid
        if staff_service and staff_service == self.twilio_messaging_service_sid:
            raise SettingsError(
                "TWILIO_STAFF_MESSAGING_SERVICE_SID is the patients' own; staff need a service with other numbers."
            )
        self._check_keys()
        self._check_database("DATABASE_URL", self.database_url)
        if self.migration_database_url is not None:
            self._check_database("MIGRATION_DATABASE_URL", self.migration_database_url)
        if self.audit_head_file is not None and not Path(self.audit_head_file).is_absolute():
            raise SettingsError("AUDIT_HEAD_FILE must be a whole path, such as /mnt/second/needsrx-heads.txt.")

    def _check_keys(self) -> None:
        keys = [self.master_key_bytes(), *self.master_keys_before()]
        if len(set(keys)) < len(keys):
            raise SettingsError("MASTER_KEY_BEFORE names a key twice, or the one in MASTER_KEY; name former keys only.")
        if self.secret_key_before == self.secret_key:
            raise SettingsError("SECRET_KEY_BEFORE is the same as SECRET_KEY; it must be the former one.")

    def _check_database(self, name: str, address: str) -> None:
        try:
            url = make_url(address)
        except ArgumentError as error:
            raise SettingsError(f"{name} must be an address such as postgresql://name@host/database.") from error
        if _is_remote(url) and url.query.get("sslmode") not in DECIDED_SSL:
            raise SettingsError(
                f"{name} leads to another machine ({url.host}) without checking who answers there. Add "
                "?sslmode=verify-full (and &sslrootcert=… for an authority of your own) to it."
            )

    def _require(self, *names: str) -> None:
        missing = [name.upper() for name in names if getattr(self, name) is None]
        if missing:
            raise SettingsError(
                f"MESSAGE_GATEWAY is {self.message_gateway}, so these must be set: {', '.join(missing)}."
            )

    @property
    def database_is_proven(self) -> bool:
        """True where the database is on this machine, or proves by its certificate that it is the one meant."""
        url = make_url(self.database_url)
        return not _is_remote(url) or url.query.get("sslmode") in VERIFIED_SSL

    @property
    def second_place(self) -> Path | None:
        """The folder for what must not be restored with the database: AUDIT_HEAD_FILE's, else the SQLite file's."""
        if self.audit_head_file:
            return Path(self.audit_head_file).parent
        url = make_url(self.database_url)
        return Path(url.database).parent if url.get_backend_name() == "sqlite" and url.database else None

    @property
    def secure_cookies(self) -> bool:
        """True where the product is reached over https."""
        return self.public_base_url.startswith("https://")

    @property
    def secret_keys(self) -> list[str]:
        """The former secret key, if there is one, and the one in use, which is the last."""
        return [key for key in (self.secret_key_before, self.secret_key) if key]

    def master_key_bytes(self) -> bytes:
        """Return the 32 bytes of the master key. Raises SettingsError when it is no such thing."""
        return _key_bytes("MASTER_KEY", self.master_key)

    def master_keys_before(self) -> tuple[bytes, ...]:
        """Return the former master keys, newest first. Raises SettingsError when one is no such thing."""
        texts = [text.strip() for text in (self.master_key_before or "").split(",")]
        return tuple(_key_bytes("MASTER_KEY_BEFORE", text) for text in texts if text)

    def master_keys_ids(self) -> list[str]:
        """Return the names of all master keys, the one in use first."""
        return [key_id_of(key) for key in (self.master_key_bytes(), *self.master_keys_before())]


def _key_bytes(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"{name} must be the base64 text of 32 bytes; `flask new-keys` makes one.") from error
    if len(key) != 32:
        raise SettingsError(f"{name} must hold exactly 32 bytes; `flask new-keys` makes one.")
    return key


def _is_remote(url: URL) -> bool:
    hosts = [url.host] if url.host else url.normalized_query.get("host", ())
    local = ("localhost", "127.0.0.1", "::1")
    named = [host for each in hosts if each for host in each.split(",")]
    return url.get_backend_name() != "sqlite" and any(not h.startswith(("/", "@")) and h not in local for h in named)


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
