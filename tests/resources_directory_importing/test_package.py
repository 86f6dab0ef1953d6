"""Folders, zips and single files; and deliveries that cannot be trusted."""

import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from resources_directory.importing import package as packages
from resources_directory.importing.apply import import_directory
from resources_directory.importing.package import Package
from resources_directory.importing.report import ImportRefused
from tests.resources_directory_importing.deliveries import Delivery


def read(package: Package, name: str) -> str:
    with package.text(name) as stream:
        return stream.read()


def test_a_zip_with_a_folder_inside_reads_like_the_folder(delivery: Delivery, tmp_path: Path) -> None:
    delivery.text("services.csv", "id,name\n1,Café\n")

    package = Package(delivery.zipped(tmp_path / "data.zip", inside="export/"))

    assert package.names == ("services.csv",)
    assert read(package, "services.csv") == "id,name\n1,Café\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_text_in_utf8_and_windows_1252_is_read(delivery: Delivery, encoding: str) -> None:
    delivery.text("services.csv", "id,name\r\n1,“Café”\r\n", encoding)

    assert read(Package(delivery.folder), "services.csv") == "id,name\r\n1,“Café”\r\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 but no zip", "is not a zip file"),
        (b"", "is not a zip file"),
    ],
)
def test_a_wrong_zip_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "data.zip"
    path.write_bytes(content)

    with pytest.raises(ImportRefused, match=reason):
        Package(path)


@pytest.mark.parametrize("name", ["../services.csv", "/etc/services.csv", "..\\services.csv", "c:\\services.csv"])
def test_a_zip_that_points_outside_of_itself_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "id,name\n")

    with pytest.raises(ImportRefused, match="points outside"):
        Package(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"a" * 20_000_000)

    with pytest.raises(ImportRefused, match="far more than its size"):
        Package(path)


@pytest.mark.parametrize(("limit", "reason"), [("MOST_ENTRIES", "entries"), ("MOST_UNPACKED_BYTES", "unpacks to more")])
def test_a_zip_beyond_a_limit_is_refused(
    delivery: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, reason: str
) -> None:
    delivery.text("services.csv", "id,name\n")
    delivery.text("phones.csv", "id,number\n")
    monkeypatch.setattr(packages, limit, 1)

    with pytest.raises(ImportRefused, match=reason):
        Package(delivery.zipped(tmp_path / "data.zip"))


def test_a_damaged_entry_is_refused(delivery: Delivery, tmp_path: Path) -> None:
    delivery.text("services.csv", "id,name\n" + "".join(f"{n},{n * n}\n" for n in range(500)))
    path = delivery.zipped(tmp_path / "data.zip")
    content = bytearray(path.read_bytes())
    content[200:210] = b"0123456789"
    path.write_bytes(bytes(content))

    with pytest.raises(ImportRefused, match=r"services\.csv"):
        read(Package(path), "services.csv")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"id,name\n1,\x81\xff", "neither UTF-8 nor Windows-1252"), (b"id,name\n1,\x00", "zero bytes")],
)
def test_a_file_that_is_no_text_is_refused(delivery: Delivery, content: bytes, reason: str) -> None:
    (delivery.folder / "services.csv").write_bytes(content)

    with pytest.raises(ImportRefused, match=reason):
        read(Package(delivery.folder), "services.csv")


def test_a_missing_or_empty_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no such file"):
        Package(tmp_path / "nowhere")
    with pytest.raises(ImportRefused, match="holds no"):
        Package(tmp_path)


DISGUISED = {
    "a web page": ("services.csv", b"<!DOCTYPE html><html><script>x</script></html>", "a web page or XML"),
    "a web page after blanks": ("services.csv", b"\xef\xbb\xbf \r\n <html>", "a web page or XML"),
    "XML with an entity": (
        "services.csv",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "XML",
    ),
    "a spreadsheet": ("services.json", b"PK\x03\x04\x14\x00", "a spreadsheet"),
    "an old spreadsheet": ("services.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old spreadsheet"),
    "a PDF": ("services.csv", b"%PDF-1.7", "a PDF"),
    "a compressed file": ("services.json", b"\x1f\x8b\x08", "unpack it first"),
    "a zip in the zip": ("services.csv", b"PK\x03\x04", "a zip"),
}


@pytest.mark.parametrize(("name", "content", "reason"), DISGUISED.values(), ids=DISGUISED.keys())
def test_a_file_that_is_something_else_than_its_name_says_is_refused(
    delivery: Delivery, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (delivery.folder / name).write_bytes(content)
    zipped = delivery.zipped(tmp_path / "data.zip")

    for package in (Package(delivery.folder), Package(zipped)):
        with pytest.raises(ImportRefused, match=reason):
            read(package, name)


def test_a_link_that_leads_out_of_the_folder_is_refused(delivery: Delivery, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id,name\n")
    (delivery.folder / "services.csv").symlink_to(tmp_path / "secret.csv")

    with pytest.raises(ImportRefused, match="points outside"):
        Package(delivery.folder)


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path, link = tmp_path / "data.zip", zipfile.ZipInfo("services.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(ImportRefused, match="a link instead of a file"):
        Package(path)


@pytest.mark.parametrize("large", [False, True], ids=["as zips were", "as large zips are"])
def test_a_million_entries_are_refused_before_their_list_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    path, size = tmp_path / "data.zip", 100_000_000
    with path.open("wb") as stream:
        stream.truncate(size)
        stream.seek(size)
        if large:
            stream.write(struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, size, 0))
            stream.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, size, 1))
        told = 0 if large else size
        stream.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, told, 0, 0))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the list was read"))

    with pytest.raises(ImportRefused, match="far more entries"):
        Package(path)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"services":['], ids=["lists", "objects", "both"])
def test_json_nested_a_hundred_thousand_deep_is_refused(
    delivery: Delivery, directory_session: Session, opening: str
) -> None:
    delivery.text("services.json", opening * 100_000)

    with pytest.raises(ImportRefused, match=r"nested too deep|is not JSON"):
        import_directory(directory_session, delivery.folder, source_name="deep", now=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_bomb_whose_entries_lie_about_their_size_gives_no_more_than_they_claim(tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"id,name\n" + b"a" * 500_000)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", 500_008), struct.pack("<L", 100)))

    with pytest.raises(ImportRefused, match="cannot be"):
        read(Package(path), "services.csv")
