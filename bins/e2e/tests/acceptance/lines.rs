//! Every line of the contract, and the tests that prove it.

/// The line; its cell of the table, or its paragraph; the tests.
const LINES: &[(&str, &[&str])] = &[
    (
        "no JavaScript needed; script under 8 KB",
        &["the_script_is_under_8_kb_and_the_only_one", "every_state_is_fine_in_a_browser"],
    ),
    (
        "zero requests to another origin, system fonts, light and dark",
        &["nothing_is_asked_of_anybody_and_light_and_dark_are_in_the_style", "every_state_is_fine_in_a_browser"],
    ),
    ("WCAG 2.2 AA, 320 px wide without sideways scrolling", &["every_state_is_fine_in_a_browser"]),
    ("status = icon + word + colour", &["a_status_is_an_icon_a_word_and_a_colour"]),
    ("strict CSP, nosniff, Referrer-Policy", &["the_headers_allow_nothing_but_the_pages_own_style_and_script"]),
    (
        "polling every 30 s, paused when hidden, Pause, Reload",
        &[
            "polling_is_by_script_and_without_it_there_is_a_reload_link",
            "polling_keeps_what_is_open_and_says_when_nobody_answers",
        ],
    ),
    (
        "sub-path",
        &[
            "at_the_root_under_the_proxy_path_and_under_any_other_the_same_page_with_links_that_lead_back",
            "the_page_is_under_the_proxy_path_too_where_it_is_mounted",
        ],
    ),
    (
        "only relative URLs, one path level, state in the query",
        &["every_link_of_every_state_is_relative_and_one_level_deep", "every_link_is_relative_and_one_level_deep"],
    ),
    (
        "weak ETag, never brotli",
        &[
            "the_page_has_a_weak_tag_and_is_gzipped_and_never_anything_else",
            "a_page_that_has_not_changed_is_not_sent_again",
        ],
    ),
    ("no route but GET and HEAD", &["the_page_answers_get_and_head_and_nothing_else"]),
    (
        "hostile names and notes as text",
        &["hostile_names_versions_events_notes_and_notices_are_text", "hostile_names_and_tags_are_shown_as_text"],
    ),
    (
        "header: shows",
        &["it_names_the_product_the_namespace_the_agent_the_train_the_cluster_and_the_age_of_what_is_known"],
    ),
    (
        "header: empty",
        &[
            "an_id_that_may_not_be_read_is_unknown_and_the_page_says_why",
            "the_id_is_not_created_yet_only_if_the_cluster_has_none",
        ],
    ),
    ("header: stale", &["the_age_is_amber_past_two_polls_and_red_past_a_week", "where_nothing_was_checked_it_says_so"]),
    (
        "banner: full width, first, not dismissable",
        &["it_is_the_first_of_the_page_over_its_whole_width_and_cannot_be_dismissed"],
    ),
    (
        "banner: security and major releases worded apart",
        &[
            "a_flaw_is_worded_apart_in_the_banner_and_in_the_row_while_all_is_current",
            "a_major_release_is_worded_apart",
        ],
    ),
    (
        "banner: shows",
        &[
            "it_counts_and_names_what_is_out_of_date",
            "what_it_names_leads_to_the_notes",
            "a_major_release_is_worded_apart",
        ],
    ),
    ("banner: empty", &["all_current_is_one_quiet_line", "where_nothing_is_installed_nothing_is_called_current"]),
    (
        "banner: error, stale, off",
        &[
            "what_is_stale_begins_with_unknown_the_age_and_the_failure",
            "what_was_never_learnt_is_unknown_with_the_failure",
            "off_is_said_with_the_setting_that_does_it",
        ],
    ),
    (
        "notices: shows, empty",
        &[
            "notices_stand_below_it_newest_first_and_where_there_is_none_there_is_nothing",
            "notices_that_concern_what_is_installed_are_shown_newest_first",
        ],
    ),
    (
        "tiles: show",
        &[
            "the_five_add_up_to_the_components",
            "each_is_a_link_to_the_rows_that_it_counts",
            "two_workloads_of_one_name_are_one_component",
        ],
    ),
    ("tiles: empty", &["what_was_seen_not_to_be_is_a_zero"]),
    ("tiles: error", &["what_could_not_be_told_is_a_question_mark_and_never_a_zero"]),
    (
        "filter: shows",
        &[
            "the_filter_is_a_get_form_of_text_status_and_kind_that_shows_what_it_was_asked",
            "how_many_match_stands_in_a_live_region",
        ],
    ),
    ("filter: empty", &["where_none_matches_it_says_so_and_clears"]),
    (
        "components: show",
        &[
            "a_row_says_status_name_kind_versions_lag_image_pods_and_age",
            "its_details_have_the_pods_with_restarts_and_the_reasons",
            "its_details_have_an_upgrade_line_and_say_where_an_annotation_must_follow",
        ],
    ),
    (
        "components: empty",
        &[
            "an_empty_namespace_says_what_was_looked_for_and_the_command",
            "before_the_first_look_it_says_that_nothing_was_seen_and_the_command",
        ],
    ),
    (
        "components: error",
        &[
            "a_missing_permission_is_named_by_verb_and_resource_with_the_command_that_checks_it",
            "rows_that_cannot_be_read_any_more_are_kept_grey_and_with_their_age",
            "when_nothing_can_be_read_any_more_every_row_is_grey_and_the_page_says_since_when",
        ],
    ),
    (
        "components: health",
        &[
            "sixteen_troubles_have_their_reasons_everywhere",
            "five_thousand_pods_in_one_trouble_are_one_line",
            "often_restarted_is_a_remark_and_scaled_to_zero_is_stopped",
        ],
    ),
    (
        "the namespace itself",
        &[
            "a_namespace_that_is_being_deleted_is_the_first_thing_said",
            "a_namespace_that_does_not_exist_is_one_sentence_and_nothing_is_missing_in_it",
        ],
    ),
    (
        "a cluster that cannot be read",
        &[
            "a_cluster_that_cannot_be_read_is_stale_everywhere_and_alarms",
            "a_resource_that_cannot_be_read_has_its_own_numbers",
        ],
    ),
    (
        "missing: shows",
        &[
            "what_is_expected_and_absent_is_listed_as_missing",
            "what_is_rightly_absent_is_listed_with_its_reason",
            "a_component_that_another_kind_runs_names_its_pod",
        ],
    ),
    ("missing: empty", &["nothing_missing_is_said"]),
    ("missing: error", &["what_could_not_be_looked_for_is_not_called_missing"]),
    ("missing: no list for this release", &["a_version_that_cannot_be_told_names_the_annotation_of_the_product"]),
    (
        "resources: show",
        &[
            "every_kind_is_there_with_its_number_and_its_objects",
            "what_is_not_ready_is_first_and_restarts_are_said",
            "nodes_in_trouble_are_named_first",
        ],
    ),
    ("resources: empty", &["a_kind_without_objects_says_none"]),
    (
        "resources: error",
        &[
            "a_kind_that_cannot_be_read_says_its_error_and_the_rest_is_drawn",
            "a_kind_that_cannot_be_read_any_more_is_as_it_was_with_its_age",
        ],
    ),
    (
        "self-checks: show",
        &[
            "the_agent_checks_the_api_the_versions_the_identity_and_the_clock",
            "a_namespace_that_may_not_be_read_is_named_in_the_self_checks",
        ],
    ),
    (
        "self-checks: error",
        &["what_does_not_work_is_a_crossed_line_with_a_hint", "self_checks_say_what_does_not_work_and_what_to_do"],
    ),
    (
        "data sharing: shows",
        &[
            "it_says_whether_where_to_and_how_to_change_it",
            "it_says_when_each_was_sent_last",
            "it_shows_the_bytes_that_would_be_sent_and_those_that_were",
            "where_no_bytes_can_be_made_it_says_why",
            "what_the_page_shows_as_sent_is_what_was_previewed",
        ],
    ),
    ("data sharing: empty", &["where_nothing_was_sent_it_says_so_and_since_when_that_is_known"]),
    ("data sharing: error", &["the_last_error_is_said"]),
    (
        "footer",
        &[
            "the_footer_leads_to_the_data_and_names_the_docs_and_the_build",
            "every_path_that_is_described_is_there_and_the_footer_leads_to_it",
        ],
    ),
    (
        "five states",
        &["each_of_the_five_is_itself_alone", "where_it_cannot_be_told_no_row_is_called_current_or_outdated"],
    ),
];

const SOURCES: &str = concat!(
    include_str!("banner.rs"),
    include_str!("components.rs"),
    include_str!("frame.rs"),
    include_str!("header.rs"),
    include_str!("resources.rs"),
    include_str!("sharing.rs"),
    include_str!("states.rs"),
    include_str!("tiles.rs"),
    include_str!("troubles.rs"),
);

const OTHERS: [&str; 7] = [
    include_str!("../catalog.rs"),
    include_str!("../../../agent/src/page/tests/freshness.rs"),
    include_str!("../browser.rs"),
    include_str!("../data.rs"),
    include_str!("../page.rs"),
    include_str!("../sharing.rs"),
    include_str!("../../../agent/src/page/tests.rs"),
];

#[test]
fn every_line_has_a_test_and_every_test_here_has_a_line() {
    let is_there = |test: &str| {
        let header = format!("fn {test}()");
        SOURCES.contains(&header) || OTHERS.iter().any(|source| source.contains(&header))
    };
    for (line, tests) in LINES {
        assert!(!tests.is_empty(), "{line}");
        for test in *tests {
            assert!(is_there(test), "{line}: there is no test {test}");
        }
    }
    for test in SOURCES.split("#[tokio::test]\nasync fn ").skip(1).map(|rest| rest.split('(').next().unwrap()) {
        assert!(LINES.iter().any(|(_, tests)| tests.contains(&test)), "{test} proves no line");
    }
}
