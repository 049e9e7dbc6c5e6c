//! Ids and randomness of this machine.

use payment_ports::ids::Ids;
use uuid::Uuid;

/// The system's source of randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one real implementation")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the port's one real implementation")]
    #[expect(clippy::expect_used, reason = "nothing is safe to do without randomness")]
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the system's source of randomness");
        bytes
    }
}
