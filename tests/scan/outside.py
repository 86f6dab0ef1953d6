"""Tools that look at the running program from outside: schemathesis, sqlmap, wapiti, ffuf; sslscan at the proxy."""

import json
import re
import tempfile
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.scan.findings import Finding
from tests.scan.running import Posting, View
from tests.scan.tools import run, tool

WORDS_FILE = Path(__file__).with_name("words.txt")

#: What a stranger may read: each says so with a reason in the policy.
OPEN_PAGES = ("/healthz", "/hsds/", "/hsds/openapi.json", "/hsds/services", "/sign-in", "/simulator")
#: To sign-in, to the same path with its slash, another method, a link that opens nothing.
LEADS_AWAY = (302, 308, 405, 410)

#: wapiti's modules that fit a program without PHP or an upload; its nikto list does not load on Python 3.11.
WAPITI_MODULES = (
    "sql,blindsql,xss,permanentxss,exec,file,crlf,redirect,ssrf,csrf,methods,backup,cookieflags,csp,http_headers"
)
WAPITI_LONGEST_S = 120
#: Seconds for each of its modules.
WAPITI_MODULE_S = 20
#: Debian's wapiti 3.0.4 cannot read its own option -x on Python 3.11: its pattern has the flags at the end.
WAPITI = """
import re, sys
from wapitiCore.net import crawler
crawler.wildcard_translate = lambda pattern: re.compile(re.escape(pattern))
from wapitiCore.main.wapiti import wapiti_main
sys.exit(wapiti_main())
"""
SQLMAP_LONGEST_S = 600


def schemathesis(address: str) -> list[Finding]:
    """Return where the open API does not answer as its OpenAPI document says, or breaks."""
    options = ("--checks", "all", "--max-examples", "100", "--seed", "1", "--no-color")
    done = run("schemathesis", "run", f"{address}/hsds/openapi.json", "--url", address, *options, timeout_s=900)
    report = done.stdout + done.stderr
    assert "Test cases" in report or "generated" in report, report[-2000:]
    failures = re.findall(r"^_+ (?:\w+ )?(/\S+|[A-Z]+ /\S+) _+$", report, re.MULTILINE)
    checks = re.findall(r"^- (.+)$", report, re.MULTILINE)
    if done.returncode == 0:
        return []
    return [Finding("schemathesis", check, " ".join(failures[:1]), report[-3000:]) for check in checks or ["failed"]]


def sqlmap(address: str, view: View) -> list[Finding]:
    """Return parameters of addresses and forms through which sqlmap reaches the database."""
    found = []
    for path in sorted({each for each in view.addresses if "?" in each}):
        found += _sqlmap(f"{address}{path}", view, urlsplit(path).path)
    for posting in view.postings:
        fields = urlencode([(name, value or "1") for name, value in posting.fields])
        found += _sqlmap(
            f"{address}{posting.action}", view, posting.action, "--data", fields, *_token(address, posting)
        )
    return found


def _token(address: str, posting: Posting) -> tuple[str, ...]:
    if "csrf_token" not in dict(posting.fields):
        return ()
    return ("--csrf-token", "csrf_token", "--csrf-url", f"{address}{posting.page}")


def _sqlmap(url: str, view: View, place: str, *more: str) -> list[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        options = (
            "--batch",
            "--level",
            "1",
            "--risk",
            "1",
            "--dbms",
            "sqlite",
            "--smart",
            "--flush-session",
            "--timeout",
            "10",
        )
        options += (
            "--cookie",
            view.cookie,
            "--output-dir",
            folder,
            "--skip",
            "csrf_token,form_id",
            "--disable-coloring",
        )
        done = run("sqlmap", "-u", url, *options, *more, timeout_s=SQLMAP_LONGEST_S)
    hits = re.findall(r"Parameter: (\S+)", done.stdout)
    return [Finding("sqlmap", "injection", place, f"{view.role}: {parameter}") for parameter in hits]


def wapiti(address: str, view: View) -> list[Finding]:
    """Return what wapiti finds as the person of `view`, leaving sign-out alone."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ("-u", f"{address}/", "--scope", "folder", "-m", WAPITI_MODULES, "-f", "json", "-o", report)
        options += (
            "--max-scan-time",
            WAPITI_LONGEST_S,
            "--max-attack-time",
            WAPITI_MODULE_S,
            "--flush-session",
            "-H",
            f"Cookie: {view.cookie}",
        )
        options += ("-x", f"{address}/sign-out", "--store-session", folder, "--max-links-per-page", 40, "-d", 4)
        tool("wapiti")
        run("/usr/bin/python3", "-c", WAPITI, *options, timeout_s=WAPITI_LONGEST_S * 8)
        told = json.loads(report.read_text())
    return [
        Finding("wapiti", f"{rule}: {each['info']}", re.sub(r"[0-9a-f-]{36}", "…", each["path"]), view.role)
        for rule, entries in told["vulnerabilities"].items()
        for each in entries
    ]


def ffuf(address: str) -> list[Finding]:
    """Return paths of our word list that answer a stranger with anything but the page for what does not exist."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        run(
            "ffuf",
            "-u",
            f"{address}/FUZZ",
            "-w",
            WORDS_FILE,
            "-mc",
            "all",
            "-fc",
            "404",
            "-of",
            "json",
            "-o",
            report,
            timeout_s=300,
        )
        told = json.loads(report.read_text())
    return [
        Finding("ffuf", str(each["status"]), "/" + each["input"]["FUZZ"], f"answers {each['status']}")
        for each in told["results"]
        if not _says_nothing(each["status"], "/" + each["input"]["FUZZ"])
    ]


def _says_nothing(status: int, path: str) -> bool:
    """Return True for a page that is open on purpose, and for an answer that only leads to sign-in or refuses."""
    return path in OPEN_PAGES or status in LEADS_AWAY
