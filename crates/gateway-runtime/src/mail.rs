//! Letters to merchants, as long as there is no mail server to hand them to.

use async_trait::async_trait;
use payment_ports::mail::{Mail, MailError, Mailer};

/// Writes letters into the log, for the operator to pass on.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogMailer;

#[async_trait]
impl Mailer for LogMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let Mail { to, subject, text } = mail;
        tracing::warn!(merchant = %to, subject, text, "a letter for a merchant");
        Ok(())
    }
}
