"""`make languages`: writes into docs/languages.md how long each text is in each language, and what a referral costs.

Segments are what carriers and providers charge for. Their prices are each deployment's own: `python -m tests.text_sizes
--cents 0.83` shows the same table at another price per segment, and writes nothing.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from referral.kit.i18n import LANGUAGES
from referral.messaging.catalog import Catalog, shipped_catalog
from referral.messaging.segments import Segments
from referral.messaging.text_checks import measure_at_longest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "languages.md"

#: What goes out over one referral that is accepted and met, each question answered at once.
ORDINARY_LOOP = ("sent", "accepted", "check_contact_d3", "check_outcome_d10", "closed_met")

#: Said once to each phone, before the first referral.
ONCE = "consent_confirm"

#: An example to reckon with, chosen for easy sums: no carrier's price.
EXAMPLE_CENTS_A_SEGMENT = 1.0


def languages_of(catalog: Catalog) -> list[str]:
    """Return the BCP-47 tags in which every text exists, in the order of the table of languages."""
    everywhere = [set(text.versions) for text in catalog.texts.values()]
    return [code for code in LANGUAGES if all(code in versions for versions in everywhere)]


def size(catalog: Catalog, key: str, language: str) -> Segments:
    """Return the size of a text in a language with the longest facts it can have."""
    text = catalog.text(key)
    return measure_at_longest(text.versions[language])


def segments_of(catalog: Catalog, keys: Sequence[str], language: str) -> int:
    """Return the segments of some texts together."""
    return sum(size(catalog, key, language).count for key in keys)


def cost_table(catalog: Catalog, *, cents_a_segment: float) -> str:
    """Return encoding, segments and cost of an ordinary referral by language, as Markdown."""
    lines = [
        "| language | encoding | segments of a referral | said once | cents of a referral | dollars of 100 referrals |",
        "|---|---|---|---|---|---|",
    ]
    for language in languages_of(catalog):
        encodings = sorted({str(size(catalog, key, language).encoding) for key in catalog.texts})
        each, once = segments_of(catalog, ORDINARY_LOOP, language), segments_of(catalog, [ONCE], language)
        cells = (
            f"{LANGUAGES[language].english} (`{language}`)",
            ", ".join(encodings),
            str(each),
            f"+ {once}",
            f"{each * cents_a_segment:g}",
            f"{each * cents_a_segment:.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def size_table(catalog: Catalog) -> str:
    """Return the segments and units of each text in each language, as Markdown."""
    languages = languages_of(catalog)
    lines = [f"| text | {' | '.join(f'`{language}`' for language in languages)} |", "|---" * (len(languages) + 1) + "|"]
    for key in sorted(catalog.texts):
        sizes = (size(catalog, key, language) for language in languages)
        lines.append(f"| `{key}` | {' | '.join(f'{each.count} ({each.units})' for each in sizes)} |")
    return "\n".join(lines)


def replaced(page: str, name: str, text: str) -> str:
    """Return the page with `text` between the marks called `name`. Raises ValueError without them."""
    begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
    if begin not in page or end not in page:
        raise ValueError(f"docs/languages.md has no marks called {name}")
    return re.sub(f"{begin}.*?{end}", lambda _found: f"{begin}\n\n{text}\n\n{end}", page, flags=re.DOTALL)


def written(page: str, catalog: Catalog) -> str:
    """Return the page with both tables as they are today."""
    costs = cost_table(catalog, cents_a_segment=EXAMPLE_CENTS_A_SEGMENT)
    return replaced(replaced(page, "costs", costs), "sizes", size_table(catalog))


def main(arguments: Sequence[str]) -> None:
    """Write the page, or show the costs at a price per segment."""
    parser = argparse.ArgumentParser(prog="python -m tests.text_sizes")
    parser.add_argument("--cents", type=float, help="your price of one segment in cents: shown, not written")
    cents = parser.parse_args(arguments).cents
    if cents is not None:
        sys.stdout.write(cost_table(shipped_catalog(), cents_a_segment=cents) + "\n")
        return
    PAGE.write_text(written(PAGE.read_text("utf-8"), shipped_catalog()), "utf-8")
    sys.stdout.write(f"{len(languages_of(shipped_catalog()))} languages written to {PAGE.name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
