"""After signing in, people land on pages of ours only."""

import pytest

from referral.accounts.redirects import own_path


@pytest.mark.parametrize("path", ["/", "/patients", "/patients?q=a&page=2", "/referrals/1#story", "/people?next=//x"])
def test_a_page_of_ours_is_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "patients",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\nLocation: https://evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "/\u2028/evil.example",
        "/sign-out",
        "/sign-in?next=/",
        "/" + "a" * 3000,
    ],
)
def test_anything_else_is_refused(path: str | None) -> None:
    assert own_path(path) is None
