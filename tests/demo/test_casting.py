"""The invented people are cast so that every plot happens, the same way each time."""

from collections import Counter
from random import Random

import pytest

from referral.demo.casting import WITHOUT_A_LOOP, Role, cast, may_be_texted
from referral.demo.people import read_cast
from referral.demo.plots import PLOTS, Deed
from referral.kit.i18n import LANGUAGES
from referral.referrals.states import Mode

LANGUAGES_OF_TEXTS = frozenset({"en", "es", "zh-Hans", "vi", "ar", "ht", "ru", "ko"})


def roles() -> list[Role]:
    return cast(read_cast().patients, LANGUAGES_OF_TEXTS, Random(1))


def test_every_plot_happens_as_often_as_it_says() -> None:
    happened = Counter(part.plot.name for role in roles() for part in role.parts)

    assert happened == {plot.name: plot.times for plot in PLOTS}


def test_the_same_seed_casts_the_same_way() -> None:
    assert [role.parts for role in roles()] == [role.parts for role in roles()]


def test_plots_that_need_texts_go_to_those_who_may_be_texted() -> None:
    texted = [role.patient for role in roles() if any(part.plot.texts for part in role.parts)]

    assert all(may_be_texted(patient, LANGUAGES_OF_TEXTS) for patient in texted)


def test_nobody_is_prescribed_for_one_need_twice_unless_the_plot_knows_no_other() -> None:
    for role in roles():
        needs = [part.need for part in role.parts if len(part.plot.needs) > len(role.parts)]
        assert len(needs) == len(set(needs))


def test_some_patients_come_and_nothing_is_prescribed() -> None:
    assert len([role for role in roles() if not role.parts]) >= WITHOUT_A_LOOP


def test_the_people_read_eight_languages_or_none() -> None:
    written = {patient.facts.written_language for patient in read_cast().patients}

    assert len(written & set(LANGUAGES)) >= 8
    assert "none" in written


@pytest.mark.parametrize("deed", list(Deed))
def test_every_deed_is_done_in_some_plot(deed: Deed) -> None:
    assert any(step.deed is deed for plot in PLOTS for step in plot.steps)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_is_used_in_some_plot(mode: Mode) -> None:
    assert any(plot.mode is mode for plot in PLOTS)
