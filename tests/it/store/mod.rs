//! What every store promises, asked of all of them: in memory, on disk, and on a server.

mod concurrency;
mod feeds;
mod leases;
mod pages;
mod roots;
mod services;
mod subject;

use std::sync::Arc;

use baton::store;
use chrono::TimeDelta;

use self::subject::Subject;
use self::subject::noon;
use self::subject::series;

/// Asks the same of every store. A server is started once for all that is asked of it.
macro_rules! promises {
    ($($module:ident { $($promise:ident,)* })*) => {
        mod sqlite_in_memory {
            $($(#[tokio::test]
            async fn $promise() {
                super::$module::$promise(&super::Subject::sqlite_in_memory().await).await;
            })*)*
        }
        mod sqlite_on_disk {
            $($(#[tokio::test]
            async fn $promise() {
                super::$module::$promise(&super::Subject::sqlite_on_disk().await).await;
            })*)*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $module() {
                $(eprintln!("{}", stringify!($promise));
                super::$module::$promise(&super::Subject::postgres().await).await;)*
            })*
        }
    };
}

promises! {
    pages {
        a_page_and_its_cursor_are_kept_together,
        the_same_page_again_changes_nothing,
        an_item_may_become_something_else,
        a_deleted_item_is_gone,
        what_cannot_be_used_leaves_what_is_stored,
        names_may_be_long_and_odd,
        a_resync_drops_what_it_did_not_find_again,
        a_resync_keeps_what_it_found_of_either_kind,
        a_change_of_licence_has_everything_looked_at_again,
        slots_say_nothing_of_series_without_sessions,
        sessions_say_something_again_once_there_are_some_again,
        only_what_is_of_a_series_was_a_session_before_that_was_kept,
        the_end_of_the_last_feed_has_those_looked_at_again_that_waited_for_it,
    }
    roots {
        a_changed_item_marks_all_that_takes_values_from_it,
        a_bundle_holds_all_that_belongs_to_a_root,
        a_root_has_the_time_of_what_was_written_a_moment_ago,
        courts_are_claimed_and_bring_their_slots,
        what_may_not_be_served_is_as_if_it_were_not_there,
        a_feed_that_states_a_licence_marks_what_its_items_reach,
        what_is_marked_again_meanwhile_stays_on_the_list,
        a_root_that_delegates_marks_those_that_stand_in_for_it,
        roots_are_told_one_after_the_other,
        what_is_due_is_woken,
        a_clock_put_back_has_everything_looked_at_again,
        folded_roots_know_each_other,
    }
    services {
        each_change_has_a_number_and_none_is_left_out,
        what_is_the_same_makes_no_change,
        what_is_the_same_is_not_written_again,
        what_the_index_says_else_is_a_change_of_the_same_time,
        a_time_of_change_never_goes_backwards,
        what_was_published_nobody_knows_when_is_as_young_as_its_content,
        a_service_that_is_gone_leaves_a_tombstone_for_a_while,
        a_service_about_to_be_lost_waits_to_be_judged,
        what_comes_with_a_loss_makes_up_for_nothing,
        occurrences_without_a_parent_are_counted,
        past_occurrences_are_dropped_but_for_the_last,
        findings_of_services_are_counted_with_their_feed,
        services_are_told_in_the_order_of_their_ids,
        what_the_feeds_of_a_publisher_came_to_is_told,
    }
    feeds {
        feeds_are_as_configured,
        a_feed_that_is_given_up_has_its_roots_looked_at_again,
        what_becomes_of_a_feed_is_remembered,
        documents_are_kept_by_name,
        the_last_days_of_a_publisher_are_kept,
        nothing_is_forgotten_when_a_store_is_opened_again,
    }
    leases {
        work_is_shared_evenly,
        who_lost_a_lease_can_write_no_more,
        a_feed_that_is_given_up_is_nobodys,
    }
    concurrency {
        pages_written_side_by_side_lose_nothing,
        a_page_that_is_given_up_is_written_whole_or_not_at_all,
        changes_become_visible_in_the_order_of_their_numbers,
        roots_folded_side_by_side_see_each_other,
    }
}

#[tokio::test]
async fn what_pages_marked_moves_from_a_server_with_what_they_saw() {
    let subject = Subject::postgres().await;
    subject.page(0, vec![series("known", "{}")]).await;
    subject.clean().await;
    subject.page(0, vec![series("waits", "{}"), series("waits too", "{}")]).await;
    let folder = tempfile::TempDir::new().unwrap();
    let to = format!("sqlite:{}", folder.path().join("baton.db").display());
    store::copy(subject.url(), &to, &Arc::default()).await.unwrap();

    let moved = store::open(&to).await.unwrap();
    let roots = moved.dirty(10).await.unwrap();
    let bundles = moved.bundles(roots).await.unwrap();
    let seen: Vec<_> = bundles.iter().map(|b| (b.key.as_str(), b.modified)).collect();
    let modified = Some(noon() - TimeDelta::days(1));
    assert_eq!(seen, [("waits", modified), ("waits too", modified)]);
}
