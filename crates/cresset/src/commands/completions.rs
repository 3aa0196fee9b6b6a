//! `cresset completions`

use std::io;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Cli;

/// Print a script that completes commands and flags in your shell.
#[derive(Args)]
#[command(after_help = "Examples:
  cresset completions bash > ~/.local/share/bash-completion/completions/cresset
  cresset completions zsh > ~/.zfunc/_cresset
  cresset completions fish > ~/.config/fish/completions/cresset.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> ExitCode {
        generate(
            self.shell,
            &mut Cli::command(),
            "cresset",
            &mut io::stdout(),
        );
        ExitCode::SUCCESS
    }
}
