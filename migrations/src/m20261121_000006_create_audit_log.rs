//! What people did by hand.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000006_create_audit_log",
    up: &[
        "CREATE TABLE audit_log (
            id {uuid} NOT NULL PRIMARY KEY,
            actor {text} NOT NULL,
            action VARCHAR(50) NOT NULL,
            subject VARCHAR(100) NOT NULL,
            before_state {text} NOT NULL,
            after_state {text} NOT NULL,
            reason {text} NOT NULL,
            created_at {time} NOT NULL
        ) {table}",
        "CREATE INDEX audit_log_by_subject ON audit_log (subject, created_at, id)",
    ],
};
