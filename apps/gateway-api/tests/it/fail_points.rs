//! Fail points are in test builds only.

use std::process::Stdio;

use serde_json::json;

use crate::support::program::{Place, Program};

#[tokio::test]
async fn only_a_build_with_fail_points_dies_where_it_is_told_to() {
    let place = Place::unconfigured();
    let mut command = place.program(&[]);
    command.env("FAILPOINT", "capture.t1.committed@2").stderr(Stdio::null());
    let program = Program::spawn(&mut command);
    let captured = program.client.captured().await;
    assert_eq!(program.client.status_of(&captured).await, "CAPTURED");
    let payment = program.client.authorized().await;
    let answer = program.client.try_post(&format!("{payment}/capture"), &json!({})).await;
    assert_eq!(answer.is_none(), cfg!(feature = "failpoints"));
}
