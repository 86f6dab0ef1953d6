"""Signs a test browser in without a password, for tests of other pages."""

from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from referral.accounts.models import Membership, Person
from referral.accounts.sessions import cookie_name, open_login
from referral.kit.settings import Settings
from referral.kit.transaction import Database


def sign_in(client: FlaskClient, person: Person, *, factors: int = 2) -> None:
    """Sign the browser in as a committed person, under their oldest live membership."""
    (person_id,) = inspect(person).identity  # without asking the database, which another session may hold
    database: Database = client.application.extensions["database"]
    settings: Settings = client.application.extensions["settings"]
    with database.job("tests") as session:
        membership_id = session.scalars(
            select(Membership.id)
            .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
            .order_by(Membership.created_at, Membership.id)
        ).first()
        assert membership_id is not None, "this person has no membership"
        _login_id, secret = open_login(session, person_id, membership_id, second_factor=factors == 2)
    client.set_cookie(cookie_name(settings), secret)
