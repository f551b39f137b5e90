//! The binary `modelmeter`: hands its arguments to [`modelmeter::cli`].

fn main() -> std::process::ExitCode {
    modelmeter::cli::main()
}
