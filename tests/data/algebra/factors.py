"""Writes factors.txt and divisors.txt: random polynomials with what FLINT says about them.

Usage: python factors.py FOLDER (python-flint 0.9, SymPy 1.14). Run by hand; the tests read what it wrote."""

import random
import sys

import sympy
from flint import Ordering, fmpz_mpoly_ctx

R = random.Random(20260101)
NAMES = list("abcdefgh")
CONTEXT = fmpz_mpoly_ctx.get(NAMES, Ordering.deglex)
VALUES = dict(zip(NAMES, CONTEXT.gens()))


def polynomial(text):
    return eval(text.replace("^", "**"), dict(VALUES)) + 0 * VALUES["a"]


def text(value):
    return str(value).replace("**", "^").replace(" ", "")


def random_sum(names, count, degree, largest):
    terms = {}
    for _ in range(count):
        exponents = [0] * len(names)
        for _ in range(R.randint(0, degree)):
            exponents[R.randrange(len(names))] += 1
        terms[tuple(exponents)] = R.choice([1, 1, -1]) * R.randint(1, largest)
    product = lambda e, c: f"({c})" + "".join(f"*{n}^{k}" for n, k in zip(names, e) if k)
    return "+".join(product(e, c) for e, c in terms.items())


def random_product():
    names = NAMES[: R.randint(1, 6)]
    largest = R.choice([1, 1, 3, 9, 100, 10**6, 10**12, 2**70])
    if R.random() < 0.2:
        x, y = R.choice(NAMES[:3]), R.choice(NAMES[:3])
        return f"{x}^{R.randint(2, 12)}+({R.choice([1, 2, 4, -1, -4, 8, 9, 16, 64])})*{y}^{R.randint(2, 12)}"
    factors = []
    for _ in range(R.randint(1, 4)):
        subset = sorted(R.sample(names, R.randint(1, len(names))))
        power = R.choice(["", "", "", "^2", "^3"])
        factors.append(f"({random_sum(subset, R.randint(1, 6), R.randint(1, 4), largest)}){power}")
    product = "*".join(factors)
    return f"({product})+{random_sum(names, 1, 3, 3)}" if R.random() < 0.2 else product


def factors(value):
    try:
        return value.factor()
    except OverflowError:  # python-flint cannot sort big coefficients
        return sympy.factor_list(sympy.parse_expr(str(value).replace("^", "**")))


folder = sys.argv[1]
with open(f"{folder}/factors.txt", "w") as file:
    left = 500
    while left:
        value = polynomial(random_product())
        if value == 0 or len(value) > 300 or value.total_degree() > 30:
            continue
        unit, found = factors(value)
        line = "; ".join([str(unit)] + [f"{text(f)} ^ {m}" for f, m in found])
        if len(line) < 240:
            file.write(line + "\n")
            left -= 1
with open(f"{folder}/divisors.txt", "w") as file:
    left = 250
    while left:
        names = NAMES[: R.randint(1, 7)]
        largest = R.choice([1, 3, 9, 10**6, 2**64])
        g, a, b = (polynomial(random_sum(names, R.randint(1, 7), R.randint(1, 5), largest)) for _ in range(3))
        if R.random() < 0.3:
            a, b = a * a * g, a * b
        common = (a * g).gcd(b * g)
        line = f"{text(a)}; {text(b)}; {text(g)}; {text(common)}"
        if len(line) < 300:
            file.write(line + "\n")
            left -= 1
