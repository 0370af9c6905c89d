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
from numba.extending import intrinsic

LANES = 16
# Columns of a packed matrix that lie side by side, and rows and columns of a tile in them: as many
# sums as most of the vector registers hold. Pairs need registers of their own.
WIDE = get_host_cpu_features().get("avx512f", False)
TILE_ROWS = 8 if WIDE else 4
PANEL, WIDTH = 3 * LANES, 3 * LANES if WIDE else LANES
PANEL_OF_PAIRS, WIDTH_OF_PAIRS = 4 * LANES, 2 * LANES if WIDE else LANES

_INDEX, _INT8, _INT16, _INT32 = (ir.IntType(bits) for bits in (64, 8, 16, 32))
_FLOATS, _INTS = ir.VectorType(ir.FloatType(), LANES), ir.VectorType(_INT32, LANES)


def _tile(rows: int, width: int, panel_width: int) -> Any:
    """``tile(panel, x, scale, bias, out, (offset, row, to_row, to_column))``.

    out[to_row : to_row + rows, to_column : to_column + width] = sums * scale + bias, the sums being
    x[row : row + rows] @ panel[:, offset : offset + width]. For float32 and bfloat16 panel is
    [K, PANEL], x [B, K], and nothing is scaled; for int8 panel is [K / 2, PANEL_OF_PAIRS, 2] and x
    int32 [B, K / 2], two int16 each. scale and bias are the panel's, out float32 [., N].
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        panel, x, scale, bias, out = (
            context.make_array(signature.args[place])(context, builder, arguments[place])
            for place in range(5)
        )
        offset, row_of_x, to_row, to_column = (
            builder.extract_value(arguments[5], place) for place in range(4)
        )
        kind = signature.args[0].dtype
        lanes = _INTS if kind is types.int8 else _FLOATS
        inputs = builder.extract_value(x.shape, 1)
        first = [
            builder.gep(x.data, [builder.mul(builder.add(row_of_x, _INDEX(row)), inputs)])
            for row in range(rows)
        ]
        before, loop = builder.block, builder.append_basic_block("tile")
        after = builder.append_basic_block("tile.end")
        builder.branch(loop)

        builder.position_at_end(loop)
        k = builder.phi(_INDEX)
        k.add_incoming(_INDEX(0), before)
        totals = [[builder.phi(lanes) for _ in range(width // LANES)] for _ in range(rows)]
        start = builder.add(builder.mul(k, _INDEX(panel_width)), offset)
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
        columns = builder.extract_value(out.shape, 1)
        for place in range(width // LANES):
            here = builder.add(offset, _INDEX(place * LANES))
            added = _read(builder, bias.data, _FLOATS, here)
            scaled = _read(builder, scale.data, _FLOATS, here) if kind is types.int8 else None
            for row in range(rows):
                sum_ = new[row][place]
                if scaled is not None:
                    sum_ = _add_product(builder, added, builder.sitofp(sum_, _FLOATS), scaled)
                else:
                    sum_ = builder.fadd(sum_, added)
                start = builder.mul(builder.add(to_row, _INDEX(row)), columns)
                start = builder.add(start, builder.add(to_column, _INDEX(place * LANES)))
                address = builder.bitcast(builder.gep(out.data, [start]), _FLOATS.as_pointer())
                builder.store(sum_, address, align=4)
        return context.get_dummy_value()

    def tile(typing: Any, panel: Any, x: Any, scale: Any, bias: Any, out: Any, places: Any) -> Any:
        del typing, places
        return types.void(panel, x, scale, bias, out, types.UniTuple(types.int64, 4)), generate

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


def _add_product(builder: Any, total: Any, a: Any, b: Any) -> Any:
    """total + a * b in one operation."""
    module, name = builder.module, f"llvm.fmuladd.v{LANES}f32"
    multiply_add = module.globals.get(name)
    if multiply_add is None:
        multiply_add = ir.Function(module, ir.FunctionType(_FLOATS, [_FLOATS] * 3), name)
    return builder.call(multiply_add, [a, b, total])


def _add_pairs(builder: Any, total: Any, pair: Any, weights: Any) -> Any:
    wide = ir.VectorType(_INT32, 2 * LANES)
    numbers = builder.bitcast(pair, weights.type)
    products = builder.mul(builder.sext(weights, wide), builder.sext(numbers, wide))
    even, odd = (
        builder.shuffle_vector(products, products, _INTS(list(range(half, 2 * LANES, 2))))
        for half in (0, 1)
    )
    return builder.add(total, builder.add(even, odd))


block, line = _tile(TILE_ROWS, WIDTH, PANEL), _tile(1, PANEL, PANEL)
block_of_pairs = _tile(TILE_ROWS, WIDTH_OF_PAIRS, PANEL_OF_PAIRS)
line_of_pairs = _tile(1, PANEL_OF_PAIRS, PANEL_OF_PAIRS)
