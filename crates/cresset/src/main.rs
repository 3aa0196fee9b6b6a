//! Cresset: a certified FHIR R4 + SMART API server in one binary.
//!
//! This is where the outside world comes in: arguments, environment, files, the real clock, real
//! randomness, signals, the terminal. Each command is one file under `commands`; what they do is
//! done by the rooms below. Start with [`commands`].

mod clusters;
mod commands;
mod data;
mod failure;
mod files;
mod indexing;
mod journal;
mod log;
mod mail;
mod output;
mod packages;
mod platform;
mod progress;
mod settings;
mod shutdown;
mod surroundings;

use std::process::ExitCode;

use clap::Parser;

/// Answers are many small allocations on few threads, and an import leaves memory that should go
/// back to the system: glibc's allocator is slower at the first and keeps the second.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = commands::Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(failure) => {
            output::failure(&failure);
            failure.exit_code()
        }
    }
}
