//! What a process does of all that there is to do.

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Role {
    /// Harvests and serves.
    #[default]
    All,
    /// Harvests, and answers whoever asks how it is doing.
    Harvest,
    /// Serves, and writes nothing.
    Api,
}

impl Role {
    /// Tells whether it harvests.
    pub fn harvests(self) -> bool {
        self != Self::Api
    }
}
