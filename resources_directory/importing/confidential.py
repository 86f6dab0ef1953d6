"""Tells from its words whether a service or its place must be kept confidential, as shelters from violence are."""

import re

#: The place itself is called confidential. "Confidential counselling" and "Address Confidentiality Program" are not.
PLACE_IS_SECRET = re.compile(
    r"(?i)\b(?:confidential|undisclosed|secret|unlisted)\s+(?:\w+\s+){0,2}?(?:locations?|address(?:es)?|sites?|residences?|shelters?)\b"
    r"|\b(?:locations?|address(?:es)?|residences?)\b[^.;\n]{0,40}\b(?:is|are|be|kept|remains?)\s+(?:kept\s+|strictly\s+)?"
    r"(?:confidential|undisclosed|private|secret)\b"
    r"|\baddress (?:is )?(?:private|withheld|not (?:listed|disclosed|published))\b"
)
VIOLENCE = (
    r"(?:domestic|family|dating|intimate partner|spouse|sexual)[\s/-]+(?:violence|abuse)|batter(?:ed|ing)"
    r"|abused (?:women|wom|spouse|adult)|human trafficking|sex trafficking|traffick(?:ed|ing) (?:victims|survivors)"
)
REFUGE = (
    r"shelters?|safe[\s-]?hous(?:e|es|ing)|safe homes?|refuge"
    r"|(?:emergency|transitional|residential) (?:housing|shelter|program)"
)
#: In a name, both ideas in any order.
SHELTER_NAME = re.compile(rf"(?i)(?=.*\b(?:{VIOLENCE}))(?=.*\b(?:{REFUGE})\b)")
#: In a description, close together in one sentence, and offered: "provides", "operates", "offers", not "refers to".
SHELTER_TEXT = re.compile(
    rf"(?i)\b(?:provid|operat|offer|maintain|includ|run)\w*[^.\n]{{0,120}}"
    rf"(?:\b(?:{REFUGE})\b[^.\n]{{0,60}}\b(?:{VIOLENCE})|\b(?:{VIOLENCE})[^.\n]{{0,40}}\b(?:{REFUGE})\b)"
)
#: Answers in columns that some exporters add: column to the answers that mean "do not show the place".
PRIVACY_COLUMNS = {
    "address_is_private": frozenset({"yes", "true", "1", "y"}),
    "addressisprivate": frozenset({"yes", "true", "1", "y"}),
    "confidential": frozenset({"yes", "true", "1", "y"}),
    "exclude_from_website": frozenset({"yes", "true", "1", "y"}),
    "excludefromwebsite": frozenset({"yes", "true", "1", "y"}),
    "is_confidential": frozenset({"yes", "true", "1", "y"}),
    "is_private": frozenset({"yes", "true", "1", "y"}),
    "display_physical_address": frozenset({"no", "false", "0", "n"}),
    "display physical address?": frozenset({"no", "false", "0", "n"}),
    "display physical address to public users?": frozenset({"no", "false", "0", "n"}),
}


def is_confidential(name: str, texts: list[str]) -> bool:
    """Return whether a service is one that only a call with the patient may reach.

    In doubt yes: a service wrongly called confidential costs a phone call, one wrongly shown may cost a life.
    """
    if SHELTER_NAME.search(name):
        return True
    return any(PLACE_IS_SECRET.search(text) or SHELTER_TEXT.search(text) for text in [name, *texts] if text)


def names_confidential_term(name: str) -> bool:
    """Return whether a taxonomy term of this name makes a service confidential ("Domestic Violence Shelters")."""
    return SHELTER_NAME.search(name) is not None


def asked_to_hide(cells: dict[str, str]) -> str | None:
    """Return the column in which the source asks not to show the place, or None."""
    for column, answers in PRIVACY_COLUMNS.items():
        if cells.get(column, "").strip().casefold() in answers:
            return column
    return None
