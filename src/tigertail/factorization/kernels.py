"""Compiled kernels of the implicit-ALS solver.

Notation: a half-sweep solves the rows of ``X`` with the other side's factors ``Z`` held fixed, both in the
basis in which Z'Z is diagonal. Row u with entries (i, c) then has the system

    (D_u + sum_i (c - alpha0) z_i z_i') x = sum_i c z_i,      D_u = alpha0 * diag(E) + lambda_u

whose dense part D_u is a diagonal: an exact preconditioner that costs nothing to apply. E are the eigenvalues of Z'Z.

The walk over z_i waits for memory. In float16 half of it has to come: factor j of Z is divided by a scale r_j, so that
the system is one in r x, with D_u / r^2. All sums are in float32.
"""

# The kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tigertail.instructions import float_to_half, number_at, prefetch
from tigertail.kernels import njit, prange

AHEAD = 8  # entries asked for before they are used
LINE = 16  # float32 numbers in a cache line; factors are padded to a multiple of it
SOLVED = np.float32(1e-14)  # squared share of the solution below which a residual is rounding
# Rows of a unit and of a slab: see the table in tigertail/factorization/units.py.
UNIT = 4096
SLAB = 256


@njit(fastmath=True, inline="always")
def _pull(z, indices, confidences, alpha0, target, begin, end, p, out):
    """Add ``sum_i (target * c_i - (c_i - alpha0) * z_i.p) z_i`` to ``out``, four entries at a time."""
    d = len(p)
    width = LINE * 4 // z.itemsize  # numbers in a cache line
    k = begin
    while k + 4 <= end:
        for entry in range(k + AHEAD, min(k + AHEAD + 4, len(indices))):
            start = np.uint64(indices[entry]) * np.uint64(d)
            for line in range(0, d, width):
                prefetch(z, start + np.uint64(line))
        a = np.uint64(indices[k]) * np.uint64(d)
        b = np.uint64(indices[k + 1]) * np.uint64(d)
        c = np.uint64(indices[k + 2]) * np.uint64(d)
        e = np.uint64(indices[k + 3]) * np.uint64(d)
        ta = tb = tc = te = np.float32(0)
        for j in range(d):
            u = np.uint64(j)
            pj = p[j]
            ta += number_at(z, a + u) * pj
            tb += number_at(z, b + u) * pj
            tc += number_at(z, c + u) * pj
            te += number_at(z, e + u) * pj
        ta = target * confidences[k] - (confidences[k] - alpha0) * ta
        tb = target * confidences[k + 1] - (confidences[k + 1] - alpha0) * tb
        tc = target * confidences[k + 2] - (confidences[k + 2] - alpha0) * tc
        te = target * confidences[k + 3] - (confidences[k + 3] - alpha0) * te
        for j in range(d):
            u = np.uint64(j)
            out[j] += (ta * number_at(z, a + u) + tb * number_at(z, b + u)) + (
                tc * number_at(z, c + u) + te * number_at(z, e + u)
            )
        k += 4
    while k < end:
        a = np.uint64(indices[k]) * np.uint64(d)
        ta = np.float32(0)
        for j in range(d):
            ta += number_at(z, a + np.uint64(j)) * p[j]
        ta = target * confidences[k] - (confidences[k] - alpha0) * ta
        for j in range(d):
            out[j] += ta * number_at(z, a + np.uint64(j))
        k += 1


@njit(fastmath=True, inline="always")
def _solve_row(z, indices, confidences, alpha0, begin, end, diagonal, held, cg_steps, s, r, p, q):
    """Improve one row's solution ``s`` by preconditioned conjugate gradients; r, p, q are scratch.

    ``held`` is the part of the diagonal whose penalty is on the distance from where ``s`` starts; float32, (d,).
    """
    d = len(s)
    size = np.float32(0)
    for j in range(d):
        r[j] = -(diagonal[j] - held[j]) * s[j]
        size += diagonal[j] * s[j] * s[j]
    _pull(z, indices, confidences, alpha0, np.float32(1), begin, end, s, r)
    rho = np.float32(0)
    for j in range(d):
        p[j] = r[j] / diagonal[j]
        rho += r[j] * p[j]
    # From 0, where there is no size to go by, a row is solved when hardly anything is left of the residual.
    enough = SOLVED * (size if size > 0 else rho)
    for _ in range(cg_steps):
        if not rho > enough:
            break
        # q = -A p, so that one pull serves both the residual and the product.
        for j in range(d):
            q[j] = -diagonal[j] * p[j]
        _pull(z, indices, confidences, alpha0, np.float32(0), begin, end, p, q)
        curvature = np.float32(0)
        for j in range(d):
            curvature -= p[j] * q[j]
        step = rho / curvature
        rho_next = np.float32(0)
        for j in range(d):
            s[j] += step * p[j]
            r[j] += step * q[j]
            rho_next += r[j] * r[j] / diagonal[j]
        beta = rho_next / rho
        rho = rho_next
        for j in range(d):
            p[j] = r[j] / diagonal[j] + beta * p[j]


@njit(fastmath=True, parallel=True, cache=True)
def solve_rows(
    x, z, scale, offsets, indices, confidences, alpha0, dense, penalty, cg_steps, chunks, around_start
):
    """Improve every row of ``x`` by preconditioned conjugate gradients, in place.

    Parameters
    ----------
    x
        Rows to solve, starting from their present values; float32, (rows, d). A row without an entry becomes 0, with
        ``around_start`` too: the caller then puts its values back.
    z
        Factors of the other side, each divided by its scale, flattened; float32, or uint16 as :func:`halved` returns
        them, (columns * d,).
    scale
        What each factor of the other side was divided by; float32, (d,).
    offsets, indices, confidences
        Entries of the matrix, row by row.
    alpha0
        Weight of the unobserved.
    dense
        ``alpha0`` times the eigenvalues of Z'Z; float32, (d,).
    penalty
        Regularisation lambda_u of each row; float32, (rows,).
    cg_steps
        Conjugate-gradient steps of a row at most.
    chunks
        First row of each chunk of work, and the end of the last.
    around_start
        Whether the penalty is on the distance from a row's present values instead of from 0.
    """
    d = x.shape[1]
    for chunk in prange(len(chunks) - 1):
        diagonal = np.empty(d, np.float32)
        s = np.empty(d, np.float32)
        r = np.empty(d, np.float32)
        p = np.empty(d, np.float32)
        q = np.empty(d, np.float32)
        held = np.zeros(d, np.float32)
        for row in range(chunks[chunk], chunks[chunk + 1]):
            begin, end = offsets[row], offsets[row + 1]
            if begin == end:
                x[row] = 0
                continue
            for j in range(d):
                diagonal[j] = (dense[j] + penalty[row]) / (scale[j] * scale[j])
                s[j] = x[row, j] * scale[j]
                if around_start:
                    held[j] = penalty[row] / (scale[j] * scale[j])
            _solve_row(z, indices, confidences, alpha0, begin, end, diagonal, held, cg_steps, s, r, p, q)
            for j in range(d):
                x[row, j] = s[j] / scale[j]


@njit(parallel=True, cache=True)
def halved(z, scale):
    """Return ``z / scale`` in float16, as bits; uint16, of the same shape."""
    bits = np.empty(z.shape, np.uint16)
    for row in prange(len(z)):
        for j in range(z.shape[1]):
            bits[row, j] = float_to_half(z[row, j] / scale[j])
    return bits


@njit(parallel=True, cache=True)
def observed_loss(x, z, offsets, indices, confidences, alpha0, chunks):
    """Return ``sum over entries of c (1 - x.z)^2 - alpha0 (x.z)^2``, one float64 number a chunk."""
    d = x.shape[1]
    sums = np.zeros(len(chunks) - 1)
    for chunk in prange(len(chunks) - 1):
        total = 0.0
        for row in range(chunks[chunk], chunks[chunk + 1]):
            for k in range(offsets[row], offsets[row + 1]):
                score = 0.0
                for j in range(d):
                    score += np.float64(x[row, j]) * z[indices[k], j]
                total += confidences[k] * (1.0 - score) ** 2 - alpha0 * score**2
        sums[chunk] = total
    return sums


@njit(parallel=True, cache=True)
def gram_blocks(z):
    """Return Z'Z of every unit of rows; float32, (units, d, d)."""
    units = (len(z) + UNIT - 1) // UNIT
    grams = np.empty((units, z.shape[1], z.shape[1]), np.float32)
    for unit in prange(units):
        rows = z[unit * UNIT : (unit + 1) * UNIT]
        grams[unit] = np.dot(rows.T, rows)
    return grams


@njit(parallel=True, cache=True)
def gram_blocks_of(z, member, group):
    """Return Z'Z of the rows of one group in every unit; float32, (units, d, d).

    ``member`` has the number of each row's group.
    """
    units = (len(z) + UNIT - 1) // UNIT
    grams = np.zeros((units, z.shape[1], z.shape[1]), np.float32)
    for unit in prange(units):
        first = unit * UNIT
        own = np.flatnonzero(member[first : first + UNIT] == group)
        if len(own):
            rows = np.empty((len(own), z.shape[1]), np.float32)
            for place in range(len(own)):
                rows[place] = z[first + own[place]]
            grams[unit] = np.dot(rows.T, rows)
    return grams


@njit(parallel=True, cache=True)
def rotate(z, rotation):
    """Replace ``z`` by ``z @ rotation`` in place."""
    units = (len(z) + UNIT - 1) // UNIT
    for unit in prange(units):
        rows = z[unit * UNIT : (unit + 1) * UNIT]
        rows[:] = np.dot(rows, rotation)


@njit(parallel=True, cache=True)
def rotated_slabs(z, slabs, rotation):
    """Return some slabs of ``z @ rotation``, side by side; float32, (slabs * SLAB, d).

    Rows after the last of ``z``, which a slab may lack, are 0.
    """
    rotated = np.empty((len(slabs) * SLAB, z.shape[1]), np.float32)
    for place in prange(len(slabs)):
        rows = z[slabs[place] * SLAB : (slabs[place] + 1) * SLAB]
        np.dot(rows, rotation, rotated[place * SLAB : place * SLAB + len(rows)])
        rotated[place * SLAB + len(rows) : (place + 1) * SLAB] = 0
    return rotated
