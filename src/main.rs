//! The binary `modelmeter`: hands its arguments to [`modelmeter::cli`].

/// A report makes and drops half a million short lists on two threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    modelmeter::cli::main()
}
