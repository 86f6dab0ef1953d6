"""A language that nobody speaks: every string of the pages marked, accented, lengthened and written right to left."""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tests.check_catalogs import FOLDER, catalog

#: Babel's locale and the code whose place it takes while tests look at it.
CODE = "ar"

OPENING, CLOSING = "⟦", "⟧"
_PLAIN = "aceinosuyACEINOSUY"
_ACCENTED = str.maketrans(_PLAIN, "áçéíñóšúýÁÇÉÍÑÓŠÚÝ")
#: What a translator leaves alone: placeholders, tags, entities.
_KEPT = re.compile(r"(%\(\w+\)[sd]|<[^>]+>|&\w+;|%%)")
#: English grows by about a third in other languages.
_GROWS_BY = 3


def pseudo(words: str) -> str:
    """Return the words as this language says them: accented, a third longer, between marks; placeholders stay."""
    parts = [part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(_KEPT.split(words))]
    return f"{OPENING}{''.join(parts)}{' ~~' * (len(words) // (3 * _GROWS_BY))}{CLOSING}"


def write_pseudo_catalog(folder: Path) -> None:
    """Write the catalog of this language beneath `folder`, made from the gathered strings."""
    gathered = catalog(FOLDER / "messages.pot")
    made = Catalog(locale=CODE, charset="utf-8")
    for message in gathered:
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            made.add(message.id, (*[pseudo(message.id[1])] * made.num_plurals,))
        else:
            made.add(message.id, pseudo(message.id))
    target = folder / CODE / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as binary:
        write_mo(binary, made)
