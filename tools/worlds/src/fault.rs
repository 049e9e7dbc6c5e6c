//! What can go wrong, how often it shall, and how often it did.

use std::fmt;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident $text:literal $most:literal;)+) => {
        /// A kind of thing that goes wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($(#[$doc])* $name,)+
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// In words.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// In how many of a thousand cases it happens at most.
            #[must_use]
            pub const fn most_per_mille(self) -> u16 {
                match self {
                    $(Self::$name => $most,)+
                }
            }
        }
    };
}

faults! {
    /// A process dies between two steps; planned by step, not by chance.
    Crash "process crashes" 0;
    /// A process does nothing for up to two minutes; planned by step.
    Pause "process pauses" 0;
    /// The wall clock of a process jumps by up to an hour; planned by time.
    ClockJump "clock jumps" 0;
    /// The database answers nobody for a while; planned by time.
    StoreOutage "calls into a store outage" 0;
    /// One read or claim fails.
    StoreRefuses "store calls refused" 60;
    /// A COMMIT is not done, and its answer lost.
    CommitLost "commits lost unwritten" 80;
    /// A COMMIT is done, and its answer lost.
    CommitAnswerLost "commit answers lost, written" 80;
    /// The provider is not reached at all.
    NotSent "provider calls not sent" 150;
    /// The provider refuses our account unread.
    Misconfigured "provider refuses account" 60;
    /// A call never arrives; its caller waits.
    RequestLost "provider requests lost" 150;
    /// A call takes effect late, within the provider's promise.
    RequestLate "provider requests late" 200;
    /// A call takes effect later than the provider promised.
    RequestTooLate "provider requests too late" 0;
    /// A call arrives twice, by itself.
    RequestTwice "provider requests duplicated" 100;
    /// The provider did it, and its answer is lost.
    AnswerLost "provider answers lost" 150;
    /// The provider did it, and its answer comes after the gateway's patience.
    AnswerLate "provider answers late" 100;
    /// The provider did it, and hangs up or says 500.
    AnswerBroken "provider answers broken" 150;
    /// The provider says that it is still working.
    StillWorking "provider answers pending" 80;
    /// The provider refuses the card.
    Declined "provider declines" 150;
    /// A question about an attempt fails.
    QueryFails "provider queries failed" 150;
    /// The provider tells of an attempt by itself, perhaps twice.
    Notice "provider notices" 250;
    /// A client's request does not arrive.
    ClientRequestLost "client requests lost" 60;
    /// A client does not hear the answer.
    ClientAnswerLost "client answers lost" 100;
    /// A client gives up.
    ClientLeaves "clients gone" 60;
    /// A client uses a key again for something else.
    KeyReused "keys reused for another body" 30;
    /// The receiver of webhooks answers 500 or nothing.
    ReceiverFails "webhook receivers failed" 300;
    /// The receiver took a webhook, and its answer is lost.
    ReceiverAnswerLost "webhook answers lost" 150;
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How often each kind happens: per mille when it is a rate, times when it is a count.
#[derive(Clone, PartialEq, Eq)]
pub struct PerFault<T>(Vec<T>);

impl<T: Copy + Default> Default for PerFault<T> {
    fn default() -> Self {
        Self(vec![T::default(); Fault::ALL.len()])
    }
}

impl<T: Copy + Default> PerFault<T> {
    /// The value of a kind.
    #[must_use]
    pub fn of(&self, fault: Fault) -> T {
        let mut all = Fault::ALL.iter().zip(&self.0);
        all.find(|(kind, _)| **kind == fault).map(|(_, value)| *value).unwrap_or_default()
    }

    /// The value of a kind, to be changed.
    pub fn change(&mut self, fault: Fault, change: impl FnOnce(T) -> T) {
        for (kind, value) in Fault::ALL.iter().zip(&mut self.0) {
            if *kind == fault {
                *value = change(*value);
                return;
            }
        }
    }

    /// Kinds and values.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, T)> {
        Fault::ALL.iter().copied().zip(self.0.iter().copied())
    }
}

impl<T: Copy + Default + PartialEq + fmt::Debug> fmt::Debug for PerFault<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().filter(|(_, value)| *value != T::default())).finish()
    }
}
