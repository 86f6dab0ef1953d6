"""Single sign-on's words: why a browser is sent to a member's provider, and why somebody was not let in."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from referral.kit.errors import ProductError


class SignOnPurpose(StrEnum):
    """What happens with the identity that the provider proves."""

    SIGN_IN = "sign_in"
    LINK = "link"
    INVITATION = "invitation"


class SignOnFailure(StrEnum):
    """Why nobody was let in."""

    PROVIDER_AWAY = "provider_away"
    PROVIDER_CONFUSED = "provider_confused"
    REFUSED_THERE = "refused_there"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a word, no password
    STEP_GONE = "step_gone"
    NOT_LINKED = "not_linked"
    OTHER_PERSON = "other_person"


_WORDS: dict[SignOnFailure, LazyString] = {
    SignOnFailure.PROVIDER_AWAY: _l(
        "The sign-in service of your organization did not answer. Wait a minute and try again, or sign in with e-mail "
        "address and password."
    ),
    SignOnFailure.PROVIDER_CONFUSED: _l(
        "The sign-in service of your organization is not set up as it was when connected. Tell your administrator."
    ),
    SignOnFailure.REFUSED_THERE: _l("The sign-in service of your organization did not let you in. Start again."),
    SignOnFailure.TOKEN_REFUSED: _l(
        "What the sign-in service of your organization told us could not be trusted, so nobody was signed in. Start "
        "again; if it happens twice, tell your administrator."
    ),
    SignOnFailure.STEP_GONE: _l("This took too long, or began in another browser. Start again from the sign-in page."),
    SignOnFailure.NOT_LINKED: _l(
        "Your organization knows you, but this account of yours is not linked to anybody here. Sign in with e-mail "
        "address and password and link it under Your account, or open your invitation."
    ),
    SignOnFailure.OTHER_PERSON: _l("You were signed out on the way, and nothing was linked. Sign in and start again."),
}


class SignOnFailed(ProductError):
    """Nobody was signed in and nothing was linked; `failure` says why, without words of the provider."""

    status = ProductError.status.FORBIDDEN
    title = _l("You were not signed in")

    def __init__(self, failure: SignOnFailure) -> None:
        """Take the reason."""
        super().__init__(_WORDS[failure])
        self.failure = failure
