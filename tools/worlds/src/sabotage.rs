//! Protocols that are broken on purpose, to show that the judge sees it.

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sabotage {
    /// Nothing.
    None,
    /// T1 is acknowledged at once and durable only with the next write of its process.
    CallBeforeRecord,
    /// "I do not know that reference" is told as a decline.
    NotFoundIsDeclined,
    /// The provider is said to repeat its answers, and does it twice.
    NoDeduplication,
    /// Nobody watches what was given up.
    NoWatch,
    /// Events are not written.
    EventsLost,
    /// Transactions are not written.
    TransactionsLost,
    /// Final answers are not kept.
    AnswersLost,
    /// Events are ended without deliveries.
    DeliveriesLost,
    /// The guards of attempts are not looked at.
    EndsOverwritten,
    /// Notices of the provider are given up at the first look.
    NoticesGivenUp,
}
