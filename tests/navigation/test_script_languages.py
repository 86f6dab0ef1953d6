"""What a caller reads aloud in the patient's language: the question of the text, without what belongs to texting."""

import re

import pytest
from flask.testing import FlaskClient

from referral.followups.states import QuestionKind
from referral.kit.scope import ScopedSession
from tests.navigation.conftest import Desk
from tests.navigation.test_asking import call_to_make, the_call


@pytest.mark.parametrize(
    ("language", "begins", "ends"),
    [
        ("zh-Hans", "关于您", "联系您了吗？"),
        ("vi", "Tổ chức", "chưa?"),
        ("ar", "هل تواصلت", "؟"),
        ("ht", "Yon gwoup", "?"),
        ("ru", "Местная", "?"),
        ("ko", "", "왔나요?"),
    ],
)
def test_the_script_has_the_question_of_the_text_to_read_aloud(
    session: ScopedSession, desk: Desk, browser: FlaskClient, language: str, begins: str, ends: str
) -> None:
    desk.patient.spoken_language = language
    to_do = call_to_make(session, desk, QuestionKind.CHECK_CONTACT)

    page = browser.get(f"/to-dos/{to_do.id}").text
    [spoken] = re.findall(rf'lang="{language}"[^>]*>([^<]+)', the_call(page))

    assert spoken.startswith(begins)
    assert spoken.endswith(ends)
    assert not {"9", "STOP", desk.clinic.texting_name} & set(re.findall(r"\w+", spoken))
