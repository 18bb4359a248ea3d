"""Two samples, one question: could anybody tell from them which is which?

In: two lists of numbers. Out: the probability that one source gives two samples so far apart.
Never here: a number measured; callers bring those.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the p of the two-sample Kolmogorov-Smirnov test, for large samples.

    A small p says that the samples differ. Ties make it larger than it is, never smaller.
    Source: Stephens 1970, the asymptotic form with its correction for samples that are not large.
    """
    left, right = sorted(one), sorted(other)
    gap = max(
        abs(bisect_right(left, value) / len(left) - bisect_right(right, value) / len(right))
        for value in (*left, *right)
    )
    root = math.sqrt(len(left) * len(right) / (len(left) + len(right)))
    scaled = (root + 0.12 + 0.11 / root) * gap
    if scaled < 0.2:
        return 1.0
    terms = (2 * (-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, math.fsum(terms)))
