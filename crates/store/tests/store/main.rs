//! What every store must do. A store joins with one line at the end: a name, and how to open an empty one.
//! Beside that, what only the embedded one has: files, a folder, and a process to be killed.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests, also outside of the test functions")]

mod admission;
mod blobs;
mod books;
mod control;
mod crash;
mod credential;
mod damage;
mod files;
mod folder;
mod library;
mod money;
mod operator;
mod outbox;
mod reading;
mod report;
mod steps;
mod work;
mod world;

/// Expands to one test for each case. After each, the books must be sound.
macro_rules! conformance {
    ($store:ident, $open:expr) => {
        conformance! { @ $store, $open,
            admission: [
                m2_a_hold_that_would_overdraw_is_refused_and_nothing_else_changes,
                m2_racing_submits_never_spend_a_credit_twice,
                m3_a_refused_admission_leaves_no_trace,
                m3_an_admission_is_whole,
                k2_the_same_key_and_request_is_the_same_job,
                k3_the_same_key_with_another_request_is_refused_without_effect,
                k6_a_thousand_twins_make_one_job,
                a_birth_claim_is_leased_and_has_its_attempt,
                an_account_that_does_not_exist_orders_nothing,
                k5_a_key_is_forgotten_once_its_job_is_over_for_long_enough_and_not_before,
                k5_a_forgotten_key_is_free_for_others_and_still_finds_its_own_job,
            ],
            report: [
                m9_usage_by_provider_adds_up_to_the_kept_usage_of_every_range_of_days,
                a_report_that_would_be_too_long_or_read_too_much_says_so,
                attempts_are_counted_by_how_they_ended_and_timed_by_those_with_a_result,
                jobs_are_found_by_key_provider_and_day,
                lines_of_the_log_are_found_by_what_was_done_to_what_by_whom_and_when,
            ],
            steps: [
                j5_a_late_commit_is_lost,
                j5_a_commit_after_the_lease_was_given_up_is_lost,
                j5_a_job_that_is_over_takes_no_more_commits,
                j6_events_are_numbered_without_gaps,
                m4_a_hold_is_resolved_with_the_end_of_its_job_and_once,
                m5_the_unused_rest_returns_in_the_same_transaction,
                m7_replaying_a_step_books_nothing,
                m12_costs_are_reported_per_provider_and_mode,
                u8_a_provider_job_belongs_to_one_attempt,
                a_failed_commit_leaves_no_trace_and_others_go_on,
                every_phase_and_attempt_comes_back_as_it_was_written,
                a_kept_lease_goes_on,
                the_operator_decides_without_a_lease,
                the_last_part_to_end_wakes_the_whole,
            ],
            work: [
                j8_claims_never_exceed_the_limit,
                claims_come_most_overdue_first_and_tell_the_next_due,
                a_claimed_job_is_left_alone_until_its_lease_lapses,
                renewing_lengthens_all_leases_of_a_node,
                racing_claims_share_no_job,
                o3_jobs_of_excepted_accounts_are_passed_over,
                j3_jobs_with_the_operator_are_not_claimed,
                u12_takeover_ends_foreign_leases_only,
            ],
            files: [
                s9_a_file_comes_back_as_it_was_written_and_to_its_owner_only,
                files_are_listed_newest_first_in_pages,
                an_account_keeps_as_many_bytes_as_it_may,
                s12_a_deleted_file_is_forgotten,
                the_same_content_is_found_again_and_lapses_after_its_last_use,
            ],
            control: [
                j7_a_wish_to_cancel_is_noted_and_due_now,
                j7_a_wish_to_cancel_under_a_lease_is_told_with_the_commit,
                j7_a_wish_to_cancel_reaches_the_parts,
                j7_a_job_that_is_over_cannot_be_canceled,
                s9_nobody_cancels_a_foreign_job,
                u9_a_hint_makes_a_running_job_due_and_nothing_else,
                u13_what_is_open_at_a_provider_is_known_by_job_token_and_id,
            ],
            reading: [
                jobs_are_listed_newest_first_in_pages,
                s9_foreign_jobs_are_not_there,
                events_are_read_after_a_number,
                s12_a_deleted_asset_is_forgotten,
                s6_keys_are_kept_listed_and_revoked_once,
                accounts_are_numbered_and_empty,
                the_database_answers,
            ],
            books: [
                m1_m9_balances_follow_entries,
                m2_books_of_customers_never_fall_below_zero,
                m6_refunds_stay_within_the_capture,
                m7_a_reference_is_booked_once,
                m10_holds_cannot_be_booked_beside_their_jobs,
                live_and_test_books_never_touch,
            ],
            operator: [
                every_act_of_an_operator_has_its_line_and_what_changes_nothing_has_none,
                u16_a_decision_is_taken_once_and_never_about_another_jobs_provider_job,
                jobs_of_all_accounts_are_found_by_account_mode_phase_and_model,
            ],
            credential: [
                a_credential_is_kept_version_by_version_with_its_line_in_the_log,
                a_credential_with_open_jobs_is_not_removed_unless_forced,
            ],
            money: [
                usage_counts_what_ended_and_what_was_charged_and_paid,
                usage_is_told_apart_as_asked_and_bounded,
                a_budget_bounds_what_is_spent_and_held,
                racing_submits_never_exceed_a_budget,
                a_refused_order_over_budget_leaves_no_trace_and_a_replay_is_no_order,
                a_budget_that_is_set_late_knows_what_was_before,
                days_and_months_renew_and_the_total_does_not,
                o2_an_account_has_a_bounded_number_of_jobs_open,
                o2_racing_submits_never_open_too_many_jobs,
                m6_refunds_are_numbered_bounded_and_taken_off_the_usage,
                m6_a_reference_is_refunded_once,
                a_statement_has_the_customers_entries_in_order,
                a_ledger_is_read_newest_first_in_pages,
            ],
            outbox: [
                w1_a_message_is_written_with_its_step_for_each_who_hears_it,
                w1_a_step_that_is_lost_tells_nobody,
                w1_the_same_news_is_told_once,
                w2_secrets_are_versions_that_count_on,
                w4_a_replay_wakes_what_is_over_under_the_same_id,
                w4_an_endpoint_that_is_switched_off_keeps_what_it_missed_for_a_replay,
                w6_a_long_queue_at_one_receiver_delays_no_other,
                w6_nothing_is_sent_to_a_receiver_that_rests,
                a_delivery_whose_sender_died_is_sent_again,
                callbacks_of_every_change_are_in_order_and_stale_ones_are_dropped,
                callbacks_carry_the_accounts_secret,
                s9_endpoints_and_deliveries_of_others_are_not_there,
                deliveries_are_listed_by_what_is_asked_for,
                an_account_has_a_bounded_number_of_endpoints,
                old_deliveries_are_forgotten,
            ]
        }
    };
    (@ $store:ident, $open:expr, $($topic:ident: [$($case:ident),* $(,)?]),*) => {
        mod $store {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let world = ($open)().await;
                    crate::$topic::$case(&world).await;
                    world.is_sound().await;
                }
            )*)*
        }
    };
}

conformance!(sqlite, || async { crate::world::sqlite() });
