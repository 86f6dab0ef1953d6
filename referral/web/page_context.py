"""What the layout of every page knows: language, person, navigation, banners, the demo's clock."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from referral.accounts.models import Member
from referral.kit import clock
from referral.kit.i18n import current_language, language_name, page_languages, speaking
from referral.kit.installation import GLANCE, Installation, glance
from referral.kit.phone import phone_uri, show_phone
from referral.kit.scope import NOBODY
from referral.kit.transaction import current_settings, database
from referral.referrals.listing_words import papers
from referral.web.navigation_bar import nav_items

#: The installation, the time zone of its first member, and since when nothing is sent.
_GLANCE = select(
    *GLANCE,
    select(Installation.quarantined_at).where(Installation.id == 1).scalar_subquery(),
    select(Member.timezone_name).order_by(Member.created_at, Member.id).limit(1).scalar_subquery(),
)


@dataclass(frozen=True)
class Banner:
    """A notice on top of every page. `kind`: info, warning or danger."""

    kind: str
    text: str


def init_page_context(app: Flask) -> None:
    """Look at the installation before each page and give templates what the layout needs."""
    app.before_request(_look_at_installation)
    app.context_processor(_page_context)
    app.add_template_filter(show_phone, "phone")
    app.add_template_filter(phone_uri, "phone_uri")
    app.add_template_filter(language_name, "language_name")
    app.add_template_filter(papers, "papers")


def _look_at_installation() -> None:
    g.demo, g.stale_worker, g.patient_language = False, False, None
    if request.endpoint in ("static", "web.healthz"):
        return
    try:
        with database().reading(NOBODY) as session:
            *seen, g.quarantined_at, g.home_zone = session.execute(_GLANCE).one()
        g.demo, g.stale_worker = glance(*seen)
    except SQLAlchemyError:
        g.stale_worker = True  # the page itself says that the database is away


def _page_context() -> dict[str, Any]:
    if "demo" not in g:  # refused before anything was looked at
        _look_at_installation()
    language, principal = current_language(), g.get("principal")
    return {
        "locale": language.code,
        "text_direction": language.direction,
        "patient_language": g.get("patient_language"),
        "csp_nonce": g.get("csp_nonce"),
        "ui_languages": page_languages(),
        "no_switch": _no_switch(language.code) if request.method == "POST" else (),
        "demo": g.get("demo", False),
        "demo_now": clock.now() if g.get("demo") else None,
        "banners": _banners(),
        "nav_items": nav_items(principal),
        "person": principal,
        "membership": principal,
        "memberships": principal.membership_count if principal else 0,
    }


def _no_switch(shown: str) -> list[tuple[str, str]]:
    """Return (language, words) that say in each other language why it cannot be chosen on the answer to a form.

    Opening the page anew in another language would lose what was typed, and sending the form again might do it twice.
    """
    words = []
    for language in page_languages():
        if language.code != shown:
            with speaking(language.code):
                words.append((language.code, _("The language can be changed on the next page, or from Home.")))
    return words


def _banners() -> list[Banner]:
    settings = current_settings()
    banners = []
    if settings.message_gateway == "simulator" and not g.get("demo"):
        text = _("Messages are blocked: the simulator works only in a demo. Set MESSAGE_GATEWAY=twilio.")
        banners.append(Banner("warning", text))
    if settings.message_gateway == "twilio" and g.get("demo"):
        text = _("Messages are blocked: this is a demo, and its people are invented. Set MESSAGE_GATEWAY=simulator.")
        banners.append(Banner("warning", text))
    elif settings.message_gateway == "twilio" and settings.smtp_url is None:
        text = _("E-mail is not set up: organizations and invited people hear nothing until SMTP_URL is set.")
        banners.append(Banner("warning", text))
    if settings.message_gateway is None:
        text = _("Messages are blocked: nothing is sent until MESSAGE_GATEWAY is set.")
        banners.append(Banner("warning", text))
    if g.get("quarantined_at"):
        text = _("Messages are held back: nothing is sent until an administrator has looked at the queue.")
        banners.append(Banner("warning", text))
    if g.get("stale_worker"):
        text = _("The worker is not running: messages wait and clocks stand still. Tell your administrator.")
        banners.append(Banner("warning", text))
    return banners
