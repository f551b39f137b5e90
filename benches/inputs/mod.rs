//! Inputs that the peers ran on as well, made by the same generator from the same seed: Python's `random.Random`
//! (Mersenne Twister MT19937 by Matsumoto and Nishimura, 1998, seeded as CPython does), so that every draw is the one
//! that the peers' generator made.

/// The seed of all inputs.
const SEED: u32 = 20_260_101;
const WORDS: usize = 624;

/// Python's `random.Random(SEED)`.
pub struct Random {
    state: [u32; WORDS],
    next: usize,
}

impl Random {
    /// At the beginning of the inputs.
    pub fn new() -> Self {
        let mut state = [0u32; WORDS];
        state[0] = 19_650_218;
        for i in 1..WORDS {
            let last = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = last.wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        // `init_by_array` with a key of one word.
        let mut i = 1;
        for _ in 0..WORDS {
            let last = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = (state[i] ^ last.wrapping_mul(1_664_525)).wrapping_add(SEED);
            i += 1;
            if i == WORDS {
                state[0] = state[WORDS - 1];
                i = 1;
            }
        }
        for _ in 1..WORDS {
            let last = state[i - 1] ^ (state[i - 1] >> 30);
            state[i] = (state[i] ^ last.wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i == WORDS {
                state[0] = state[WORDS - 1];
                i = 1;
            }
        }
        state[0] = 1 << 31;
        Random { state, next: WORDS }
    }

    fn word(&mut self) -> u32 {
        if self.next == WORDS {
            for i in 0..WORDS {
                let joined = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % WORDS] & 0x7fff_ffff);
                let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + 397) % WORDS] ^ (joined >> 1) ^ twist;
            }
            self.next = 0;
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// `random()`
    pub fn unit(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// `randrange(n)`, for n below 2^32.
    pub fn below(&mut self, n: usize) -> usize {
        let bits = usize::BITS - n.leading_zeros();
        loop {
            let drawn = (self.word() >> (32 - bits)) as usize;
            if drawn < n {
                return drawn;
            }
        }
    }

    /// `choice(of)`
    pub fn choice<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// `sample(of, count)`
    pub fn sample<T: Clone>(&mut self, of: &[T], count: usize) -> Vec<T> {
        let n = of.len();
        let power = (count as f64 * 3.0).ln() / 4f64.ln();
        let small = 21 + if count > 5 { 4usize.pow(power.ceil() as u32) } else { 0 };
        let mut pool: Vec<usize> = (0..n).collect();
        let mut taken: Vec<usize> = Vec::with_capacity(count);
        for i in 0..count {
            if n <= small {
                let j = self.below(n - i);
                taken.push(pool[j]);
                pool[j] = pool[n - i - 1];
                continue;
            }
            let mut j = self.below(n);
            while taken.contains(&j) {
                j = self.below(n);
            }
            taken.push(j);
        }
        taken.into_iter().map(|place| of[place].clone()).collect()
    }

    /// `shuffle(of)`
    pub fn shuffle<T>(&mut self, of: &mut [T]) {
        for i in (1..of.len()).rev() {
            of.swap(i, self.below(i + 1));
        }
    }
}

/// Two formulas as text, and whether they are equal.
pub struct Pair {
    /// One side.
    pub left: String,
    /// The other side.
    pub right: String,
    /// Whether they are equal.
    pub equal: bool,
}

/// A thousand pairs, half of them rational in H; of each half, half differ by one small term.
pub fn pairs() -> Vec<Pair> {
    let random = &mut Random::new();
    (0..1000).map(|place| pair(random, place % 2 == 1)).collect()
}

fn pair(random: &mut Random, rational: bool) -> Pair {
    let factors = [polynomial(random, 3, 3, 1), polynomial(random, 4, 4, 2), polynomial(random, 2, 2, 1)];
    let [a, b, c] = &factors;
    let mut left = format!("({a})*({b})*({c})");
    let mut right = shuffled(random, &multiplied(&multiplied(a, b), c));
    if rational {
        left = format!("2*B*S*D*(D+2*K*(D/H)+S)+{left}/H");
        right = format!("(2*B*S*D*(D*H+2*K*D+S*H)+{right})/H");
    }
    let equal = random.unit() < 0.5;
    if !equal {
        right += random.choice(&["+B*S", "+1*S*D", "-1*D", "+T*T"]);
    }
    Pair { left, right, equal }
}

fn polynomial(random: &mut Random, symbols: usize, terms: usize, degree: u32) -> String {
    let symbols = random.sample(&["B", "S", "D", "H", "K", "F", "V", "T"], symbols);
    let mut sum: Vec<String> = Vec::new();
    for _ in 0..terms {
        let mut term = random.choice(&[1, 2, 2, 3, 4, 6, 8]).to_string();
        for symbol in &symbols {
            let exponents: &[u32] = if degree > 1 { &[0, 0, 1, 1, 2] } else { &[0, 1] };
            match random.choice(exponents) {
                0 => {}
                1 => term += &format!("*{symbol}"),
                exponent => term += &format!("*{symbol}^{exponent}"),
            }
        }
        if !sum.contains(&term) {
            sum.push(term);
        }
    }
    sum.join("+")
}

fn multiplied(a: &str, b: &str) -> String {
    let products = a.split('+').flat_map(|x| b.split('+').map(move |y| format!("{x}*{y}")));
    products.collect::<Vec<_>>().join("+")
}

fn shuffled(random: &mut Random, sum: &str) -> String {
    let mut terms: Vec<&str> = sum.split('+').collect();
    random.shuffle(&mut terms);
    let mut shuffled = Vec::new();
    for term in terms {
        let factors: Vec<&str> = term.split('*').collect();
        shuffled.push(random.sample(&factors, factors.len()).join("*"));
    }
    shuffled.join("+")
}
