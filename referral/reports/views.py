"""The report page: three rates with their denominators, what was left out, and the rates by language."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from referral.accounts.principal import Signed, current_person
from referral.kit import clock
from referral.kit.policy import requires
from referral.kit.transaction import request_session
from referral.reports import words
from referral.reports.measures import Exclusion, Rates, rates_by_language, rates_of
from referral.reports.periods import Period, offered_periods, read_period
from referral.reports.policies import ReportPermission
from referral.reports.queries import clinics_of, referral_facts
from referral.reports.suppression import (
    ShownRate,
    ShownRates,
    shown,
    shown_count,
    suppressed,
    suppressed_groups,
)

blueprint = Blueprint("reports", __name__, template_folder="templates")


@dataclass(frozen=True)
class RateRow:
    """One rate as the page draws it. `rate` holds None where a number is hidden."""

    name: str
    meaning: str
    unknown_means: str
    rate: ShownRate


@dataclass(frozen=True)
class LanguageRow:
    """The rates of one language."""

    label: str
    rates: ShownRates


@dataclass(frozen=True)
class PeriodLink:
    """A period to choose."""

    code: str
    name: str
    chosen: bool


@blueprint.get("/reports/")
@requires(ReportPermission.VIEW)
def overview() -> ResponseReturnValue:
    """Show the rates of the chosen period over the reader's clinics, as aggregates only."""
    reader, session = current_person(), request_session()
    period = read_period(request.args.get("period"), reader.timezone_name)
    clinic_ids = clinics_of(session, reader.member_id, reader.member_kind)
    facts = referral_facts(session, clinic_ids, period)
    demo, small_cells = bool(g.get("demo")), reader.allows(ReportPermission.SMALL_CELLS)
    rates = rates_of(facts, count_simulated=demo)
    groups = rates_by_language(facts, count_simulated=demo)
    group_rates = [of_language for _code, of_language in groups]
    cells = list(map(shown, group_rates)) if small_cells else suppressed_groups(rates, group_rates)
    return render_template(
        "reports/overview.html",
        rows=_rate_rows(shown(rates) if small_cells else suppressed(rates)),
        nothing=rates.of == 0,
        excluded=_excluded(rates, small_cells=small_cells, demo=demo),
        contradicted=shown_count(rates.contradicted, small_cells=small_cells),
        simulated=shown_count(rates.simulated, small_cells=small_cells),
        any_simulated=rates.simulated > 0,
        languages=[
            LanguageRow(words.language_label(code), row) for (code, _rates), row in zip(groups, cells, strict=True)
        ],
        small_cells=small_cells,
        clinic_count=len(clinic_ids),
        member_name=reader.member_name,
        periods=_period_links(reader, period),
        all_time_url=url_for("reports.overview"),
        period_name=words.period_name(period),
    )


def _rate_rows(rates: ShownRates) -> list[RateRow]:
    return [
        RateRow(str(name), str(meaning), str(unknown_means), getattr(rates, key))
        for key, name, meaning, unknown_means in words.RATES
    ]


def _excluded(rates: Rates, *, small_cells: bool, demo: bool) -> list[tuple[str, int | None]]:
    return [
        (str(words.EXCLUSIONS[reason]), shown_count(count, small_cells=small_cells))
        for reason, count in rates.excluded
        if not (demo and reason is Exclusion.SIMULATED)
    ]


def _period_links(reader: Signed, chosen: Period) -> list[PeriodLink]:
    offered = offered_periods(clock.now(), reader.timezone_name)
    if chosen.code not in [period.code for period in offered]:
        offered.append(chosen)
    return [PeriodLink(period.code, words.period_name(period), period.code == chosen.code) for period in offered]
