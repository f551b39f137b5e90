//! How much work a formula on the command line may take, and reading one from standard input.

use std::io::Read;
use std::sync::Arc;

use clap::Args;

use crate::algebra::Limits;
use crate::diagnostic::{Diagnostic, Result, Source};

/// Bounds of memory and time, for every formula that is given.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArguments {
    /// Bytes of a formula at most; a formula takes some hundred times its length in memory
    #[arg(long, value_name = "N", default_value_t = 1 << 24)]
    limit_bytes: u64,
    /// Terms of a polynomial that is multiplied out, at most
    #[arg(long, value_name = "N", default_value_t = Limits::default().terms)]
    limit_terms: usize,
    /// Pairs of terms multiplied in all, at most: the default takes some ten seconds
    #[arg(long, value_name = "N", default_value_t = Limits::default().products)]
    limit_products: u64,
    /// Bits of a number at most
    #[arg(long, value_name = "N", default_value_t = Limits::default().bits)]
    limit_bits: u64,
    /// Steps of adding up sums and of work on long numbers at one point, at most
    #[arg(long, value_name = "N", default_value_t = Limits::default().steps)]
    limit_steps: u64,
}

impl LimitArguments {
    /// Those of the algebra.
    pub fn limits(&self) -> Limits {
        Limits {
            products: self.limit_products,
            terms: self.limit_terms,
            bits: self.limit_bits,
            steps: self.limit_steps,
        }
    }

    /// The text of an argument, or of standard input where it is `-`.
    ///
    /// # Errors
    /// Where it is too long, cannot be read, or is not UTF-8.
    pub fn source(&self, name: &str, argument: &str) -> Result<Arc<Source>> {
        if argument != "-" {
            return self.short(name, argument.len() as u64).map(|()| Source::new(name, argument));
        }
        let name = "standard input";
        let mut bytes = Vec::new();
        let unread = |error: &dyn std::fmt::Display| {
            Diagnostic::new("not-read", format!("cannot read {name}: {error}"))
        };
        let mut reader = std::io::stdin().lock().take(self.limit_bytes.saturating_add(1));
        reader.read_to_end(&mut bytes).map_err(|error| unread(&error))?;
        self.short(name, bytes.len() as u64)?;
        let text = String::from_utf8(bytes).map_err(|error| unread(&error))?;
        // The last end of line is the terminal's.
        Ok(Source::new(name, text.trim_end()))
    }

    fn short(&self, name: &str, length: u64) -> Result<()> {
        if length <= self.limit_bytes {
            return Ok(());
        }
        let message = format!("the formula in {name} has more than {} bytes", self.limit_bytes);
        Err(Diagnostic::new("formula-too-long", message).help("allow more with `--limit-bytes`"))
    }
}
