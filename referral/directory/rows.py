"""Services as the pages show them: facts and reasons in words."""

from dataclasses import dataclass

from flask_babel import format_date
from flask_babel import gettext as _

from referral.directory.hour_words import hour_lines
from referral.kit.i18n import LANGUAGES, language_name
from referral.referrals.reason_words import ReasonLine, reason_lines
from resources_directory.service_hit import ReasonCode, ServiceHit, SpokenLanguage

#: Reasons that the place and the facts of a row say already.
PLACE = frozenset({ReasonCode.PLACE_PRIVATE})
FOR_WHOM = frozenset({ReasonCode.FOR_WHOM, ReasonCode.FOR_WHOM_UNCONFIRMED})


@dataclass(frozen=True)
class ServiceRow:
    """A service with its words. `hours`: one line each. `place`: None where it is private, remote or unknown."""

    hit: ServiceHit
    reasons: list[ReasonLine]
    #: The same without what stands among the facts of the service's own page.
    further: list[ReasonLine]
    hours: list[str]
    languages: str
    ages: str
    checked: str
    web_address: str | None

    @property
    def place_words(self) -> str:
        """Where it is, or why no place stands here."""
        if self.hit.private or self.hit.confidential:
            return str(_("The place is private. Call first."))
        if self.hit.place:
            return self.hit.place
        return str(_("By phone or online")) if self.hit.remote else ""


def service_row(hit: ServiceHit) -> ServiceRow:
    """Return a service in the language of the page."""
    spoken = dict.fromkeys(map(_language, hit.languages))
    return ServiceRow(
        hit=hit,
        reasons=_reasons(hit, PLACE),
        further=_reasons(hit, PLACE | FOR_WHOM),
        hours=hour_lines(hit.hours),
        languages=", ".join(spoken),
        ages=_ages(hit),
        checked=str(format_date(hit.assured_date, "medium")) if hit.assured_date else "",
        web_address=hit.url if hit.url and hit.url.startswith(("http://", "https://")) else None,
    )


def _reasons(hit: ServiceHit, said: frozenset[ReasonCode]) -> list[ReasonLine]:
    return reason_lines(reason for reason in hit.reasons if reason.code not in said)


def _language(spoken: SpokenLanguage) -> str:
    return language_name(spoken.code) if spoken.code in LANGUAGES else spoken.name or language_name(spoken.code)


def _ages(hit: ServiceHit) -> str:
    lowest = f"{hit.minimum_age:g}" if hit.minimum_age else None
    highest = f"{hit.maximum_age:g}" if hit.maximum_age is not None else None
    if lowest and highest:
        return str(_("%(lowest)s to %(highest)s years", lowest=lowest, highest=highest))
    if lowest:
        return str(_("From %(lowest)s years", lowest=lowest))
    return str(_("Up to %(highest)s years", highest=highest)) if highest else ""
