"""Every rule of doing no harm, in a few words, and the tests that prove it on the pages that there are.

A rule without a test, or a test that was renamed or taken away, fails here. Each test is named as pytest names it.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RULES: dict[str, tuple[str, ...]] = {
    # Texts and phones.
    "unknown safety means no text, a call, counted by language": (
        "tests/followups/test_conversation.py::test_where_texting_is_not_known_to_be_safe_a_person_calls",
        "tests/patients/test_consent_views.py::test_yes_while_safety_is_unknown_sends_no_text",
        "tests/patients/test_no_written_language.py::test_each_question_becomes_a_call_and_nothing_is_queued",
        "tests/journeys/test_do_no_harm_rules.py::test_calls_made_because_nobody_may_text_are_counted_by_language",
    ),
    "no text names need, organization or diagnosis": (
        "tests/messaging/test_text_checks.py::test_the_shipped_catalog_has_no_findings",
        "tests/messaging/test_text_checks.py::test_each_check_finds_its_fault",
        "tests/messaging/test_catalog.py::test_a_fact_that_no_text_may_name_is_refused",
        "tests/followups/test_reminding.py::"
        "test_it_names_neither_organization_nor_need_and_speaks_the_patients_language",
        "tests/screening/test_link.py::test_the_text_names_no_need_and_nobody",
    ),
    "three levels of privacy, each shown as it will read": (
        "tests/journeys/test_do_no_harm_rules.py::test_each_level_of_privacy_has_its_sender",
        "tests/journeys/test_do_no_harm_rules.py::test_who_wants_no_texts_gets_none",
        "tests/patients/test_views.py::test_each_level_of_privacy_shows_how_a_text_then_reads",
        "tests/navigation/test_asking.py::test_do_no_harm_a_neutral_sender_names_no_clinic_to_a_machine",
    ),
    "a shared phone: neutral, no words of crisis, people are told": (
        "tests/followups/test_conversation.py::test_a_text_to_a_shared_phone_names_no_clinic",
        "tests/followups/test_conversation.py::"
        "test_on_a_phone_that_others_read_no_words_of_crisis_are_sent_and_people_are_told",
        "tests/followups/test_conversation.py::"
        "test_a_phone_that_two_people_have_gets_no_words_of_crisis_and_both_clinics_are_told",
        "tests/navigation/test_asking.py::test_do_no_harm_the_script_names_neither_need_nor_place_on_a_shared_phone",
        "tests/navigation/test_plans.py::test_do_no_harm_no_text_is_planned_where_none_may_go",
        "tests/screening/test_link.py::test_no_link_goes_to_a_phone_that_others_read_or_that_is_not_safe",
        "tests/screening/test_link_goes_off.py::test_a_link_that_is_off_answers_as_one_that_is_too_old",
        "tests/plan/test_opening.py::test_a_phone_that_others_read_makes_the_year_worthless",
    ),
    "somebody else's phone gets only what they may know": (
        "tests/patients/test_proxies.py::test_no_text_goes_to_somebody_who_is_not_recorded",
        "tests/patients/test_proxies.py::test_a_question_never_goes_to_a_strangers_phone_and_a_person_asks",
        "tests/patients/test_proxies.py::test_whoever_may_only_see_a_need_hears_of_it_and_is_asked_nothing",
        "tests/patients/test_proxies.py::test_a_question_about_a_private_need_never_goes_to_the_parents_phone",
        "tests/patients/test_proxies.py::"
        "test_an_organization_gets_no_phone_that_others_read_about_a_need_that_leaves_no_trace",
        "tests/prescriptions/test_kept_private.py::"
        "test_a_phone_that_others_pick_up_is_neither_offered_nor_agreed_nor_given",
        "tests/navigation/test_asking.py::test_do_no_harm_on_a_parents_phone_the_script_names_nothing",
    ),
    "a STOP stops everything everywhere at once": (
        "tests/outbox/test_queueing.py::test_a_stop_reaches_texts_of_every_clinic",
        "tests/outbox/test_sending.py::test_a_stop_between_queueing_and_sending_stops_the_text",
        "tests/followups/test_conversation.py::test_a_stop_ends_the_same_whoever_hears_it",
        "tests/followups/test_conversation.py::test_a_stop_told_to_one_clinic_is_told_to_the_others",
        "tests/followups/test_reply_warnings.py::test_stop_in_any_language_is_a_stop_whatever_the_setting",
        "tests/plan/test_actions.py::test_stop_texts_asks_once_and_stops_every_text_everywhere",
        "tests/patients/test_deaths.py::test_all_texts_stop_at_once_when_a_patient_dies",
    ),
    "only START or a new consent lifts a STOP": (
        "tests/followups/test_conversation.py::test_start_lifts_a_stop",
        "tests/followups/test_conversation.py::test_writing_a_phone_down_again_does_not_lift_its_stop",
        "tests/patients/test_consent_views.py::test_a_new_consent_lifts_an_earlier_stop",
        "tests/patients/test_deaths.py::test_taken_back_no_text_starts_by_itself_and_somebody_must_call",
    ),
    "an unreviewed text leaves only through the simulator": (
        "tests/messaging/test_catalog.py::test_an_unreviewed_text_leaves_only_through_the_simulator",
        "tests/messaging/test_catalog.py::test_a_translation_is_ready_only_when_reviewed_and_of_this_source",
    ),
    "never English by default, never machine words to a real phone": (
        "tests/messaging/test_catalog.py::test_a_missing_language_is_never_answered_in_english",
        "tests/messaging/test_catalog.py::test_a_missing_or_stale_text_never_leaves",
        "tests/screening/test_started.py::test_questions_that_do_not_exist_in_a_language_say_so",
        "tests/screening/test_link.py::test_no_link_goes_where_it_could_not_be_read_or_guarded",
        "tests/prescriptions/test_views.py::test_a_language_without_pages_gets_english_and_a_line_for_the_interpreter",
    ),
    # Safety and other sensitive needs.
    "safety is asked only of the patient, alone": (
        "tests/screening/test_views.py::test_safety_is_asked_about_only_when_alone_is_ticked",
        "tests/screening/test_tablet.py::"
        "test_a_husband_who_holds_the_tablet_sees_no_question_on_safety_not_even_in_the_source",
        "tests/screening/test_tablet.py::test_answers_on_safety_sent_from_a_tablet_are_not_taken",
        "tests/screening/test_link.py::test_no_question_on_safety_stands_behind_a_link_not_even_in_the_source",
        "tests/screening/test_started.py::test_a_relative_who_answers_is_asked_nothing_about_safety",
        "tests/screening/test_started.py::test_no_question_on_safety_stands_on_paper_not_even_in_the_source",
        "tests/patients/test_proxies.py::test_nobody_else_ever_has_a_say_about_safety_with_other_people",
        "tests/navigation/test_asking.py::"
        "test_do_no_harm_about_a_sensitive_need_the_script_asks_whether_they_are_alone",
    ),
    "sensitive needs: not in texts": (
        "tests/followups/test_reminding.py::test_none_is_made_for_a_sensitive_need",
        "tests/referrals/test_rerouting.py::test_where_a_safety_concern_stands_nothing_is_found_and_nothing_texted",
        "tests/journeys/test_do_no_harm_rules.py::"
        "test_a_confidential_service_gets_no_mail_no_link_and_no_question_whatever_happens",
    ),
    "sensitive needs: not on slips and prints unless chosen": (
        "tests/prescriptions/test_papers.py::test_a_sensitive_need_stays_off_every_paper_unless_chosen",
        "tests/prescriptions/test_kept_private.py::test_a_need_kept_private_stays_off_every_paper_unless_chosen",
        "tests/privacy/test_disclosures.py::test_on_paper_a_sensitive_need_stands_only_if_asked",
        "tests/directory/test_search_page.py::test_confidential_services_are_not_printed",
    ),
    "sensitive needs: not on the plan page unless chosen": (
        "tests/plan/test_page.py::test_sensitive_needs_are_not_on_the_page",
        "tests/plan/test_page.py::test_a_sensitive_need_is_shown_where_the_patient_chose_it",
        "tests/plan/test_page.py::test_a_need_for_safety_is_never_shown_whatever_was_chosen",
        "tests/plan/test_page.py::test_an_adolescents_private_need_is_not_on_the_page",
    ),
    "sensitive needs: not in copied notes unless chosen": (
        "tests/prescriptions/test_papers.py::test_a_sensitive_need_that_waits_stays_off_the_note",
        "tests/prescriptions/test_papers.py::test_a_sensitive_need_that_is_over_stays_off_the_note_unless_chosen",
    ),
    "sensitive needs: no household row, no name in a list": (
        "tests/navigation/test_households.py::test_whose_safety_is_a_concern_cannot_be_put_in",
        "tests/navigation/test_households.py::test_sensitive_needs_and_what_somebody_keeps_to_themselves_have_no_row",
        "tests/navigation/test_watching.py::test_do_no_harm_the_list_names_no_place_of_a_sensitive_need",
        "tests/screening/test_views.py::test_a_safety_need_has_a_neutral_name_in_lists",
        "tests/prescriptions/test_home.py::test_a_private_matter_shows_neither_need_nor_service",
    ),
    "sensitive needs: not in files and copies unless chosen": (
        "tests/referrals/test_csv_out.py::test_do_no_harm_a_sensitive_need_stands_in_no_file",
        "tests/records/test_exporting.py::test_a_private_matter_leaves_only_in_a_copy_for_the_patient_alone",
    ),
    "analysts see no cell of 1 to 10": (
        "tests/reports/test_suppression.py::test_cells_of_one_to_ten_and_their_complements_are_hidden",
        "tests/reports/test_overview.py::test_an_analyst_sees_neither_names_nor_small_numbers",
    ),
    "a confidential service is only called, together": (
        "tests/prescriptions/test_actions.py::test_a_confidential_service_is_only_called_together",
        "tests/prescriptions/test_asked_by_phone.py::test_a_confidential_service_is_still_only_called_with_the_patient",
        "tests/journeys/test_do_no_harm_rules.py::"
        "test_a_confidential_service_gets_no_mail_no_link_and_no_question_whatever_happens",
        "tests/prescriptions/test_odds.py::test_a_confidential_service_has_no_odds",
    ),
    "the survivor alone reports": (
        "tests/journeys/test_do_no_harm_rules.py::test_the_survivor_alone_reports",
        "tests/referrals/test_clocks.py::test_do_no_harm_nobody_is_told_to_ask_about_a_sensitive_need",
        "tests/navigation/test_watching.py::test_do_no_harm_about_a_sensitive_need_nobody_is_told_to_call",
    ),
    "plan page and links are off while a safety concern stands, and say nothing of why": (
        "tests/plan/test_off.py::test_a_page_that_is_off_answers_as_to_a_wrong_year",
        "tests/plan/test_off.py::test_a_page_that_goes_off_closes_where_it_is_open",
        "tests/plan/test_off.py::test_the_plan_page_is_off_while_a_safety_concern_stands_or_is_unconfirmed",
        "tests/screening/test_link_goes_off.py::test_a_link_that_is_off_answers_as_one_that_is_too_old",
        "tests/screening/test_link_goes_off.py::test_what_was_answered_before_is_neither_shown_nor_changed",
        "tests/screening/test_link.py::test_while_a_concern_for_safety_stands_no_link_goes_and_the_page_says_nothing_of_why",
    ),
    # Places.
    "a private place has no address, distance or radius anywhere": (
        "tests/prescriptions/test_do_no_harm.py::test_a_private_place_has_neither_address_nor_distance_while_prescribing",
        "tests/prescriptions/test_do_no_harm.py::test_a_private_place_stands_on_no_paper",
        "tests/plan/test_page.py::test_a_private_place_has_no_address_on_the_page",
        "tests/directory/test_search_page.py::test_a_private_place_is_shown_nowhere",
        "tests/directory/test_hsds.py::test_a_private_place_never_leaves",
        "tests/resources_directory/test_private_places.py::test_no_radius_holds_a_private_place",
    ),
    "full never lowers a rank, and ages": (
        "tests/resources_directory/test_ranking.py::test_full_never_lowers_a_rank",
        "tests/prescriptions/test_do_no_harm.py::test_full_never_lowers_a_rank",
        "tests/referrals/test_said_room.py::test_full_lowers_no_rank",
        "tests/referrals/test_room.py::test_full_without_a_last_day_bars_nobody_for_good",
        "tests/resources_directory/test_capacity.py::test_a_word_without_a_last_day_loses_half_of_its_weight_in_a_week",
    ),
    "one bad report suspends no listing": (
        "tests/journeys/test_do_no_harm_rules.py::test_one_bad_report_suspends_no_listing_and_moves_it_nowhere",
    ),
    # What is never asked, listed or printed.
    "no field for status, birthplace or numbers of documents": (
        "tests/architecture/test_never_asked.py::"
        "test_no_form_asks_where_somebody_comes_from_or_for_a_number_of_a_document",
        "tests/architecture/test_never_asked.py::test_no_column_holds_it_and_no_shared_field_names_it",
        "tests/screening/test_instruments.py::test_no_text_asks_for_papers_or_status",
        "tests/screening/test_files.py::test_nobody_is_asked_for_papers_birthplace_or_document_numbers",
    ),
    "papers are ticked, never uploaded": (
        "tests/architecture/test_never_asked.py::test_papers_are_ticked_and_never_uploaded",
        "tests/architecture/test_never_asked.py::test_no_other_page_reads_a_file",
    ),
    "no list of named people by language or place": (
        "tests/access/test_officer.py::test_no_page_makes_the_list_from_its_address",
        "tests/access/test_officer.py::test_no_search_makes_the_list_from_what_is_typed",
    ),
    "reports list nobody to analysts and administrators": (
        "tests/reports/test_overview.py::test_no_referral_is_shown_by_its_id",
        "tests/access/test_officer.py::test_reports_tell_no_number_from_1_to_10",
        "tests/patients/test_views.py::test_an_analyst_sees_no_patients",
    ),
    "a positive answer is unconfirmed until a person confirms it": (
        "tests/screening/test_actions.py::test_a_positive_answer_makes_a_need_that_is_not_confirmed",
        "tests/screening/test_link.py::test_the_answers_are_recorded_and_the_link_is_dead_afterwards",
        "tests/prescriptions/test_actions.py::test_a_need_that_nobody_confirmed_is_not_prescribed_for",
    ),
    "nothing prints a diagnosis or bills": ("tests/prescriptions/test_do_no_harm.py::test_nothing_prints_a_diagnosis",),
    # Whom the patient lets in.
    "a patient bars a person": (
        "tests/patients/test_barring.py::test_below_the_views_a_barred_scope_gets_no_row",
        "tests/patients/test_barring.py::test_a_barred_person_gets_404_everywhere",
        "tests/patients/test_merging.py::test_whom_one_record_barred_has_nothing_to_do_for_the_other",
        "tests/navigation/test_handing_over.py::test_do_no_harm_nothing_is_handed_to_somebody_whom_the_patient_barred",
    ),
    "a patient bars an organization": (
        "tests/patients/test_barring.py::test_signing_to_a_barred_organization_is_refused_with_words",
        "tests/prescriptions/test_one_page.py::test_a_barred_organization_is_not_offered",
        "tests/referrals/test_rerouting.py::test_a_barred_organization_is_never_offered",
        "tests/patients/test_merging.py::test_sharing_with_an_organization_that_one_record_barred_ends_for_the_other",
        "tests/plan/test_actions.py::test_a_place_barred_on_a_merged_record_is_neither_shown_nor_chosen",
    ),
    "organizations hear the patient's word only by consent": (
        "tests/referrals/test_patients_word_by_consent.py::test_without_that_consent_nothing_the_patient_said_is_shown",
        "tests/referrals/test_patients_word_by_consent.py::test_with_it_they_hear_what_happened_and_not_the_words",
        "tests/referrals/test_patients_word_by_consent.py::"
        "test_it_is_no_unless_the_patient_says_yes_while_it_is_prescribed",
    ),
    # Nobody is tried again who is not there, or does not want it.
    "nobody who died, moved away or took it back comes back": (
        "tests/navigation/test_nobody_comes_back.py::test_whoever_has_died_never_comes_back_into_the_queue",
        "tests/navigation/test_nobody_comes_back.py::test_a_plan_about_what_was_taken_back_never_comes_back",
        "tests/navigation/test_nobody_comes_back.py::test_a_patient_of_another_clinic_is_not_tried_again_here",
        "tests/followups/test_questions_end.py::test_a_question_about_what_was_taken_back_never_runs_out",
        "tests/navigation/test_ends_with_the_referral.py::test_nobody_calls_to_ask_about_what_was_taken_back",
    ),
    "who asked for a call, and whoever is in danger, is called all the same": (
        "tests/navigation/test_ends_with_the_referral.py::test_who_asked_for_a_call_is_still_called",
        "tests/navigation/test_ends_with_the_referral.py::test_danger_and_what_the_patient_wrote_outlive_the_referral",
        "tests/navigation/test_nobody_comes_back.py::"
        "test_who_asked_for_a_call_is_called_though_the_request_was_taken_back",
        "tests/navigation/test_nobody_comes_back.py::test_danger_and_what_others_write_is_heard_all_the_same",
    ),
}


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the tests that pytest finds in a file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_proven_by_tests_that_exist(rule: str) -> None:
    missing = [name for name in RULES[rule] if name.split("::")[1] not in names_in(name.split("::")[0])]

    assert RULES[rule], "a rule without a test is only a wish"
    assert missing == []


def test_a_name_that_no_test_has_would_be_noticed() -> None:
    assert "test_nothing_of_the_kind" not in names_in("tests/plan/test_off.py")
    assert names_in("tests/plan/test_of_no_file.py") == frozenset()


def test_no_rule_names_a_test_twice() -> None:
    assert [rule for rule, names in RULES.items() if len(set(names)) < len(names)] == []
