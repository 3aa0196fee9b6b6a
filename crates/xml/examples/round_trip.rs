//! `cargo run --package cresset-xml --example round_trip -- FOLDER`: puts every JSON resource of a
//! folder, such as an unpacked package of examples, through XML and says what does not come back.
#![expect(clippy::print_stdout, reason = "a command prints its report")]

#[path = "../tests/xml/same.rs"]
mod same;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        println!("name a folder of JSON resources");
        return ExitCode::FAILURE;
    };
    match every(Path::new(&folder)) {
        Ok((good, 0)) => {
            println!("{good} resources came back the same");
            ExitCode::SUCCESS
        }
        Ok((good, bad)) => {
            println!("{good} resources came back the same, {bad} did not");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn every(folder: &Path) -> std::io::Result<(u32, u32)> {
    let (mut good, mut bad) = (0, 0);
    for entry in std::fs::read_dir(folder)? {
        let file = entry?.path();
        if file.extension().is_none_or(|e| e != "json") || file.ends_with("package.json") {
            continue;
        }
        match same::there_and_back(&std::fs::read(&file)?) {
            Ok(()) => good += 1,
            Err(difference) => {
                bad += 1;
                println!("{}: {difference}", file.display());
            }
        }
    }
    Ok((good, bad))
}
