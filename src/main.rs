//! The binary `modelmeter`: hands its arguments to [`modelmeter::cli`].
//!
//! A report makes and drops half a million short lists on two threads, for which it brings an allocator of its own. Where
//! that takes the place of the C library's (see `Cargo.toml`), it has to be linked and nothing else; elsewhere it is named.

#[cfg(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static")))]
use mimalloc as _;

#[cfg(not(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static"))))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    modelmeter::cli::main()
}
