"""Reads web and e-mail addresses as directories write them."""

import re
from dataclasses import dataclass

from resources_directory.importing.report import DefectCode

SCHEME = re.compile(r"(?i)^(https?)(?::/*|//+)(?=[^/])")
HOST = re.compile(r"(?i)^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}(?::\d{1,5})?(?:[/?#]|$)")
EMAIL = re.compile(r"^[^@\s,;<>]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}$")


@dataclass(frozen=True)
class WebAddress:
    """An address that a browser can open, or the text as it was, and the kinds of defect in it."""

    address: str
    codes: tuple[DefectCode, ...]


def web_address(text: str) -> WebAddress:
    """Return the address with a scheme. "www.example.org" becomes "http://www.example.org".

    http and not https: a site that has both sends browsers on; a site that has only http would not open.
    """
    tidy = text.strip()
    match = SCHEME.match(tidy)
    if match:
        address = f"{match[1].lower()}://{tidy[match.end() :]}"
        if not HOST.match(tidy[match.end() :]) or " " in tidy:
            return WebAddress(address, (DefectCode.URL_UNREADABLE,))
        return WebAddress(address, () if address == tidy else (DefectCode.URL_WITHOUT_SCHEME,))
    if HOST.match(tidy) and " " not in tidy:
        return WebAddress(f"http://{tidy}", (DefectCode.URL_WITHOUT_SCHEME,))
    return WebAddress(tidy, (DefectCode.URL_UNREADABLE,))


def is_email(text: str) -> bool:
    """Return whether a text is one e-mail address."""
    return EMAIL.fullmatch(text.strip()) is not None
