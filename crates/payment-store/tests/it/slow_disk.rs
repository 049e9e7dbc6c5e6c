//! The tool that makes a disk slow, on which group commit is measured.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const TOOL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/slow-disk/slow-disk");

#[test]
#[expect(clippy::disallowed_methods, reason = "it is about time on a real clock")]
fn a_slow_disk_makes_every_sync_wait() {
    if Command::new("cc").arg("--version").stdout(Stdio::null()).status().is_err() {
        writeln!(std::io::stderr(), "skipped: there is no C compiler").unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = format!("of={}", folder.path().join("file").display());
    let start = Instant::now();
    let copied = Command::new(TOOL)
        .args(["200", "dd", "if=/dev/zero", "count=1", "conv=fdatasync", &file])
        .env("SLOW_DISK_FOLDER", folder.path())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(copied.success());
    assert!(start.elapsed() >= Duration::from_millis(200), "it took {:?}", start.elapsed());
}
