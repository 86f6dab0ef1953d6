"""Everybody who may ask: each role of the policy, and whoever has none, half of one, or one no more."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from referral.accounts.glass_closing import close_glass
from referral.accounts.glass_models import BreakGlass, GlassEnd
from referral.accounts.link_models import LinkSession
from referral.accounts.models import LinkPurpose, LoginSession
from referral.accounts.put_aside import put_aside
from referral.accounts.roles import CLINIC_ROLES, ORGANIZATION_ROLES, Role
from referral.accounts.sessions import cookie_name, open_login, signed_by_id
from referral.kit import clock
from referral.kit.scope import job_scope
from tests.access.canaries import FOREIGN, OWN
from tests.access.tenants import PLAN_WORD
from tests.access.world import BASE_URL, World

#: Proven long ago: a dangerous step asks again.
LONG_AGO = timedelta(hours=1)


@dataclass(frozen=True)
class Who:
    """Somebody who asks. `role`: what the policy is asked for; none for whoever is not signed in.

    `person`: a name in Tenant.people, or in the network's. `link`: the tenant whose organization's link they hold.
    `plan`: the tenant whose patient's own page they opened. `questions`: whose questions they opened from a text, with
    the birth year; `tablet`: whose questions are on the device that staff handed them.
    """

    name: str
    role: Role | None = None
    person: str = ""
    network: bool = False
    factors: int = 2
    link: str | None = None
    plan: str | None = None
    questions: str | None = None
    tablet: str | None = None
    bearer: bool = False
    barred: bool = False
    #: Holder of a link who has also typed the code mailed to the address on file.
    proven: bool = False

    @property
    def signed(self) -> bool:
        """True if a session of theirs counts."""
        return self.role is not None and not self.barred

    @property
    def tenant(self) -> str:
        """The tenant whose objects are their own."""
        return self.link or self.plan or self.questions or self.tablet or OWN

    @property
    def sees_clinic(self) -> bool:
        """True if rows of the clinic are theirs to see, as far as a permission lets them."""
        return not self.network and self.role in CLINIC_ROLES | {Role.PRIVACY_OFFICER, Role.EMERGENCY}

    @property
    def receives(self) -> bool:
        """True if what was sent to the organization is theirs to see."""
        return self.role in ORGANIZATION_ROLES


def _member(role: Role) -> Who:
    return Who(str(role), role, str(role))


def _network(role: Role, name: str) -> Who:
    return Who(name, role, str(role), network=True)


def _half(role: Role, *, network: bool = False) -> Who:
    return Who(f"{role} with one factor", role, str(role), network=network, factors=1)


#: Whoever asks as an API client: no API key exists, so a bearer token has exactly the rights of nobody.
API_CLIENT = Who("api client", bearer=True)
LINK, OTHER_LINK = Who("organization link", link=OWN), Who("link of another referral", link=FOREIGN)
#: A patient's own page, opened with the word: of the patient whom the matrix asks about, and of another clinic's.
PATIENT_LINK, OTHER_PATIENT = Who("patient link", plan=OWN), Who("other patient's link", plan=FOREIGN)
#: The questions of a screening: opened from a text with the birth year; on a device that a clinician handed over.
QUESTIONS_LINK, TABLET = Who("questions link", questions=OWN), Who("tablet", tablet=OWN)
PROVEN_LINK = Who("organization link after its code", link=OWN, proven=True)
#: Somebody who sees no patients, at the clinic whose records they opened in an emergency.
EMERGENCY = Who("emergency", Role.EMERGENCY, "emergency")

EVERYBODY: tuple[Who, ...] = (
    Who("anonymous"),
    API_CLIENT,
    LINK,
    PROVEN_LINK,
    OTHER_LINK,
    PATIENT_LINK,
    OTHER_PATIENT,
    QUESTIONS_LINK,
    TABLET,
    *(_member(role) for role in sorted(CLINIC_ROLES)),
    *(_member(role) for role in sorted(ORGANIZATION_ROLES)),
    _member(Role.PRIVACY_OFFICER),
    _member(Role.ANALYST),
    _member(Role.DIRECTORY_EDITOR),
    _network(Role.PLATFORM_ADMINISTRATOR, "platform_administrator"),
    _network(Role.PRIVACY_OFFICER, "network privacy_officer"),
    _network(Role.ANALYST, "network analyst"),
    _network(Role.DIRECTORY_EDITOR, "network directory_editor"),
    EMERGENCY,
    Who("suspended", Role.CLINICIAN, "suspended", barred=True),
    Who("membership ended", Role.CLINICIAN, "ended", barred=True),
    _half(Role.CLINICIAN),
    _half(Role.ORGANIZATION_STAFF),
    _half(Role.PRIVACY_OFFICER),
    _half(Role.PLATFORM_ADMINISTRATOR, network=True),
)

#: Who holds a link of each purpose. A purpose that is not here, such as a patient's page, fails the build.
HELD_BY = {
    LinkPurpose.REFERRAL_ANSWER: LINK,
    LinkPurpose.INVITATION: LINK,
    LinkPurpose.PASSWORD_RESET: LINK,
    LinkPurpose.PLAN: PATIENT_LINK,
    LinkPurpose.SCREENING: QUESTIONS_LINK,
}


@dataclass
class Browser:
    """Somebody's browser as the Cookie header it sends; `stale`: of another one, proven long ago.

    It keeps no cookie that an answer gives: each request is the first after signing in.
    """

    who: Who
    client: FlaskClient
    cookies: str = ""
    stale: str = ""
    #: Another sign-in of the same person, to end.
    other_login_id: UUID | None = None
    #: What stands behind the cookie of a link.
    link_session_id: UUID | None = None


def enter(world: World, who: Who) -> Browser:
    """Return the browser of whoever asks, signed in as far as they can be."""
    browser = Browser(who, world.app.test_client(use_cookies=False))
    if who.link is not None:
        _open_link(world, browser)
    if who.plan is not None:
        _open_plan(world, browser)
    if who.questions is not None:
        _open_questions(world, browser)
    if who.tablet is not None:
        _hold_tablet(world, browser)
    if who.role is None:
        return browser
    browser.other_login_id, browser.stale = _sign_in(world, who, long_ago=True)
    _login_id, browser.cookies = _sign_in(world, who)
    if who is EMERGENCY:
        _break_glass(world, browser)
        browser.stale = ""
    return browser


def _sign_in(world: World, who: Who, *, long_ago: bool = False) -> tuple[UUID, str]:
    people, memberships = (
        (world.network_people, world.network_memberships) if who.network else (world.own.people, world.own.memberships)
    )
    with world.database.writing(job_scope("tests")) as session:
        login_id, secret = open_login(
            session, people[who.person], memberships[who.person], second_factor=who.factors == 2
        )
        if long_ago:
            earlier = clock.wall() - LONG_AGO
            session.execute(update(LoginSession).where(LoginSession.id == login_id).values(confirmed_at=earlier))
    return login_id, f"{cookie_name(world.settings)}={secret}"


def _open_link(world: World, browser: Browser) -> None:
    """Exchange the token for a cookie, as the button of the page does; then type the code, as it were."""
    who = browser.who
    token = world.tenant(who.tenant).tokens["accepted" if who.proven else "sent"]
    answer = browser.client.post("/answer", data={"token": token}, base_url=BASE_URL)
    assert answer.status_code == 303, answer.status_code
    browser.cookies = cookies_of(answer)
    with world.database.writing(job_scope("tests")) as session:
        opened = session.scalars(select(LinkSession).order_by(LinkSession.id.desc()).limit(1)).one()
        if who.proven:
            opened.proven_until = clock.wall() + LONG_AGO
        browser.link_session_id = opened.id


def _open_plan(world: World, browser: Browser) -> None:
    """Type the word that the patient chose, as the page of the address asks."""
    tenant = world.tenant(browser.who.tenant)
    sent = {"code": tenant.tokens["plan"], "answer": PLAN_WORD}
    answer = browser.client.post("/p/open", data=sent, base_url=BASE_URL)
    assert answer.status_code == 303, answer.status_code
    browser.cookies = cookies_of(answer)


def _open_questions(world: World, browser: Browser) -> None:
    """Press the button behind the link in the text; then type the birth year, as it were."""
    token = world.tenant(browser.who.tenant).tokens["questions"]
    answer = browser.client.post("/questions", data={"token": token}, base_url=BASE_URL)
    assert answer.status_code == 303, answer.status_code
    browser.cookies = cookies_of(answer)
    with world.database.writing(job_scope("tests")) as session:
        opened = session.scalars(select(LinkSession).order_by(LinkSession.id.desc()).limit(1)).one()
        opened.proven_until = clock.wall() + LONG_AGO


def _hold_tablet(world: World, browser: Browser) -> None:
    """Take the device from a clinician, who has put their sign-in aside."""
    tenant = world.tenant(browser.who.tenant)
    with world.database.writing(job_scope("tests")) as session:
        people = (tenant.people["clinician"], tenant.memberships["clinician"])
        login_id, _secret = open_login(session, *people, second_factor=True)
        subject_id = tenant.rows["started_screening", ""]
        signed = signed_by_id(session, login_id)
        secret = put_aside(session, signed, subject_id=subject_id, language="en", code="481529")
    browser.cookies = f"{cookie_name(world.settings)}={secret}"


def _break_glass(world: World, browser: Browser) -> None:
    """Open the own clinic's records; what an earlier browser of theirs opened ends, as only one may be open."""
    with world.database.writing(job_scope("tests")) as session:
        mine = BreakGlass.person_id == world.own.people[browser.who.person]
        for glass_id in session.scalars(select(BreakGlass.id).where(mine, BreakGlass.ended_at.is_(None))).all():
            close_glass(session, glass_id, GlassEnd.SIGNED_OUT)
    wanted = {"clinic": str(world.own.clinic_id), "reason": "Somebody lies unconscious in the hall."}
    sent = {"Cookie": browser.cookies}
    answer = browser.client.post("/emergency-access", data=wanted, base_url=BASE_URL, headers=sent)
    assert answer.status_code == 303, answer.status_code
    browser.cookies = cookies_of(answer)


def cookies_of(answer: TestResponse) -> str:
    """Return the Cookie header of a browser that got this answer and had no cookie before."""
    return "; ".join(cookie.split(";")[0] for cookie in answer.headers.getlist("Set-Cookie"))


def headers_of(browser: Browser, *, stale: bool = False) -> dict[str, str]:
    """Return the headers that they send with every request."""
    headers = {"Authorization": "Bearer 0123456789abcdef"} if browser.who.bearer else {}
    cookies = browser.stale if stale else browser.cookies
    return headers | ({"Cookie": cookies} if cookies else {})
