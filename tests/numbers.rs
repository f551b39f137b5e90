//! Exact values of the evaluator against num-rational's, where they pass from machine words to long numbers.

use modelmeter::algebra::{Number, Rational};
use num_bigint::BigInt;
use num_traits::{Pow, Zero};
use proptest::prelude::*;

/// Integers of all lengths, most of them beside a power of two.
fn integer() -> impl Strategy<Value = BigInt> {
    let beside = (0u32..140, -2i64..3, any::<bool>()).prop_map(|(bits, more, negative)| {
        let value = BigInt::from(2).pow(bits) + more;
        if negative { -value } else { value }
    });
    prop_oneof![2 => (-12i64..12).prop_map(BigInt::from), 1 => any::<i64>().prop_map(BigInt::from), 3 => beside]
}

fn rational() -> impl Strategy<Value = Rational> {
    let below =
        prop_oneof![Just(BigInt::from(1)), integer()].prop_filter("no divisor", |below| !below.is_zero());
    (integer(), below).prop_map(|(above, below)| Rational::new(above, below))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn numbers_are_rationals(a in rational(), b in rational(), exponent in 0u32..5) {
        let (x, y) = (Number::from(a.clone()), Number::from(b.clone()));
        prop_assert_eq!(x.to_rational(), a.clone());
        prop_assert_eq!(x.plus(&y).to_rational(), &a + &b);
        prop_assert_eq!(x.times(&y).to_rational(), &a * &b);
        prop_assert_eq!(x.negated().to_rational(), -&a);
        prop_assert_eq!(x.floor().to_rational(), a.floor());
        prop_assert_eq!(x.power(exponent).to_rational(), Pow::pow(&a, exponent));
        prop_assert_eq!(x.is_integer(), a.is_integer());
        prop_assert_eq!(x.is_zero(), a.is_zero());
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        prop_assert_eq!(x.bits(), a.numer().bits() + a.denom().bits());
        if b.is_zero() {
            prop_assert!(x.over(&y).is_none() && x.floor_over(&y).is_none());
        } else {
            prop_assert_eq!(x.over(&y).map(|value| value.to_rational()), Some(&a / &b));
            prop_assert_eq!(x.floor_over(&y).map(|value| value.to_rational()), Some((&a / &b).floor()));
        }
    }
}
