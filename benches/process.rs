//! What a user waits for: whole processes of the program, from its start to its end, and the memory that a report takes.
//!
//! `cargo bench --bench process` builds the program anew, in the place of a release, but with less optimization across
//! crates. For the one that users have: `cargo build --release && cp target/release/modelmeter target/measured &&
//! MODELMETER=target/measured cargo bench --bench process`

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn main() {
    let program = program();
    let file = program.metadata().expect("the program is there");
    println!("{}: {:.2} MB", program.display(), file.len() as f64 / 1e6);
    if let Some(peak) = peak_memory() {
        println!("a report's peak memory: {:.1} MB", peak as f64 / 1e6);
    }
    divan::main();
}

fn program() -> PathBuf {
    let named = std::env::var_os("MODELMETER");
    named.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_modelmeter")), PathBuf::from)
}

fn run(arguments: &[&str]) {
    let status = Command::new(program()).args(arguments).stdout(Stdio::null()).status();
    assert!(status.expect("the program runs").success());
}

/// Most memory that a report's process takes, in bytes, as Linux tells it. A pipe holds less than a report: the process
/// waits with all its work done until somebody reads on.
fn peak_memory() -> Option<u64> {
    let report = Command::new(program()).args(["report", "deepseek_ocr"]).stdout(Stdio::piped()).spawn();
    let mut report = report.expect("the program runs");
    let mut pipe = report.stdout.take().expect("asked for");
    pipe.read_exact(&mut [0]).expect("a report");
    let status = fs::read_to_string(format!("/proc/{}/status", report.id()));
    drop(pipe);
    report.wait().expect("it ends");
    let status = status.ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    Some(peak?.trim().parse::<u64>().ok()? * 1024)
}

/// Target: 30 ms.
#[divan::bench]
fn report() {
    run(&["report", "deepseek_ocr", "-o", concat!(env!("CARGO_TARGET_TMPDIR"), "/report.md")]);
}

/// Target: 10 ms.
#[divan::bench]
fn eval() {
    run(&["eval", "deepseek_ocr"]);
}

/// What is left where next to nothing is asked.
#[divan::bench]
fn version() {
    run(&["--version"]);
}
