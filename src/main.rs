//! The `baton` binary; everything is in the library.

use std::process::ExitCode;

// Its feature `no_thp` leaves huge pages alone: with them 300,000 services took 30 MiB more, and no answer came
// sooner.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    baton::cli::main()
}
