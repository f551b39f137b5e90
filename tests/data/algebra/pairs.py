#!/usr/bin/env python3
"""Pairs of formulas whose equality another program has decided, for tests/equality_pairs.rs.

usage: pairs.py COUNT SEED [POINTS] > pairs.tsv        (needs python-flint)

Each line holds two pairs: `LEFT <tab> RIGHT <tab> PLACE:DIGIT`. LEFT equals RIGHT; it differs from RIGHT with the digit
at PLACE (counted from 0) replaced. Who says so:

- rational functions: FLINT, from the two texts, by cross multiplication of exact polynomials;
- rounding and extrema: equal by an identity that is applied on purpose and agrees at POINTS points (200), computed in
  FLINT's fractions; different by one of these points. Fewer make long files sooner.
"""

import random
import re
import sys

import flint

NAMES = ["a", "b", "c", "d"]
RING = flint.fmpz_mpoly_ctx.get(NAMES, "deglex")
ONE = RING.constant(1)


class Quotient:
    """A polynomial over another one: all that FLINT has to know."""

    def __init__(self, above, below=ONE):
        self.above, self.below = above, below

    def __add__(self, other):
        return Quotient(self.above * other.below + other.above * self.below, self.below * other.below)

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return Quotient(-self.above, self.below)

    def __mul__(self, other):
        return Quotient(self.above * other.above, self.below * other.below)

    def __truediv__(self, other):
        if other.above == 0:
            raise ZeroDivisionError
        return Quotient(self.above * other.below, self.below * other.above)

    def __pow__(self, exponent):
        return Quotient(self.above**exponent, self.below**exponent)

    def __eq__(self, other):
        return self.above * other.below == other.above * self.below


def python(text):
    """The text as a Python expression over Z(number)."""
    text = re.sub(r"\^(\d+)", lambda power: f"**_{power[1]}_", text)
    text = re.sub(r"(?<![\w_])(\d+)", r"Z(\1)", text)
    return compile(re.sub(r"_(\d+)_", r"\1", text), "pair", "eval")


def by_flint(text):
    gens = {name: Quotient(RING.gen(place)) for place, name in enumerate(NAMES)}
    return eval(python(text), {"Z": lambda value: Quotient(RING.constant(value)), **gens})


VALUES = [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 1000]
FUNCTIONS = {
    "Z": flint.fmpq, "floor": lambda x: flint.fmpq(x.floor()), "ceil": lambda x: flint.fmpq(x.ceil()), "max": max,
    "min": min, "mod": lambda x, y: x - y * (x / y).floor(),
}


def drawn(rng, count):
    """Points, every other one small."""
    for place in range(count):
        values = VALUES[: [8, None][place % 2]]
        yield {name: flint.fmpq(rng.choice(values)) for name in NAMES}


def at_points(text, where):
    code = python(text)
    for point in where:
        try:
            yield eval(code, {**FUNCTIONS, **point})
        except ZeroDivisionError:
            yield None


# ---- rational functions ------------------------------------------------------------------------------------------


def term(rng, most=3):
    factors = [str(rng.choice([1, 2, 2, 3, 4, 5, 6, 7, 8, 12]))]
    for name in rng.sample(NAMES, rng.randint(0, most)):
        exponent = rng.choice([1, 1, 1, 2, 3])
        factors.append(name if exponent == 1 else f"{name}^{exponent}")
    rng.shuffle(factors)
    return "*".join(factors)


def total(rng, terms):
    text = term(rng)
    for _ in range(terms - 1):
        text += rng.choice("++-") + term(rng)
    return text


def rational(rng):
    kind = rng.randrange(6)
    if kind == 0:
        return f"({total(rng, 2)})*({total(rng, 2)})"
    if kind == 1:
        return f"{term(rng)}*({total(rng, 3)})+{total(rng, 2)}"
    if kind == 2:
        return f"({total(rng, 2)})^{rng.choice([2, 3])}"
    if kind == 3:
        return f"({total(rng, 2)})/({term(rng, 2)})+{term(rng)}"
    if kind == 4:
        return f"({term(rng)})/({total(rng, 2)})-{term(rng)}/{rng.choice('abcd')}"
    return f"({total(rng, 2)})*({total(rng, 2)})/({total(rng, 2)})"


def written(polynomial):
    return str(polynomial).replace(" ", "")


def factors(rng, polynomial):
    content, parts = polynomial.factor()
    texts = [f"({content})"] if content != 1 else []
    for part, exponent in parts:
        texts.append(f"({written(part)})" + (f"^{exponent}" if exponent > 1 else ""))
    rng.shuffle(texts)
    return "*".join(texts) or "1"


def rewritten(rng, value):
    """The same by FLINT: expanded or factored, in lowest terms or not."""
    above, below = value.above, value.below
    if rng.random() < 0.7:
        common = above.gcd(below)
        above, below = above / common if common != 1 else above, below / common if common != 1 else below
    top, bottom = (rng.choice([written, lambda whole: factors(rng, whole)])(part) for part in (above, below))
    return top if below == 1 else f"({top})/({bottom})"


def rational_pair(rng):
    left = rational(rng)
    try:
        value = by_flint(left)
    except ZeroDivisionError:
        return None
    if value.above == 0:
        return None
    right = rewritten(rng, value)
    return (left, right) if by_flint(right) == value else None


# ---- rounding and extrema ----------------------------------------------------------------------------------------


def small(rng):
    return rng.choice(["a", "b", "c", "a+b", "2*a", "a*b", "3*c+1", "b+5", "a*c", "b*c+a", "a+7", "4*b+3"])


def divisor(rng):
    return rng.choice(["2", "3", "4", "7", "16", "64", "d", "d", "2*d", "b", "c*d"])


def atom(rng):
    """Two texts for one value."""
    n, d, m, k = small(rng), divisor(rng), small(rng), rng.randint(2, 9)
    ways = [
        (f"ceil(({n})/({d}))", f"floor(({n}+{d}-1)/({d}))"),
        (f"ceil(({n})/({d}))", f"-floor(-({n})/({d}))"),
        (f"floor(({n}+{k}*({d}))/({d}))", f"floor(({n})/({d}))+{k}"),
        (f"floor(({n}+({m})*({d}))/({d}))", f"({m})+floor(({n})/({d}))"),
        (f"mod({n},{d})", f"({n})-({d})*floor(({n})/({d}))"),
        (f"floor(floor(({n})/{k})/({d}))", f"floor(({n})/({k}*({d})))"),
        (f"floor({k}*({n})/({k}*({d})))", f"floor(({n})/({d}))"),
        (f"min({n},{m})", f"({n})+({m})-max({n},{m})"),
        (f"max({n},{m})+{k}", f"max({n}+{k},{k}+{m})"),
        (f"{k}*max({n},{m})", f"max({k}*({n}),{k}*({m}))"),
        (f"max({n},{m})", f"-min(-({n}),-({m}))"),
        (f"d*max({n},{m})", f"max(d*({n}),d*({m}))"),
        (f"ceil(({n}+1)/({d}))", f"1+floor(({n})/({d}))"),
        (f"mod({n}+{k}*({d}),{d})", f"mod({n},{d})"),
        (f"max({n},{m},{n}+{k})", f"max({m},{n}+{k})"),
        (f"min({n},{n}+{m})", f"{n}"),
    ]
    one, other = rng.choice(ways)
    return (one, other) if rng.random() < 0.5 else (other, one)


def rounding_pair(rng):
    one, other = atom(rng)
    for _ in range(rng.randint(0, 2)):
        kind = rng.randrange(4)
        if kind == 0:
            t = term(rng, 2)
            one, other = f"{t}*({one})", f"({other})*{t}"
        elif kind == 1:
            t = total(rng, 2)
            one, other = f"{one}+{t}", f"{t}+({other})"
        elif kind == 2:
            s, t = term(rng, 1), term(rng, 2)
            one, other = f"({s}+{t})*({one})", f"{t}*({other})+{s}*({other})"
        else:
            x, y = atom(rng)
            one, other = f"({one})*({x})", f"({y})*({other})"
    return one, other


# ---- pairs -------------------------------------------------------------------------------------------------------


def changed(rng, right, differs):
    places = [digit.start() for digit in re.finditer(r"\d", right)]
    rng.shuffle(places)
    for place in places[:4]:
        digit = rng.choice([digit for digit in "123456789" if digit != right[place]])
        other = right[:place] + digit + right[place + 1 :]
        if len(re.findall(r"\^\d\d", other)) == 0 and differs(other):
            return f"{place}:{digit}"
    return None


def line(rng, points, tried, longest):
    if rng.random() < 0.6:
        pair = rational_pair(rng)
        if pair is None or sum(map(len, pair)) > longest:
            return None
        left = by_flint(pair[0])

        def differs(text):
            try:
                return by_flint(text) != left
            except ZeroDivisionError:
                return False
    else:
        pair = rounding_pair(rng)
        if sum(map(len, pair)) > longest:
            return None
        start = rng.randrange(len(points) - tried)
        where = points[start : start + tried]
        left = list(at_points(pair[0], where))
        if any(x != y for x, y in zip(left, at_points(pair[1], where)) if x is not None and y is not None):
            sys.exit(f"no identity: {pair}")

        def differs(text):
            found = at_points(text, where)
            return any(x != y for x, y in zip(left, found) if x is not None and y is not None)

    edit = changed(rng, pair[1], differs)
    return None if edit is None else f"{pair[0]}\t{pair[1]}\t{edit}"


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    points = list(drawn(rng, 10_000))
    tried = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    made = 0
    while made < count:
        text = line(rng, points, tried, 150)
        if text is not None:
            print(text)
            made += 1


if __name__ == "__main__":
    main()
