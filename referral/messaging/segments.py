"""How many segments a text message takes: GSM-7 or UCS-2, units, and the letters that force the dear encoding.

Pure. Counts as Twilio's public segment calculator does (github.com/TwilioDevEd/message-segment-calculator, smart
encoding off): one segment is 140 octets, a longer message loses 6 octets of each segment to the joining header.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

#: The GSM 7-bit default alphabet (3GPP TS 23.038, 6.2.1), without the escape character itself.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

#: The extension table (3GPP TS 23.038, 6.2.1.1): each of these takes an escape and a letter, two units.
GSM_ESCAPED = frozenset("\f^{}\\[~]|€")

_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)


class Encoding(StrEnum):
    """The two alphabets a text message can be sent in."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


#: Units that fit into a message of one segment, and into each segment of a longer one.
ALONE = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
JOINED = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}


@dataclass(frozen=True)
class Segments:
    """The size of one message. `units` are septets in GSM-7 and 16-bit units in UCS-2; `count` is what is paid."""

    encoding: Encoding
    units: int
    count: int


def measure(text: str) -> Segments:
    """The encoding, units and segments of a text. An empty text counts as one segment, as Twilio shows it."""
    encoding = Encoding.UCS_2 if offending_letters(text) else Encoding.GSM_7
    sizes = [_units(cluster, encoding) for cluster in _clusters(text)]
    total = sum(sizes)
    if total <= ALONE[encoding]:
        return Segments(encoding, total, 1)
    count, room = 1, JOINED[encoding]
    for size in sizes:
        if size > room:
            count, room = count + 1, JOINED[encoding]
        room -= size
    return Segments(encoding, total, count)


def offending_letters(text: str) -> tuple[str, ...]:
    """The letters outside GSM-7, each once, in the order they appear: these force the whole message into UCS-2."""
    return tuple(dict.fromkeys(letter for letter in text if letter not in GSM_BASIC and letter not in GSM_ESCAPED))


def _units(cluster: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return sum(2 if letter in GSM_ESCAPED else 1 for letter in cluster)
    return sum(2 if ord(letter) > 0xFFFF else 1 for letter in cluster)


def _clusters(text: str) -> Iterator[str]:
    """What is never cut between two segments: a letter with its marks, an emoji with its parts, a flag."""
    cluster = ""
    for letter in text:
        if cluster and not _belongs(cluster, letter):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _belongs(cluster: str, letter: str) -> bool:
    if cluster in "\r\n":
        return False
    if unicodedata.category(letter).startswith("M") or letter == _JOINER or ord(letter) in _SKIN_TONES:
        return True
    if cluster[-1] == _JOINER:
        return unicodedata.category(letter) == "So"
    return len(cluster) == 1 and ord(cluster) in _REGIONAL and ord(letter) in _REGIONAL
