//! docs/webhooks.md says what is so.

use std::{fs, path::Path, time::Duration};

use payment_core::{event::EventKind, retry::RetrySchedule};

fn page() -> String {
    fs::read_to_string(docs().join("webhooks.md")).unwrap()
}

fn docs() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))
}

#[test]
fn the_receivers_of_the_page_are_those_that_are_tested() {
    for (language, file) in [
        ("js", "receiver.mjs"),
        ("java", "Receiver.java"),
        ("python", "receiver.py"),
        ("rust", "receiver.rs"),
    ] {
        let code = fs::read_to_string(docs().join("examples").join(file)).unwrap();
        let block = format!("```{language}\n{code}```\n");
        assert!(page().contains(&block), "copy docs/examples/{file} into docs/webhooks.md");
    }
}

#[test]
fn the_page_tells_of_every_event() {
    for kind in EventKind::ALL {
        let row = format!("\n| `{kind}` | `{}` | ", kind.dotted());
        assert!(page().contains(&row), "{row}");
    }
}

#[test]
fn the_page_tells_when_an_event_is_tried() {
    let schedule = RetrySchedule::webhooks();
    let waits: Vec<_> = (0..).map_while(|tries| schedule.delay_after(tries)).collect();
    let minutes = |count| Duration::from_mins(count);
    let told = [minutes(0), Duration::from_secs(30), minutes(2), minutes(10)];
    let hours = [1, 2, 5, 10, 14, 20, 24].map(Duration::from_hours);
    assert_eq!(waits, [&told[..], &hours[..]].concat());
    let words = page().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("30 seconds, 2 minutes, 10 minutes, 1 hour, 2, 5, 10, 14, 20 and 24 hours")
    );
}
