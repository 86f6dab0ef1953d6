"""Opens what a directory was delivered in: a folder, a zip, or one file; limits are checked before unpacking."""

import codecs
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TextIO

from resources_directory.importing.report import ImportRefused

#: A directory of a whole country is some hundred files and some gigabytes; a zip bomb is thousands of either.
MOST_ENTRIES = 2_000
MOST_UNPACKED_BYTES = 8 * 1024**3
#: Text shrinks to a tenth; a thousandth is a bomb. Small entries may shrink further and do no harm.
MOST_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 1024**2

#: The list of entries is read at once, so its own size is checked before: two kilobytes for each entry are plenty.
MOST_LIST_BYTES = 2 * 1024 * MOST_ENTRIES
#: What a file begins with that is something else than its name says, and what that is.
BEGINNINGS = {
    b"PK\x03\x04": "a zip or a spreadsheet (export the tables as CSV)",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet or document (export the tables as CSV)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file (unpack it first)",
    b"SQLite format 3": "a database",
    b"<": "a web page or XML",
}

READABLE = (".csv", ".json", ".ndjson", ".jsonl")
CHUNK = 256 * 1024


class Package:
    """The readable files of a delivery, by name without their folder, in alphabetical order."""

    def __init__(self, path: Path) -> None:
        """Look at the files. Raises ImportRefused where the delivery cannot be trusted or cannot be read."""
        self._path = path
        self._zip: zipfile.ZipFile | None = None
        self._places: dict[str, str] = {}
        if not path.exists():
            raise ImportRefused(str(path), "there is no such file or folder")
        if path.is_dir():
            names = [str(found.relative_to(path).as_posix()) for found in _files_of(path)]
        elif path.suffix.lower() == ".zip":
            self._zip = _opened_zip(path)
            names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        else:
            names = [path.name]
        self._places = _shallowest(names)
        if not self._places:
            raise ImportRefused(path.name, "holds no .csv and no .json file")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the readable files, in lower case."""
        return tuple(sorted(self._places))

    def close(self) -> None:
        """Let go of the zip."""
        if self._zip:
            self._zip.close()

    @contextmanager
    def text(self, name: str) -> Iterator[TextIO]:
        """Give a file as text: UTF-8, or Windows-1252 where it is not UTF-8. Line ends are left as they are.

        Raises ImportRefused where it is neither, or holds zero bytes as binary files do.
        """
        with self._binary(name) as stream:
            encoding = _encoding(stream, name)
        with self._binary(name) as stream, io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
            try:
                yield text
            except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, OSError, EOFError) as error:
                raise ImportRefused(name, f"cannot be read to its end ({error})") from error

    @contextmanager
    def _binary(self, name: str) -> Iterator[IO[bytes]]:
        place = self._places[name]
        if self._zip:
            try:
                with self._zip.open(place) as entry:
                    yield entry
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
                raise ImportRefused(name, f"cannot be unpacked ({error})") from error
        else:
            with (self._path / place if self._path.is_dir() else self._path).open("rb") as stream:
                yield stream


def _files_of(folder: Path) -> Iterator[Path]:
    for found in sorted(folder.rglob("*")):
        if not found.resolve().is_relative_to(folder.resolve()):
            raise ImportRefused(folder.name, f"holds a link that points outside of it: {found.name[:80]!r}")
        if found.is_file():
            yield found


def _opened_zip(path: Path) -> zipfile.ZipFile:
    if _size_of_list(path) > MOST_LIST_BYTES:
        raise ImportRefused(path.name, f"holds far more entries than the {MOST_ENTRIES} that are taken")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ImportRefused(path.name, "is not a zip file, or a broken one") from error
    try:
        _check_entries(archive, path.name)
    except ImportRefused:
        archive.close()
        raise
    return archive


def _size_of_list(path: Path) -> int:
    """Return how many bytes a zip's list of entries claims (APPNOTE 6.3.10, sections 4.3.14 to 4.3.16); 0 if none."""
    with path.open("rb") as stream:
        start = max(stream.seek(0, os.SEEK_END) - 66_000, 0)  # the end record, after it at most 64 KB of comment
        stream.seek(start)
        tail = stream.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) < at + 22:
            return 0
        (size,) = struct.unpack_from("<L", tail, at + 12)
        locator = tail[at - 20 : at] if at >= 20 else b""
        if locator[:4] == b"PK\x06\x07":  # of a large zip: it says where the larger end record is
            stream.seek(min(struct.unpack_from("<Q", locator, 8)[0], start + len(tail)))
            large = stream.read(56)
            if len(large) == 56:
                size = max(size, struct.unpack_from("<Q", large, 40)[0])
    return int(size)


def _check_entries(archive: zipfile.ZipFile, name: str) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ImportRefused(name, f"holds {len(entries)} entries; at most {MOST_ENTRIES} are taken")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
        raise ImportRefused(name, "unpacks to more than 8 GB")
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in entry.filename:
            raise ImportRefused(name, f"holds an entry that points outside of it: {entry.filename[:80]!r}")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise ImportRefused(name, f"holds a link instead of a file: {entry.filename[:80]!r}")
        if entry.flag_bits & 0x1:
            raise ImportRefused(name, "is locked with a password")
        too_dense = entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        if too_dense and entry.file_size > RATIO_COUNTS_FROM_BYTES:
            raise ImportRefused(name, f"holds an entry that unpacks to far more than its size: {entry.filename[:80]!r}")


def _shallowest(names: list[str]) -> dict[str, str]:
    """Return the readable names of the uppermost folder that has any, without folder, with their places."""
    wanted = [
        PurePosixPath(name.replace("\\", "/"))
        for name in names
        if name.lower().endswith(READABLE) and "__MACOSX" not in name and not PurePosixPath(name).name.startswith(".")
    ]
    if not wanted:
        return {}
    depth = min(len(place.parts) for place in wanted)
    folder = min(place.parent for place in wanted if len(place.parts) == depth)
    return {place.name.lower(): str(place) for place in wanted if place.parent == folder}


def _encoding(stream: IO[bytes], name: str) -> str:
    utf8 = codecs.getincrementaldecoder("utf-8")()
    western = codecs.getincrementaldecoder("cp1252")()
    may_be_utf8 = may_be_western = beginning = True
    while chunk := stream.read(CHUNK):
        if beginning:
            _check_beginning(chunk, name)
            beginning = False
        if b"\0" in chunk:
            raise ImportRefused(name, "is not text: it holds zero bytes")
        may_be_utf8 = may_be_utf8 and _decodes(utf8, chunk)
        may_be_western = may_be_western and _decodes(western, chunk)
        if not may_be_utf8 and not may_be_western:
            break
    if may_be_utf8 and _decodes(utf8, b"", final=True):
        return "utf-8-sig"
    if may_be_western:
        return "cp1252"
    raise ImportRefused(name, "is neither UTF-8 nor Windows-1252 text")


def _check_beginning(chunk: bytes, name: str) -> None:
    start = chunk.removeprefix(codecs.BOM_UTF8).lstrip()
    for sign, what in BEGINNINGS.items():
        if start.startswith(sign):
            raise ImportRefused(name, f"is {what}, whatever its name says")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
