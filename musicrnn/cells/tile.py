"""The innermost loop of a product, written for the vector registers of a processor.

One tile is a few rows of x times a few columns of a packed matrix. Its sums stay in registers while
the inputs are walked through once, in order, so that a row's result does not depend on how many
rows there are: the same bits alone as among a thousand. Without such a tile the compiler keeps the
sums in memory, at a third of the speed.

Weights of float32 are multiplied as they are; uint16 is bfloat16, widened as it is read. int8
comes in pairs, two inputs of each column side by side, and x in pairs of 16 bits: processors
multiply such pairs and add them up in one instruction (pmaddwd, vpdpwssd), twice as many as floats.
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

_INDEX, _INT8, _INT16, _INT32 = (ir.IntType(bits) for bits in (64, 8, 16, 32))
_FLOATS, _INTS = ir.VectorType(ir.FloatType(), LANES), ir.VectorType(_INT32, LANES)


def _tile(rows: int, width: int) -> Any:
    """``tile(panel, offset, x, row, sums)``.

    sums[:rows, :width] = x[row : row + rows] @ panel[:, offset : offset + width]; for float and
    bfloat16 panel [K, PANEL], x [B, K], sums float32 [>= rows, PANEL]; for int8 panel
    [K / 2, PANEL, 2], x int32 [B, K / 2], two int16 each, sums int32.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        panel, x, sums = (
            context.make_array(signature.args[place])(context, builder, arguments[place])
            for place in (0, 2, 4)
        )
        kind = signature.args[0].dtype
        lanes = _INTS if kind is types.int8 else _FLOATS
        inputs = cgutils.unpack_tuple(builder, x.shape)[1]
        first = [
            builder.gep(x.data, [builder.mul(builder.add(arguments[3], _INDEX(row)), inputs)])
            for row in range(rows)
        ]
        before, loop = builder.block, builder.append_basic_block("tile")
        after = builder.append_basic_block("tile.end")
        builder.branch(loop)

        builder.position_at_end(loop)
        k = builder.phi(_INDEX)
        k.add_incoming(_INDEX(0), before)
        totals = [[builder.phi(lanes) for _ in range(width // LANES)] for _ in range(rows)]
        start = builder.add(builder.mul(k, _INDEX(PANEL)), arguments[1])
        weights = [
            _weights(builder, panel.data, kind, builder.add(start, _INDEX(place * LANES)))
            for place in range(width // LANES)
        ]
        new: list[list[Any]] = []
        for row in range(rows):
            number = _spread(builder, builder.load(builder.gep(first[row], [k])), lanes)
            add = _add_pairs if kind is types.int8 else _add_product
            new.append(
                [
                    add(builder, total, number, weight)
                    for total, weight in zip(totals[row], weights, strict=True)
                ]
            )
        following = builder.add(k, _INDEX(1))
        k.add_incoming(following, loop)
        for row in range(rows):
            for total, sum_ in zip(totals[row], new[row], strict=True):
                total.add_incoming(lanes([0] * LANES), before)
                total.add_incoming(sum_, loop)
        builder.cbranch(builder.icmp_signed("<", following, inputs), loop, after)

        builder.position_at_end(after)
        for row in range(rows):
            for place, sum_ in enumerate(new[row]):
                address = builder.gep(sums.data, [_INDEX(row * PANEL + place * LANES)])
                builder.store(sum_, builder.bitcast(address, lanes.as_pointer()), align=4)
        return context.get_dummy_value()

    def tile(typing: Any, panel: Any, offset: Any, x: Any, row: Any, sums: Any) -> Any:
        return types.void(panel, types.int64, x, types.int64, sums), generate

    return intrinsic(tile)


def _weights(builder: Any, data: Any, kind: Any, column: Any) -> Any:
    """LANES weights: float32, or pairs of int16."""
    if kind is types.int8:
        pairs = _read(
            builder, data, ir.VectorType(_INT8, 2 * LANES), builder.shl(column, _INDEX(1))
        )
        return builder.sext(pairs, ir.VectorType(_INT16, 2 * LANES))
    if kind is types.uint16:  # the upper half of a float32
        halves = _read(builder, data, ir.VectorType(_INT16, LANES), column)
        return builder.bitcast(
            builder.shl(builder.zext(halves, _INTS), _INTS([16] * LANES)), _FLOATS
        )
    return _read(builder, data, _FLOATS, column)


def _read(builder: Any, data: Any, lanes: Any, place: Any) -> Any:
    address = builder.bitcast(builder.gep(data, [place]), lanes.as_pointer())
    return builder.load(address, align=1)


def _spread(builder: Any, number: Any, lanes: Any) -> Any:
    """A vector of one number."""
    nothing = lanes(ir.Undefined)
    one = builder.insert_element(nothing, number, _INT32(0))
    return builder.shuffle_vector(one, nothing, _INTS([0] * LANES))


def _add_product(builder: Any, total: Any, number: Any, weights: Any) -> Any:
    fused = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(_FLOATS, [_FLOATS] * 3), f"llvm.fmuladd.v{LANES}f32"
    )
    return builder.call(fused, [number, weights, total])


def _add_pairs(builder: Any, total: Any, pair: Any, weights: Any) -> Any:
    wide = ir.VectorType(_INT32, 2 * LANES)
    numbers = builder.bitcast(pair, weights.type)
    products = builder.mul(builder.sext(weights, wide), builder.sext(numbers, wide))
    even, odd = (
        builder.shuffle_vector(products, products, _INTS(list(range(half, 2 * LANES, 2))))
        for half in (0, 1)
    )
    return builder.add(total, builder.add(even, odd))


block, line = _tile(ROWS, WIDTH), _tile(1, PANEL)
