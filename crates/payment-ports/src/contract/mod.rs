//! What every store must do, as functions that run against any of them.
//!
//! Each function is one rule, takes an empty store of its own, and panics if the rule is broken.
//! [`store_contract!`](crate::store_contract) makes a test of each.
//!
//! What the documentation of the traits leaves open, and the rules settle:
//!
//! - A claim holds while its lease lasts, and after that until somebody else claims the row. It is
//!   free again at `until`, not after it.
//! - Text is compared byte by byte: case, accents and spaces at the end count.

mod apply;
mod attempt_checks;
mod attempts;
mod audit;
mod backlog;
mod concurrently;
mod deliveries;
mod delivery_order;
mod directory;
mod event_order;
mod events;
mod given;
mod inbox;
mod listing;
mod payments;
mod queue_races;
mod queues;
mod records;
mod recoveries;
mod sessions;
mod taking_up;
mod transactions;
mod webhook_lists;

/// Re-exports the rules, and lists them once for [`store_contract!`](crate::store_contract).
macro_rules! rules {
    ($dollar:tt $($module:ident { $($rule:ident)+ })+) => {
        $(pub use $module::{$($rule),+};)+

        /// Makes one test of every rule of the contract.
        ///
        /// `with_store` is an `async fn(impl AsyncFnOnce(&Arc<dyn Store>))` that runs a test on an
        /// empty store of its own.
        #[macro_export]
        macro_rules! store_contract {
            ($dollar with_store:path) => {
                $($(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $rule() {
                        $dollar with_store($crate::contract::$rule).await;
                    }
                )+)+
            };
        }
    };
}

rules! {
    $
    apply {
        no_changes_are_applied_without_complaint
        changes_are_written_in_order
        the_first_guard_that_fails_is_named
        the_begin_of_an_operation_is_written_as_one
        a_late_conflict_takes_every_change_back
        concurrent_changes_of_different_rows_all_succeed
        concurrent_changes_in_opposite_orders_end_with_one_winner
    }
    payments {
        a_payment_keeps_every_field
        a_payment_without_details_stays_without
        empty_text_is_not_absent_text
        payments_keep_every_status_and_capture_method
        payments_keep_the_largest_amount_of_every_currency
        payments_keep_what_is_pending
        an_update_writes_every_field_that_may_change
        a_payment_is_inserted_once
        a_payment_update_of_another_version_conflicts
        a_payment_that_is_not_there_cannot_be_updated
        one_of_many_concurrent_payment_updates_wins
        a_payment_is_there_for_its_merchant_and_mode_only
        merchants_that_differ_in_case_share_nothing
        a_load_brings_payment_and_record_together
    }
    listing {
        payments_are_listed_newest_first
        a_page_begins_after_the_payment_before_it
        a_merchant_lists_its_own_payments_of_one_mode
        payments_are_listed_by_status
        payments_are_listed_by_the_exact_order_id
        payments_are_listed_by_provider
        payments_are_listed_from_a_time_to_just_before_another
        a_listed_payment_matches_every_part_of_the_filter
    }
    attempts {
        an_attempt_keeps_every_field
        attempts_keep_every_instruction
        attempts_keep_every_state
        attempts_keep_every_decline
        an_attempt_update_writes_what_came_of_it
        an_open_attempt_may_be_updated_and_stay_open
        an_attempt_is_inserted_once
        an_attempt_update_from_another_state_conflicts
        an_attempt_update_conflicts_once_somebody_claimed_it
        an_attempt_that_is_not_there_cannot_be_updated
        one_of_many_concurrent_attempt_updates_wins
        attempts_of_a_payment_are_read_oldest_first
        an_attempt_is_loaded_with_its_payment_and_record
        an_attempt_without_a_key_is_loaded_without_a_record
        an_attempt_outlives_its_record
        a_confirming_attempt_is_loaded_with_its_session
        an_unknown_attempt_is_not_there
    }
    attempt_checks {
        an_abandoned_attempt_is_watched_like_an_open_one
        attempts_for_review_are_read_oldest_first
        an_open_attempt_is_claimed_when_its_check_is_due
        a_claim_counts_the_check_and_moves_the_next_one_to_its_end
        attempts_that_are_not_open_are_never_claimed
        an_open_attempt_without_a_next_check_is_never_claimed
        the_longest_overdue_attempts_are_claimed_first
        two_workers_never_get_the_same_attempt
    }
    taking_up {
        what_a_dead_process_claimed_is_due_at_once
        attempts_that_wait_are_due_at_once
        requests_that_a_dead_process_worked_on_may_be_taken_over
        taking_up_changes_nothing_that_has_ended
    }
    transactions {
        a_transaction_keeps_every_field
        transactions_of_a_payment_are_read_oldest_first
        a_transaction_is_inserted_once
    }
    sessions {
        a_session_keeps_every_field
        sessions_keep_every_status
        a_session_keeps_the_ends_of_the_id_range
        a_session_update_writes_status_and_wrong_codes
        a_session_is_inserted_once
        a_session_update_of_another_version_conflicts
        a_session_that_is_not_there_cannot_be_updated
        one_of_many_concurrent_session_updates_wins
        a_session_is_loaded_with_its_payment_and_attempt
        an_unknown_session_is_not_there
        sessions_of_a_payment_are_read_oldest_first
        pending_sessions_are_overdue_once_their_time_is_over
        sessions_that_are_not_pending_are_never_overdue
        the_longest_overdue_sessions_come_first
    }
    records {
        a_record_keeps_every_field
        a_record_may_be_final_from_the_start
        records_differ_by_every_byte_of_their_scope
        a_load_without_a_scope_brings_no_record
        a_scope_has_one_record
        one_of_many_concurrent_records_of_a_scope_wins
        a_completed_record_keeps_its_answer
        a_final_record_changes_no_more
        a_record_that_is_not_there_cannot_be_changed
        a_deleted_record_makes_room_for_another
        a_record_is_taken_over_from_the_exact_lease_only
        one_of_many_concurrent_take_overs_wins
        final_records_are_forgotten_when_they_expire
        records_in_progress_are_never_forgotten
        at_most_so_many_records_are_forgotten_at_once
    }
    events {
        an_event_keeps_every_field
        an_endpoint_has_events_of_its_own
        events_of_a_payment_are_read_by_sequence
        a_payment_has_one_event_of_a_sequence
        one_of_many_concurrent_events_of_a_sequence_wins
        a_new_event_is_claimed_as_it_was_written
        a_claimed_event_is_due_again_when_the_lease_ends
        a_worker_cannot_claim_its_own_claimed_event_again
        a_finished_event_is_never_claimed_again
        an_event_is_finished_once
        an_event_that_was_not_claimed_cannot_be_finished
        a_worker_whose_event_was_taken_over_cannot_finish_it
        a_conflict_does_not_finish_the_events_before_it
        released_events_are_due_at_once
        a_release_does_not_bring_finished_events_back
    }
    event_order {
        the_oldest_events_are_claimed_first
        events_of_a_payment_are_claimed_in_order
        an_event_waits_until_those_before_it_are_finished
        an_event_does_not_wait_for_other_payments
        blocked_events_leave_room_for_others
        a_clock_that_went_back_does_not_change_the_order
        an_expired_claim_is_taken_over_from_the_first_event_on
        two_workers_never_get_the_same_event
        two_workers_never_share_a_payment
    }
    deliveries {
        a_delivery_keeps_every_field
        deliveries_keep_every_trigger
        an_endpoint_has_one_delivery_of_an_event
        a_delivery_to_an_endpoint_that_is_gone_ends
        a_delivery_is_due_at_its_retry_time
        deliveries_without_a_retry_time_are_never_due
        ended_deliveries_are_never_due
        a_delivery_update_writes_every_field_that_may_change
        a_delivery_that_has_come_farther_is_not_updated
        a_delivery_that_is_not_there_cannot_be_updated
        the_history_of_a_delivery_is_written_with_it
        a_deleted_endpoint_ends_its_open_deliveries
    }
    delivery_order {
        the_longest_due_deliveries_come_first
        a_first_try_waits_for_earlier_first_tries
        a_first_try_waits_for_an_earlier_one_that_is_not_due
        a_first_try_waits_for_no_other_endpoint_or_payment
        a_retry_waits_for_nothing
        an_ordered_endpoint_waits_for_what_is_tried_again
    }
    queue_races {
        nothing_is_missed_while_others_add
    }
    queues {
        a_claimed_queue_comes_with_its_endpoint
        a_queue_is_due_when_its_next_delivery_is
        the_queues_that_wait_longest_are_claimed_first
        a_claimed_queue_is_due_again_when_the_lease_ends
        a_released_queue_is_due_with_its_next_delivery
        a_released_queue_is_not_due_for_what_must_wait
        a_delivery_that_is_added_during_a_claim_is_not_missed
        an_empty_queue_is_not_due
        a_reopened_delivery_makes_its_queue_due
        the_state_of_a_queue_is_kept
        a_disabled_endpoints_queue_is_due_no_more_until_it_is_resumed
        an_endpoint_that_is_not_there_has_no_queue
        a_claim_cannot_be_ended_by_an_earlier_one_of_the_same_worker
        a_resumed_queue_is_taken_from_whoever_has_it
        released_queues_are_due_at_once
        two_workers_never_get_the_same_queue
    }
    webhook_lists {
        events_are_listed_newest_first
        a_page_of_events_begins_after_the_event_before_it
        a_merchant_lists_its_own_events_of_one_mode
        a_listed_event_matches_every_part_of_the_filter
        deliveries_of_the_newest_event_are_listed_first
        a_page_of_deliveries_begins_after_the_delivery_before_it
        a_merchant_lists_its_own_deliveries_of_one_mode
        a_listed_delivery_matches_every_part_of_the_filter
        tries_keep_every_field_and_are_read_by_delivery_and_number
    }
    recoveries {
        a_recovery_keeps_every_field
        a_recovery_is_inserted_once
        a_recovery_update_writes_how_far_it_has_come
        a_recovery_update_of_another_version_conflicts
        one_of_many_concurrent_recovery_updates_wins
        recoveries_of_an_endpoint_are_read_newest_first
        complete_recoveries_are_not_open
        a_recovery_looks_at_events_in_the_order_of_time
        a_recovery_looks_at_events_of_its_time_only
        a_recovery_looks_at_events_of_its_merchant_and_mode_only
    }
    inbox {
        a_notice_keeps_every_field
        a_provider_has_one_notice_of_an_event
        one_of_many_concurrent_notices_of_an_event_is_kept
        a_notice_is_due_at_its_next_try
        the_longest_due_notices_are_claimed_first
        a_notice_that_has_its_end_is_never_claimed_again
        a_notice_that_is_put_off_is_due_later
        a_worker_whose_notice_was_taken_over_cannot_update_it
        two_workers_never_get_the_same_notice
        notices_that_a_dead_process_claimed_are_due_at_once
        attempts_are_found_by_what_their_provider_calls_them
    }
    audit {
        an_audit_entry_keeps_every_field
        an_audit_entry_is_inserted_once
        audit_entries_of_a_subject_are_read_oldest_first
    }
    directory {
        a_store_answers_a_ping
        a_merchant_keeps_every_field
        merchants_are_found_by_their_exact_id
        a_merchant_is_inserted_once
        an_api_key_keeps_every_field
        api_keys_are_found_by_their_exact_id
        an_api_key_is_inserted_once
        an_endpoint_keeps_every_field
        endpoints_are_listed_oldest_first
        an_endpoint_is_there_for_its_merchant_and_mode_only
        an_endpoint_is_inserted_once
        a_deleted_endpoint_is_gone
        an_endpoint_is_deleted_by_its_merchant_and_mode_only
        endpoints_keep_every_reason_for_being_disabled
        an_endpoint_update_writes_every_field_that_may_change
        an_endpoint_update_of_another_version_conflicts
    }
    backlog {
        an_empty_store_has_no_backlog
        events_wait_until_they_are_finished
        deliveries_wait_until_they_have_ended
        attempts_are_counted_by_what_they_wait_for
    }
}
