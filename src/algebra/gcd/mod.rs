//! Greatest common divisors of polynomials in any number of variables, for fractions in lowest terms and for
//! factorization.
//!
//! | file | holds |
//! |---|---|
//! | `divisor` | the divisor itself: what is cheap first, then images, then the sparse method; every result is divided out |
//! | `degrees` | degrees of images, which bound those of the divisor and prove coprimality |
//! | `sparse` | one image of the divisor modulo a prime, variable by variable |
//! | `euclid` | Euclid's algorithm, where everything else gives up |

mod degrees;
mod divisor;
mod euclid;
mod sparse;

pub use divisor::{content_in, gcd, positive};
