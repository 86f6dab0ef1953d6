"""Ways into a service, read from its words."""

import pytest

from resources_directory.access import AccessModes, access_of


@pytest.mark.parametrize(
    ("words", "modes"),
    [
        (None, AccessModes()),
        ("", AccessModes()),
        ("Varies on services needed", AccessModes()),
        ("Walk-ins welcomed, call for information", AccessModes(walk_in=True, by_phone=True)),
        ("Walk-in, no appointment required", AccessModes(walk_in=True)),
        ("Must call for an appointment", AccessModes(walk_in=False, by_phone=True, apply_first=True)),
        ("By appointment only.", AccessModes(walk_in=False, apply_first=True)),
        ("Fill out the online application.", AccessModes(apply_first=True)),
        ("Sorry, no walk ins", AccessModes(walk_in=False)),
        (
            "Call first; the line is open during the hours shown, and no appointment is needed.",
            AccessModes(by_phone=True),
        ),
        ("Call first, or drop in on Mondays.", AccessModes(walk_in=True, by_phone=True)),
        ("Historically recalled", AccessModes()),
    ],
    ids=[
        "unknown",
        "empty",
        "vague",
        "both",
        "free",
        "must call",
        "only",
        "form",
        "refused",
        "a line",
        "a line and a door",
        "words within words",
    ],
)
def test_words_say_how_one_gets_in(words: str | None, modes: AccessModes) -> None:
    assert access_of(words) == modes
