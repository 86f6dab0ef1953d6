"""What kind of fact every column of the product holds. Export, erasure and retention are driven by these tables.

Tables about patients are classed column by column; a table about nobody's health is classed as a whole. A column that
is not here fails the build, so that nobody stores a new fact without deciding what becomes of it.
"""

from referral.records.class_names import DataClass

K = DataClass

#: Tables about no patient, classed as a whole.
WHOLE_TABLES: dict[DataClass, str] = {
    K.PUBLIC: "accessibility address attribute contact cost_option directory_source funding language location "
    "meta_table_description metadata organization organization_identifier phone program required_document schedule "
    "service service_area service_at_location service_capacity service_need service_text taxonomy taxonomy_term unit "
    "url",
    K.ORGANIZATION: "capacity_word closed_day field_declaration member",
    K.STAFF: "absence person membership invitation staff_phone staff_phone_consent",
    K.SECURITY: "data_key identity identity_provider key_challenge link_code link_session login_session mail_allowance "
    "put_aside recovery_code reset_wish second_factor sign_in_try sign_on_step signed_link",
    K.TECHNICAL: "clock_policy installation instrument provider_event sender_standing usage_count worker_heartbeat",
}

#: Tables with facts about patients: table to class to columns.
COLUMNS: dict[str, dict[DataClass, str]] = {
    "patient": {
        K.KEY: "id clinic_id merged_into_id version",
        K.IDENTITY: "given_name_sealed family_name_sealed second_family_name_sealed chosen_name_sealed "
        "birth_date_sealed birth_date_index record_number_sealed record_number_index zip_code_sealed written_language "
        "spoken_language interpreter_needed privacy_level deceased_at death_date_sealed",
        K.ANSWER: "private_domains_sealed",
        K.STAFF: "created_by",
        K.CARE: "created_at erased_at moved_at",
    },
    "patient_correction": {
        K.KEY: "id clinic_id patient_id",
        K.CARE: "fact at",
        K.IDENTITY: "old_value_sealed new_value_sealed",
        K.STAFF: "by",
    },
    "patient_merge": {
        K.KEY: "id clinic_id patient_id merged_id",
        K.CARE: "merged_at undone_at",
        K.WORDS: "why_sealed",
        K.STAFF: "merged_by undone_by",
    },
    "patient_move": {
        K.KEY: "id clinic_id patient_id to_clinic_id new_patient_id",
        K.CARE: "state offered_at ended_at",
        K.CONSENT: "words words_version method fields",
        K.IDENTITY: "words_language in_whose_name proxy_id",
        K.WORDS: "interpreter_sealed note_sealed",
        K.STAFF: "offered_by ended_by",
    },
    "patient_proxy": {
        K.KEY: "id clinic_id patient_id",
        K.IDENTITY: "name_sealed relation",
        K.CONTACT: "patient_phone_id",
        K.CONSENT: "reach_sealed recorded_at ended_at",
        K.STAFF: "recorded_by ended_by",
    },
    "patient_bar": {
        K.KEY: "id clinic_id patient_id organization_id",
        K.CONSENT: "kind barred_at lifted_at",
        K.WORDS: "why_sealed",
        K.STAFF: "person_id barred_by lifted_by",
    },
    "texting_pause": {
        K.KEY: "id clinic_id patient_id inbound_message_id",
        K.CONTACT: "phone_number_id",
        K.CONSENT: "cause look_on paused_at ended_at",
        K.WORDS: "why_sealed",
        K.STAFF: "paused_by ended_by",
    },
    "patient_name_token": {K.KEY: "id clinic_id patient_id", K.IDENTITY: "token"},
    "phone_number": {
        K.KEY: "id",
        K.CONTACT: "number_sealed number_index unusable_at created_at",
        K.CONSENT: "opted_out_at",
    },
    "patient_phone": {
        K.KEY: "id clinic_id patient_id",
        K.CONTACT: "phone_number_id holder is_shared sms_ok confirmed_at retired_at created_at",
        K.STAFF: "confirmed_by",
    },
    "texting_consent": {
        K.KEY: "id clinic_id patient_id",
        K.CONTACT: "patient_phone_id",
        K.CONSENT: "given words words_version method at",
        K.IDENTITY: "words_language in_whose_name proxy_id",
        K.WORDS: "interpreter_sealed",
        K.STAFF: "taken_by",
    },
    "opt_out_event": {K.KEY: "id phone_number_id inbound_message_id", K.CONSENT: "kind at", K.STAFF: "recorded_by"},
    "sharing_consent": {
        K.KEY: "id clinic_id patient_id organization_id",
        K.CONSENT: "given fields words_version method at",
        K.IDENTITY: "words_language in_whose_name proxy_id",
        K.WORDS: "words_sealed interpreter_sealed",
        K.STAFF: "taken_by",
    },
    "disclosure": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id consent_id organization_id",
        K.CONSENT: "fields channel at",
        K.WORDS: "recipient_sealed",
    },
    "screening": {
        K.KEY: "id clinic_id patient_id",
        K.CARE: "instrument instrument_version mode respondent completed_at",
        K.IDENTITY: "language proxy_id",
        K.ANSWER: "alone",
        K.WORDS: "interpreter_sealed",
        K.STAFF: "taken_by",
    },
    "started_screening": {
        K.KEY: "id clinic_id patient_id",
        K.CARE: "instrument instrument_version mode respondent started_at saved_at ended_at",
        K.IDENTITY: "language proxy_id",
        K.ANSWER: "alone answers_sealed",
        K.WORDS: "interpreter_sealed",
        K.STAFF: "started_by",
        K.SECURITY: "wrong_years",
    },
    "answer": {K.KEY: "id clinic_id patient_id screening_id", K.ANSWER: "item value_sealed"},
    "need": {
        K.KEY: "id clinic_id patient_id screening_id version",
        K.CARE: "domain wants_help status source confirmed_at wanted_before answered_at created_at",
        K.STAFF: "confirmed_by created_by",
    },
    "prescription": {
        K.KEY: "id clinic_id patient_id version",
        K.CARE: "created_at signed_at",
        K.STAFF: "created_by signed_by",
    },
    "need_plan": {
        K.KEY: "id clinic_id patient_id need_id",
        K.CARE: "wants offer_again_at stated_at offered_at ended_at",
        K.WORDS: "helped_by_sealed",
        K.STAFF: "taken_by",
    },
    "favourite_service": {K.KEY: "id clinic_id service_id", K.STAFF: "starred_by starred_at"},
    "plan_code": {K.KEY: "id clinic_id patient_id", K.SECURITY: "created_at", K.STAFF: "created_by"},
    "plan_word": {K.KEY: "id clinic_id patient_id", K.WORDS: "word_index", K.SECURITY: "at", K.STAFF: "chosen_by"},
    "plan_need": {K.KEY: "id clinic_id patient_id need_id", K.CONSENT: "shown at", K.STAFF: "chosen_by"},
    "referral_rating": {K.KEY: "id clinic_id patient_id referral_id", K.ANSWER: "stars", K.CARE: "at"},
    "referral": {
        K.KEY: "id clinic_id receiver_id patient_id need_id prescription_id service_id organization_id "
        "sharing_consent_id follows_id version",
        K.CARE: "domain mode urgency state reason sent_at signed_at answered_at closed_at waitlist_position "
        "answers_differ simulated created_at erased_at",
        K.CONSENT: "shared_fields",
        K.WORDS: "service_facts_sealed snapshot_sealed note_sealed waitlist_estimate_sealed",
        K.STAFF: "signed_by",
        K.TECHNICAL: "undo_until next_clock_at next_clock_step clock_policy",
    },
    "referral_move": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id",
        K.CARE: "from_state event to_state reason actor_kind at",
        K.WORDS: "actor_name_sealed note_sealed",
        K.STAFF: "person_id",
    },
    "thread_message": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id",
        K.CARE: "from_clinic actor_kind at",
        K.WORDS: "words_sealed author_name_sealed",
        K.STAFF: "person_id",
    },
    "appointment": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id",
        K.CARE: "starts_at interpreter_booked actor_kind said_at",
        K.WORDS: "author_name_sealed",
        K.STAFF: "person_id",
    },
    "assignment": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id version",
        K.CARE: "at",
        K.STAFF: "person_id assigned_by",
    },
    "testimony": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id inbound_message_id",
        K.CARE: "side outcome reason channel late at",
        K.IDENTITY: "language",
        K.WORDS: "units_sealed speaker_sealed interpreter_sealed note_sealed",
        K.STAFF: "taken_by",
    },
    "reroute_alternative": {
        K.KEY: "id clinic_id patient_id referral_id service_id organization_id",
        K.CARE: "rank left_out staff_only offered_at chosen_at chosen_by_kind",
        K.WORDS: "facts_sealed",
        K.STAFF: "chosen_by",
    },
    "late_answer": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id",
        K.CARE: "event state reason position actor_kind at",
        K.WORDS: "estimate_sealed note_sealed actor_name_sealed",
        K.STAFF: "person_id",
    },
    "question": {
        K.KEY: "id clinic_id patient_id referral_id message_id inbound_message_id version",
        K.CARE: "kind round_no options state due_at opened_at expires_at answered_at unclear_count created_at",
        K.IDENTITY: "language",
        K.CONTACT: "phone_number_id",
        K.ANSWER: "answer",
    },
    "message": {
        K.KEY: "id clinic_id patient_id subject_id subject_version",
        K.CARE: "channel template subject_kind state reason created_at sent_at redacted_at",
        K.IDENTITY: "language",
        K.CONTACT: "phone_number_id to_address_sealed provider_id",
        K.WORDS: "facts body_sealed",
        K.TECHNICAL: "composer dedupe_key attempt_no lease_owner lease_until not_before due_at expires_at resend_ok "
        "retry_of lost_claims segments provider sender provider_rank error_code unknown_since next_look_at looks "
        "tell_at",
    },
    "message_attempt": {
        K.KEY: "message_id attempt_no",
        K.TECHNICAL: "started_at finished_at outcome http_status error_code",
        K.CONTACT: "provider_id",
    },
    "inbound_message": {
        K.KEY: "id clinic_id patient_id question_id",
        K.CONTACT: "phone_number_id provider_id",
        K.ANSWER: "reading_kind reading_value reading_rule effect",
        K.WORDS: "body_sealed media_count",
        K.CARE: "source received_at redacted_at",
    },
    "staff_notice": {
        K.KEY: "id clinic_id receiver_id patient_id referral_id referral_version staff_phone_id message_id",
        K.CARE: "template at",
    },
    "staff_text": {
        K.KEY: "id staff_phone_id referral_id",
        K.CONTACT: "phone_number_id provider_id",
        K.WORDS: "body_sealed",
        K.CARE: "source reading effect received_at redacted_at",
    },
    "to_do": {
        K.KEY: "id clinic_id patient_id subject_id version",
        K.CARE: "reason subject_kind urgent due_at created_at done_at",
        K.WORDS: "note_sealed outcome_sealed",
        K.STAFF: "owner_person_id deputy_person_id covers_for_person_id done_by",
        K.TECHNICAL: "dedupe_key",
    },
    "contact_plan": {
        K.KEY: "id clinic_id patient_id to_do_id subject_id version",
        K.CARE: "subject_kind channel at created_at settled_at taken_back",
        K.WORDS: "note_sealed",
        K.STAFF: "owner_person_id planned_by",
    },
    "hand_over": {
        K.KEY: "id clinic_id patient_id filling_id to_do_id contact_plan_id",
        K.CARE: "at",
        K.WORDS: "note_sealed",
        K.STAFF: "from_person_id to_person_id by",
    },
    "household_member": {K.KEY: "id clinic_id patient_id household_id", K.CARE: "added_at", K.STAFF: "added_by"},
    "contact_attempt": {
        K.KEY: "id clinic_id patient_id to_do_id",
        K.CARE: "channel reached minutes at",
        K.IDENTITY: "language",
        K.WORDS: "interpreter_sealed note_sealed",
        K.STAFF: "by",
    },
    "legal_hold": {
        K.KEY: "id clinic_id patient_id",
        K.CARE: "placed_at confirmed_at lift_asked_at lifted_at",
        K.WORDS: "reason_sealed lift_reason_sealed",
        K.STAFF: "placed_by confirmed_by lift_asked_by lifted_by",
    },
    "erasure": {
        K.KEY: "id clinic_id patient_id",
        K.AUDIT: "erased_at hold_checked_at replayed_at reason_sealed",
        K.STAFF: "erased_by",
        K.TECHNICAL: "listed_at compacted_at",
    },
    "break_glass": {
        K.KEY: "id clinic_id",
        K.AUDIT: "reason_sealed opened_at ended_at ended_how until reviewed_at finding finding_words_sealed",
        K.STAFF: "person_id membership_id reviewed_by",
    },
    "legal_demand": {
        K.KEY: "id clinic_id about_patient_id version",
        K.AUDIT: "demander demander_name_sealed kind received_on due_on asked_sealed reference_sealed about state "
        "recorded_at",
        K.STAFF: "recorded_by",
    },
    "legal_demand_step": {
        K.KEY: "id clinic_id demand_id",
        K.AUDIT: "step words_sealed done_on handed_over_sealed untold_until at",
        K.STAFF: "person_id",
    },
    "audit_seal": {K.AUDIT: "chain number event_id form hash sealed_at"},
    "audit_event": {
        K.AUDIT: "id at kind actor person_id membership_id clinic_id patient_id subject_kind subject_id place "
        "request_id note_sealed detail",
    },
}
