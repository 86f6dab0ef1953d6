"""Which facts of a patient each role sees on which page: one reviewed file for each role, compared to the letter.

Every column has a canary of its own, so nothing is guessed from labels. `WRITE_GOLDEN=1` writes the files anew; what
changed in them is then reviewed by hand, as who may see what. Organizations are looked at twice: while the patient's
consent stands, and after it was taken back.
"""

import os
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from referral.kit import clock
from referral.kit.scope import job_scope
from referral.patients.consent_models import SharingConsent
from tests.access.cells import Cell, ask, cells_of
from tests.access.expected import GOLDEN
from tests.access.objects import Variant
from tests.access.roles import EMERGENCY, EVERYBODY, LINK, PATIENT_LINK, PROVEN_LINK, Who, enter
from tests.access.world import BASE_URL, World

#: Steps that answer with a page of facts, or lead to one that shows them because of the step.
SHOWING_STEPS = frozenset({"inbox.details", "answering.details", "records.make_export", "patients.search_patients"})

HOLDERS = (LINK, PROVEN_LINK, PATIENT_LINK, EMERGENCY)
SHOWN = [who for who in EVERYBODY if (who.signed and who.factors == 2) or who in HOLDERS]
TOLD = [who for who in SHOWN if who.receives or who.link]


def facts_shown(world: World, who: Who) -> Iterator[str]:
    """Give a line for each page that shows facts of patients: its rule, and the columns."""
    browser = enter(world, who)
    world.keeper.keep()
    for cell in cells_of(world, browser):
        if cell.address.label != Variant.OWN or not _shows(cell):
            continue
        answer = _led_on(cell, ask(cell))
        world.keeper.put_back(world.keeper.changed() - {"audit_event", "usage_count"})
        heard = world.aviary.singing(answer.get_data(as_text=True)) if answer.status_code == 200 else set()
        columns = {canary.name for canary in heard if canary.patient_id is not None}
        if columns:
            yield f"{cell.method} {cell.rule.rule}\n" + "".join(f"    {column}\n" for column in sorted(columns))


def _led_on(cell: Cell, answer: TestResponse) -> TestResponse:
    """Return the page that a showing step leads to, opened with the cookies that the step gave."""
    if cell.rule.endpoint not in SHOWING_STEPS or answer.status_code != 303:
        return answer
    browser = cell.asker.browser
    given = [each.partition(";")[0] for each in answer.headers.getlist("Set-Cookie")]
    headers = {"Cookie": "; ".join([browser.cookies, *given])}
    return browser.client.get(answer.location, base_url=BASE_URL, headers=headers)


def _shows(cell: Cell) -> bool:
    return cell.method == "GET" or (cell.method == "POST" and cell.rule.endpoint in SHOWING_STEPS)


def compare(name: str, found: str) -> None:
    """Compare with the golden file, or write it."""
    path = GOLDEN / f"{name.replace(' ', '_')}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(found)
    assert path.read_text() == found, f"review who sees what, then write {path.name} with WRITE_GOLDEN=1"


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # pages are the same on both; the matrix runs on both
@pytest.mark.parametrize("who", SHOWN, ids=lambda who: who.name)
def test_each_role_sees_the_facts_that_were_reviewed(who: Who, world: World) -> None:
    found = "".join(facts_shown(world, who))

    compare(who.name, found or "nothing about any patient\n")


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", TOLD, ids=lambda who: who.name)
def test_an_organization_sees_nothing_more_after_consent_was_taken_back(who: Who, world: World) -> None:
    with world.database.writing(job_scope("tests")) as session:
        given = session.get_one(SharingConsent, world.own.rows["consent", ""])
        session.add(
            SharingConsent(
                clinic_id=given.clinic_id, patient_id=given.patient_id, organization_id=given.organization_id,
                given=False, fields=[], words_language="en", words_version="1", method="in_person", at=clock.now(),
            )
        )  # fmt: skip

    try:
        found = "".join(facts_shown(world, who))
    finally:
        with world.database.writing(job_scope("tests")) as session:
            taken = session.query(SharingConsent).filter_by(given=False, clinic_id=world.own.clinic_id).all()
            for row in taken:
                session.delete(row)

    compare(f"{who.name} without consent", found or "nothing about any patient\n")
