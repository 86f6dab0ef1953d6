"""Closed sets that grow: what links are good for, why somebody must act.

Works while the code before it still runs.
"""

from referral.kit.checks import replace_checks

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


_OLD_REASONS = (
    "call_instead_of_text patient_asked_for_call patient_wrote patient_stopped_texts unclear_reply no_reply not_helped "
    "answers_differ organization_silent organization_declined organization_unreachable referral_expired message_stuck "
    "crisis wrong_number late_answer confirm_need"
).split()
_NEW_REASONS = "offer_again organization_asks patient_moved_here next_contact chose_other_place".split()
_OLD_PURPOSES = "referral_answer invitation password_reset".split()
_NEW_PURPOSES = "plan screening".split()


def one_of(column: str, values: list[str]) -> str:
    """Return the condition that `column` holds one of `values`."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def use(reasons: list[str], purposes: list[str]) -> None:
    """Let the tables hold these values and no others."""
    replace_checks("to_do", {"ck_to_do_reason": one_of("reason", [*reasons, "other"])})
    replace_checks("signed_link", {"ck_signed_link_purpose": one_of("purpose", purposes)})
    replace_checks("link_session", {"ck_link_session_purpose": one_of("purpose", purposes)})


def upgrade() -> None:
    """Go forward."""
    use([*_OLD_REASONS, *_NEW_REASONS], [*_OLD_PURPOSES, *_NEW_PURPOSES])


def downgrade() -> None:
    """Go back."""
    use(_OLD_REASONS, _OLD_PURPOSES)
