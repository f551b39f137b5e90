//! The points at which two formulas are held against each other, as excesses of symbols over their least values: small
//! ones, ones near numbers that occur, ones scattered over both. Knows nothing of formulas.

/// Points as excesses over the least values, in order of their sum: compositions of each sum in turn, the first symbol
/// raised first.
pub(super) fn small_points(symbols: usize) -> impl Iterator<Item = Vec<i64>> {
    let mut next = vec![0; symbols];
    std::iter::from_fn(move || {
        let point = next.clone();
        match next.iter().position(|value| *value > 0) {
            Some(place) if place + 1 < symbols => {
                let value = std::mem::take(&mut next[place]);
                next[0] = value - 1;
                next[place + 1] += 1;
            }
            place => {
                let sum: i64 = place.map_or(0, |place| std::mem::take(&mut next[place]));
                if let Some(first) = next.first_mut() {
                    *first = sum + 1;
                }
            }
        }
        Some(point)
    })
}

/// Each symbol alone near sums and differences of two numbers that occur, the others small.
pub(super) fn single_points(symbols: usize, turning: &[i64]) -> impl Iterator<Item = Vec<i64>> {
    let mut values: Vec<i64> = Vec::new();
    for (place, &number) in turning.iter().enumerate() {
        for &other in turning[..place].iter().chain(&[0]) {
            for near in [number - other, number.saturating_add(other)] {
                values.extend([near - 2, near - 1, near, near.saturating_add(1)]);
            }
        }
    }
    values.retain(|value| *value >= 0);
    values.sort_unstable();
    values.dedup();
    let count = values.len();
    (0..3 * count).flat_map(move |place| {
        let value = values[place % count];
        (0..symbols)
            .map(move |chosen| {
                let mut point = vec![(place / count) as i64; symbols];
                point[chosen] = value;
                point
            })
            .collect::<Vec<_>>()
    })
}

/// Points over small numbers, and numbers near those that occur.
pub(super) fn scattered_points(symbols: usize, turning: &[i64]) -> impl Iterator<Item = Vec<i64>> {
    let mut values = vec![0, 1, 2, 3, 4, 6, 8, 11, 16, 22, 29, 63, 100];
    for &number in turning {
        values.extend([
            number - 2,
            number - 1,
            number,
            number + 1,
            number.saturating_mul(2) - 1,
            number.saturating_mul(2),
            number.saturating_mul(3).saturating_add(1),
        ]);
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::from_fn(move || {
        let mut draw = || {
            // splitmix64
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            values[((z ^ (z >> 31)) % values.len() as u64) as usize]
        };
        Some((0..symbols).map(|_| draw()).collect())
    })
}
