"""An organization's browser that opens its link: the steps as its people press them."""

import re
from dataclasses import dataclass
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from referral.accounts.codes import digits_of
from referral.accounts.link_models import LinkCode
from referral.accounts.links import token_for
from referral.kit.crypto import vault_of
from referral.kit.scope import job_scope
from referral.kit.transaction import Database
from referral.referrals.models import Referral
from referral.referrals.notices import live_link
from tests.factories import Town

_ABOUT = re.compile(r'name="[a-z]+-about"[^>]*value="([^"]*)"')
COOKIE = "needsrx_link"


def token_of(town: Town, referral: Referral) -> str:
    """Return the token of the link that now opens the referral; lets other sessions at the database."""
    link = live_link(town.session, referral.id)
    assert link is not None, "no link opens this referral"
    token = token_for(vault_of(town.session), link)
    town.commit()
    return token


@dataclass
class Desk:
    """A browser at an organization. `about`: which request its page stands for."""

    client: FlaskClient
    about: str = ""

    def open(self, token: str) -> TestResponse:
        """Press "Continue" on the page of a link, and look at the request."""
        answer = self.client.post("/answer", data={"token": token})
        if answer.status_code == 303:
            self.look()
        return answer

    def look(self) -> TestResponse:
        """Load the page of the request."""
        page = self.client.get("/answer")
        found = _ABOUT.search(page.text)
        self.about = unescape(found[1]) if found else self.about
        return page

    def press(self, verb: str, **fields: str) -> TestResponse:
        """Send the form of a verb; every form gives the name unless it is asked to be left out."""
        given = {"name": "Olga", "about": self.about} | fields
        return self.client.post(f"/answer/{verb}", data={f"{verb}-{name}": value for name, value in given.items()})

    def ask_code(self, **fields: str) -> TestResponse:
        """Let a code be mailed."""
        given = {"about": self.about} | fields
        return self.client.post("/answer/send-code", data={f"send-{name}": value for name, value in given.items()})

    def show_person(self) -> TestResponse:
        """Ask for a code, read it in the mailbox, type it."""
        assert self.ask_code().status_code == 303
        return self.led_on(self.press("code", code=newest_code(self.client.application.extensions["database"])))

    def look_again(self, **fields: str) -> TestResponse:
        """Ask to see the person once more, without a code."""
        return self.led_on(self.press("details", **fields))

    def led_on(self, answer: TestResponse) -> TestResponse:
        """Return the page that an answer leads to; a refusal leads nowhere."""
        return self.look() if answer.status_code == 303 else answer

    @property
    def secret(self) -> str | None:
        """The secret that the browser holds."""
        cookie = self.client.get_cookie(COOKIE)
        return cookie.value if cookie else None


def newest_code(database: Database) -> str:
    """Return the digits of the code that was made last."""
    with database.reading(job_scope("tests")) as session:
        code = session.scalars(select(LinkCode).order_by(LinkCode.created_at.desc(), LinkCode.id.desc())).first()
        assert code is not None, "no code was made"
        return digits_of(vault_of(session), code)
