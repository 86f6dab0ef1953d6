"""Where a person may be led back to after signing in: pages of ours, never another host."""

from urllib.parse import urlsplit

LONGEST = 2000


def own_path(text: str | None, *, signing_in: bool = False) -> str | None:
    """Return the path if it can only lead to a page of ours, else None.

    Refused: other hosts ("https://…", "//…"), what browsers read as such ("/\\…", tabs and line ends inside), and the
    pages of signing in and out, unless `signing_in`.
    """
    if not text or len(text) > LONGEST or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or any(not character.isprintable() for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path.startswith("//"):
        return None
    return text if signing_in or not parts.path.startswith("/sign-") else None
