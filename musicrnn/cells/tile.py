"""The innermost loop of a product, written for the vector registers of a processor.

One tile is a few rows of x times a few columns of a packed matrix. Its sums stay in registers while
the inputs are walked through once, in order, so that a row's result does not depend on how many
rows there are: the same bits alone as among a thousand. Weights of 16 or 8 bits are widened as they
are read. Without such a tile the compiler keeps the sums in memory, at a third of the speed.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
PANEL = 4 * LANES  # columns of a packed matrix that lie side by side
# Rows and columns of a tile: as many sums as half of the vector registers hold.
ROWS, WIDTH = (8, 2 * LANES) if get_host_cpu_features().get("avx512f") else (4, LANES)

_INT, _FLOAT = ir.IntType(64), ir.FloatType()
_INDEX, _INTS, _FLOATS = (ir.VectorType(t, LANES) for t in (ir.IntType(32), ir.IntType(32), _FLOAT))


def _tile(rows: int, width: int) -> Any:
    """``tile(panel, offset, x, row, sums)``.

    sums[:rows, :width] = x[row : row + rows] @ panel[:, offset : offset + width], with the panel
    [K, PANEL] of float32, uint16 (bfloat16) or int8, x [B, K] and sums [>= rows, PANEL] float32.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        panel, x, sums = (
            context.make_array(signature.args[place])(context, builder, arguments[place])
            for place in (0, 2, 4)
        )
        inputs = cgutils.unpack_tuple(builder, x.shape)[1]
        first = [
            builder.gep(x.data, [builder.mul(builder.add(arguments[3], _INT(row)), inputs)])
            for row in range(rows)
        ]
        before, loop = builder.block, builder.append_basic_block("tile")
        after = builder.append_basic_block("tile.end")
        builder.branch(loop)

        builder.position_at_end(loop)
        k = builder.phi(_INT)
        k.add_incoming(_INT(0), before)
        totals = [[builder.phi(_FLOATS) for _ in range(width // LANES)] for _ in range(rows)]
        weights = _widened(builder, panel.data, signature.args[0].dtype, k, arguments[1], width)
        fused = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_FLOATS, [_FLOATS] * 3), f"llvm.fmuladd.v{LANES}f32"
        )
        new: list[list[Any]] = []
        for row in range(rows):
            number = _spread(builder, builder.load(builder.gep(first[row], [k])))
            new.append(
                [
                    builder.call(fused, [number, weight, total])
                    for weight, total in zip(weights, totals[row], strict=True)
                ]
            )
        following = builder.add(k, _INT(1))
        k.add_incoming(following, loop)
        for row in range(rows):
            for total, sum_ in zip(totals[row], new[row], strict=True):
                total.add_incoming(_FLOATS([0.0] * LANES), before)
                total.add_incoming(sum_, loop)
        builder.cbranch(builder.icmp_signed("<", following, inputs), loop, after)

        builder.position_at_end(after)
        for row in range(rows):
            for place, sum_ in enumerate(new[row]):
                start = builder.gep(sums.data, [_INT(row * PANEL + place * LANES)])
                builder.store(sum_, builder.bitcast(start, _FLOATS.as_pointer()), align=4)
        return context.get_dummy_value()

    def tile(typing: Any, panel: Any, offset: Any, x: Any, row: Any, sums: Any) -> Any:
        return types.void(panel, types.int64, x, types.int64, sums), generate

    return intrinsic(tile)


def _widened(builder: Any, data: Any, kind: Any, k: Any, offset: Any, width: int) -> list[Any]:
    """Row k of a panel from ``offset`` on, as float32 vectors."""
    bits = {types.float32: _FLOAT, types.uint16: ir.IntType(16), types.int8: ir.IntType(8)}[kind]
    stored = ir.VectorType(bits, LANES)
    start = builder.add(builder.mul(k, _INT(PANEL)), offset)
    found: list[Any] = []
    for place in range(width // LANES):
        address = builder.gep(data, [builder.add(start, _INT(place * LANES))])
        address = builder.bitcast(address, stored.as_pointer())
        numbers = builder.load(address, align=kind.bitwidth // 8)
        if kind is types.uint16:  # bfloat16 is the upper half of a float32
            wide = builder.shl(builder.zext(numbers, _INTS), _INTS([16] * LANES))
            numbers = builder.bitcast(wide, _FLOATS)
        elif kind is types.int8:
            numbers = builder.sitofp(builder.sext(numbers, _INTS), _FLOATS)
        found.append(numbers)
    return found


def _spread(builder: Any, number: Any) -> Any:
    """A vector of one number."""
    nothing = _FLOATS(ir.Undefined)
    one = builder.insert_element(nothing, number, ir.IntType(32)(0))
    return builder.shuffle_vector(one, nothing, _INDEX([0] * LANES))


block, line = _tile(ROWS, WIDTH), _tile(1, PANEL)
