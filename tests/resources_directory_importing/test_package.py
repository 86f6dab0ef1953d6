"""Folders, zips and single files; and deliveries that cannot be trusted."""

import zipfile
from pathlib import Path

import pytest

from resources_directory.importing import package as packages
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
