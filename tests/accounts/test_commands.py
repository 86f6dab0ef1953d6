"""Commands of accounts: the first administrator, fresh keys, the policy."""

import base64

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from referral.accounts.commands import create_administrator, new_keys, show_policy
from referral.accounts.models import Member
from referral.kit.scope import ScopedSession
from referral.kit.settings import Settings
from referral.outbox.models import Message
from tests.accounts.conftest import Staff


def test_the_first_administrator_gets_a_link_that_works(app: Flask, session: ScopedSession) -> None:
    result = app.test_cli_runner().invoke(create_administrator, ["Root@Network.example", "Root Person"])
    path = result.output.splitlines()[-1].removeprefix("http://localhost")

    response = app.test_client().post(path, data={"name": "Root", "password": "eleven brass kites hum"})

    assert (result.exit_code, response.status_code) == (0, 303)
    assert session.scalars(select(Member.kind)).all() == ["network"]
    assert session.scalar(select(func.count()).select_from(Message)) == 0  # the link is printed, not mailed


def test_a_second_administrator_needs_again(app: Flask, staff: Staff) -> None:
    runner = app.test_cli_runner()

    refused = runner.invoke(create_administrator, ["root@network.example", "Root"])
    again = runner.invoke(create_administrator, ["root@network.example", "Root", "--again"])

    assert (refused.exit_code, again.exit_code) == (1, 0)
    assert "There is an administrator already" in refused.output


def test_what_is_no_address_is_refused(app: Flask) -> None:
    result = app.test_cli_runner().invoke(create_administrator, ["root", "Root"])

    assert result.exit_code == 1
    assert "not an e-mail address" in result.output


def test_new_keys_need_no_settings_and_differ_each_time() -> None:
    first, second = (CliRunner().invoke(new_keys).output for _ in range(2))
    keys = dict(line.split("=", 1) for line in first.splitlines())

    assert first != second
    assert Settings("sqlite://", keys["SECRET_KEY"], keys["MASTER_KEY"], "http://localhost")
    assert len(base64.b64decode(keys["MASTER_KEY"])) == 32


def test_the_policy_is_printed_with_every_page(app: Flask) -> None:
    output = app.test_cli_runner().invoke(show_policy).output

    assert "account.members              platform_administrator" in output
    assert "/sign-in" in output
    assert "(whoever signs in is nobody yet)" in output
