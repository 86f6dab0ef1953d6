"""What the delivery of messages promises, and every fault it was tried under: each names the tests that show it.

A test that is renamed or removed is missed here. Where a promise stands on a longer chain, all its links are named.
"""

import ast
from functools import cache

import pytest

from tests.architecture.rules import ROOT

#: Invariant to (file, tests).
INVARIANTS: dict[str, dict[str, tuple[str, ...]]] = {
    "nobody receives a message more than twice, and twice only in the case we name": {
        "faults/test_schedules.py": ("test_nobody_gets_a_message_more_than_twice_or_is_silently_left_out",),
    },
    "within 72 hours every message ends or is given to a person": {
        "faults/test_schedules.py": ("test_nobody_gets_a_message_more_than_twice_or_is_silently_left_out",),
        "outbox/test_sending.py": ("test_without_a_report_an_accepted_text_ends_unconfirmed",),
    },
    "no text is posted to a number that said stop": {
        "faults/test_messages.py": (
            "test_a_stop_before_the_gate_stops_the_text",
            "test_a_stop_between_the_gate_and_the_post_lets_at_most_this_one_go",
            "test_a_stop_told_to_staff_while_a_batch_runs_holds_the_rest_back",
        ),
        "messaging/test_fetching.py": ("test_a_stop_whose_webhook_never_came_is_fetched_and_obeyed",),
    },
    "no text is posted outside the hours of the patient's zone": {
        "faults/test_messages.py": ("test_no_text_leaves_at_night_in_the_patients_zone_not_even_when_clocks_change",),
        "messaging/test_quiet_hours.py": ("test_the_carrier_is_given_the_rest_of_the_day",),
    },
    "a status never goes down, and reports in any order and number end the same": {
        "outbox/test_receipts.py": (
            "test_the_order_of_reports_does_not_matter",
            "test_evidence_of_arrival_beats_a_report_of_failure",
        ),
        "messaging/test_any_order.py": ("test_any_order_and_repetition_gives_the_same_database",),
    },
    "replaying any webhook leaves the database as it was": {
        "messaging/test_any_order.py": ("test_replaying_everything_changes_nothing",),
        "faults/test_messages.py": ("test_a_webhook_replayed_a_day_later_changes_nothing",),
    },
    "a webhook before our own answer ends the same": {
        "outbox/test_receipts.py": ("test_a_report_before_our_own_answer_ends_the_same",),
        "faults/test_messages.py": ("test_a_callback_that_comes_before_the_answer_ends_the_same",),
    },
    "what happened and its message are stored together or not at all": {
        "faults/test_web_killed.py": ("test_a_killed_server_leaves_the_whole_signature_or_nothing",),
        "outbox/test_queueing.py": ("test_a_message_is_gone_when_its_cause_is_rolled_back",),
    },
    "two workers and one message make one post": {
        "outbox/test_worker_processes.py": ("test_two_workers_and_one_message_make_one_post",),
    },
    "no unreviewed or stale words reach a real phone": {
        "messaging/test_catalog.py": (
            "test_an_unreviewed_text_leaves_only_through_the_simulator",
            "test_a_missing_or_stale_text_never_leaves",
        ),
    },
}

_UNCLEAR = {
    "outbox/test_twilio_gateway.py": ("test_an_unclear_end_is_unknown_and_posted_once",),
    "outbox/test_reconcile.py": (
        "test_a_text_that_was_taken_is_found_on_the_lagging_list_and_not_sent_again",
        "test_a_text_missing_for_longer_than_lists_lag_is_sent_once_more",
    ),
}
_ODD = {
    "faults/test_messages.py": ("test_an_odd_text_is_stored_and_answers_no_question",),
    "messaging/test_fetching.py": ("test_odd_texts_are_fetched_like_any_other",),
}

#: Fault to (file, tests).
FAULTS: dict[str, dict[str, tuple[str, ...]]] = {
    "killed at each transition": {
        "faults/test_worker_killed.py": (
            "test_killed_at_any_statement_commit_or_post_of_one_text_it_arrives_once_or_is_doubted",
            "test_however_often_workers_are_killed_no_message_is_lost_or_sent_twice",
            "test_a_sender_that_sends_again_when_a_lease_runs_out_doubles_under_the_same_kills",
        ),
        "faults/test_transitions_killed.py": (
            "test_killed_at_the_commit_of_a_transition_it_stands_whole_or_not_at_all_and_nothing_is_lost_or_doubled",
        ),
        "outbox/test_worker_processes.py": ("test_a_blind_retry_after_the_same_kill_would_send_twice",),
    },
    "the host has no name": {"outbox/test_twilio_gateway.py": ("test_an_unknown_host_was_never_sent",)},
    "the connection is refused": {
        "outbox/test_twilio_gateway.py": ("test_a_refused_connection_was_never_sent",),
        "outbox/test_senders.py": ("test_what_never_left_us_counts_as_a_failure_and_a_short_lease_does_not",),
    },
    "the connection never opens": {
        "outbox/test_twilio_gateway.py": ("test_a_connection_that_never_opens_was_never_sent",),
    },
    "no answer comes, taken or not": _UNCLEAR,
    "the connection is reset": _UNCLEAR,
    "the answer is cut short": _UNCLEAR,
    "the answer is a page of HTML": _UNCLEAR,
    "an error of the server, taken or not": _UNCLEAR,
    "throttled, with Retry-After": {
        "outbox/test_twilio_gateway.py": ("test_throttling_says_when_to_come_back",),
        "outbox/test_senders.py": ("test_throttling_lets_the_sender_rest_as_long_as_the_provider_asks",),
    },
    "an outage of the provider": {
        "outbox/test_senders.py": (
            "test_a_provider_that_fails_again_and_again_is_left_alone",
            "test_after_its_rest_one_message_tries_and_success_opens_the_way",
        ),
        "outbox/test_quarantine.py": ("test_after_an_outage_what_is_a_day_old_goes_to_a_person",),
    },
    "account, registration or daily cap refused": {
        "outbox/test_sending.py": ("test_an_account_problem_pauses_the_channel_and_spends_no_message",),
        "outbox/test_senders.py": (
            "test_a_registration_refused_in_a_report_lets_the_sender_rest",
            "test_a_cap_of_the_day_rests_until_the_carriers_next_day",
        ),
    },
    "the clock jumps two hours": {
        "faults/test_messages.py": ("test_a_clock_that_jumps_around_the_post_makes_no_second_text",),
        "outbox/test_senders.py": ("test_a_clock_that_went_back_gives_and_takes_no_tokens",),
    },
    "the clocks change": {
        "faults/test_messages.py": ("test_no_text_leaves_at_night_in_the_patients_zone_not_even_when_clocks_change",),
    },
    "the database is lost between POST and commit": {
        "outbox/test_sending.py": ("test_an_outcome_is_written_down_when_the_database_comes_back",),
        "faults/test_database_away.py": ("test_wherever_the_worker_loses_its_connection_what_was_signed_leaves_once",),
    },
    "the database only reads": {
        "faults/test_messages.py": ("test_a_database_that_only_reads_posts_nothing_and_loses_nothing",),
    },
    "a worker sleeps past its lease, before and after the POST": {
        "outbox/test_worker_processes.py": (
            "test_a_worker_that_slept_past_its_lease_posts_nothing",
            "test_a_worker_that_slept_after_its_post_still_tells",
        ),
        "outbox/test_sending.py": ("test_no_post_starts_when_the_lease_would_not_outlast_it",),
    },
    "two schedulers": {
        "outbox/test_queueing.py": ("test_the_same_message_queued_at_once_from_many_sides_is_queued_once",),
        "outbox/test_worker_processes.py": ("test_three_workers_send_each_of_many_messages_once",),
    },
    "a callback before the commit, out of order, doubled, at once from many sides": {
        "outbox/test_receipts.py": (
            "test_a_report_that_names_only_the_providers_id_waits_for_our_answer",
            "test_the_order_of_reports_does_not_matter",
            "test_the_same_reports_posted_at_once_from_many_sides_count_once",
        ),
    },
    "a callback for another tenant": {
        "faults/test_messages.py": ("test_a_report_about_another_clinics_text_moves_nothing_of_ours",),
    },
    "a callback with a bad signature": {
        "faults/test_messages.py": ("test_a_report_with_a_bad_signature_changes_nothing",),
    },
    "a callback replayed a day later": {
        "faults/test_messages.py": ("test_a_webhook_replayed_a_day_later_changes_nothing",),
    },
    "an inbound text doubled": {"messaging/test_webhooks.py": ("test_the_same_webhook_five_times_is_one_text",)},
    "an inbound text late, or never told": {
        "messaging/test_fetching.py": (
            "test_a_webhook_that_comes_after_all_changes_nothing",
            "test_the_newest_word_counts_whichever_text_is_taken_in_first",
            "test_a_fetched_start_does_not_lift_a_later_stop",
        ),
    },
    "an inbound text in base64": _ODD,
    "an inbound text with NUL": _ODD,
    "an inbound text of 1,600 characters": _ODD,
    "an inbound text of emoji only": _ODD,
    "an inbound picture without words": {
        "faults/test_messages.py": ("test_an_odd_text_is_stored_and_answers_no_question",),
    },
    "STOP between claim and gate": {
        "outbox/test_sending.py": (
            "test_a_message_taken_back_after_its_claim_does_not_pass_the_gate",
            "test_a_message_taken_back_while_its_words_are_made_is_not_sent",
        ),
    },
    "STOP between gate and POST": {
        "faults/test_messages.py": ("test_a_stop_between_the_gate_and_the_post_lets_at_most_this_one_go",),
    },
    "the provider's list is down": {
        "outbox/test_reconcile.py": (
            "test_while_the_list_cannot_be_read_nothing_is_sent_again_and_a_person_hears_of_it",
        ),
        "messaging/test_fetching.py": ("test_after_an_outage_it_looks_back_to_the_last_time_that_worked",),
    },
    "staff record a stop while a batch runs": {
        "faults/test_messages.py": ("test_a_stop_told_to_staff_while_a_batch_runs_holds_the_rest_back",),
    },
    "one phone of two patients": {
        "outbox/test_queueing.py": ("test_a_stop_reaches_texts_of_every_clinic",),
        "followups/test_conversation.py": ("test_only_one_question_is_open_on_a_phone",),
    },
    "the sender is exchanged": {
        "faults/test_messages.py": ("test_another_sender_takes_over_and_reports_on_the_old_ones_texts_still_count",),
    },
    "poison": {
        "outbox/test_quarantine.py": (
            "test_poison_holds_up_none_of_the_others_and_can_be_driven_again",
            "test_a_message_that_kills_its_workers_is_set_aside",
        ),
    },
    "a restored copy": {
        "outbox/test_quarantine.py": (
            "test_a_restored_copy_sends_nothing",
            "test_a_dump_read_into_new_tables_is_noticed_without_any_file",
            "test_after_a_look_people_hear_of_what_a_restored_copy_held_and_new_messages_go",
        ),
    },
}


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of the tests in a file below tests/."""
    tree = ast.parse((ROOT / "tests" / file).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("promise", [*INVARIANTS, *FAULTS])
def test_every_promise_is_shown_by_tests_that_exist(promise: str) -> None:
    shown = INVARIANTS.get(promise) or FAULTS[promise]
    missing = [f"{file}::{name}" for file, names in shown.items() for name in names if name not in names_in(file)]

    assert shown
    assert missing == []


def test_the_ten_invariants_are_all_here() -> None:
    assert len(INVARIANTS) == 10
