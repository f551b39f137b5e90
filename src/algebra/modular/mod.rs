//! Images of polynomials modulo primes just below 2^61: the ground under greatest common divisors and factorization.
//!
//! Knows integer polynomials only to take images of them; nothing of fractions, atoms or formulas.
//!
//! | file | holds |
//! |---|---|
//! | `field` | numbers modulo a prime |
//! | `dense` | polynomials in one variable over such a field |
//! | `frame` | sparse polynomials over it, exponents packed into one word; specialization variable by variable |
//! | `images` | values along a geometric sequence of points, and coefficients from such values |
//! | `lifted` | integers from images modulo several primes |

pub mod dense;
pub mod field;
pub mod frame;
pub mod images;
pub mod lifted;

pub use dense::Dense;
pub use field::{Field, Random};
pub use frame::{Frame, Residues};
