"""Machine instructions that numba does not offer: reading ahead, numbers of half the width, and the lowest bit.

The rows a listener's plays point to lie anywhere in memory. Asking for them a few entries ahead hides much of the wait,
and float16 halves what has to come.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import Any

from tigertail.kernels import LazyKernel


def _prefetch() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    def prefetch(context: Any, array: Any, index: Any) -> Any:
        """Ask for the cache line that holds ``array[index]`` of a flat array; changes no result."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            struct = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0])
            pointer_type = ir.IntType(8).as_pointer()
            pointer = builder.bitcast(builder.gep(struct.data, [arguments[1]]), pointer_type)
            number = ir.IntType(32)
            function_type = ir.FunctionType(ir.VoidType(), [pointer_type, number, number, number])
            function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
            read, keep, data = (ir.Constant(number, value) for value in (0, 3, 1))
            builder.call(function, [pointer, read, keep, data])
            return context.get_dummy_value()

        return types.void(array, types.uint64), generate

    return intrinsic(prefetch)


def _number_at() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    def number_at(context: Any, array: Any, index: Any) -> Any:
        """Return ``array[index]`` of a flat array as float32: of float32, or of uint16 that are float16's bits."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            struct = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0])
            value = builder.load(builder.gep(struct.data, [arguments[1]]))
            if array.dtype == types.float32:
                return value
            return builder.fpext(builder.bitcast(value, ir.HalfType()), ir.FloatType())

        return types.float32(array, types.uint64), generate

    return intrinsic(number_at)


def _float_to_half() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    def float_to_half(context: Any, value: Any) -> Any:
        """Return the bits of a float32 number that is rounded to float16, as uint16."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(builder.fptrunc(arguments[0], ir.HalfType()), ir.IntType(16))

        return types.uint16(types.float32), generate

    return intrinsic(float_to_half)


def _trailing_zeros() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    def trailing_zeros(context: Any, word: Any) -> Any:
        """Return the place of the lowest bit of a word that is 1; of 0, 64."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

        return types.uint64(types.uint64), generate

    return intrinsic(trailing_zeros)


prefetch: Any = LazyKernel(_prefetch)
"""Ask for the cache line that holds ``array[index]`` of a flat array, in a kernel; changes no result."""
number_at: Any = LazyKernel(_number_at)
"""Read a number of a flat array of float32, or of float16 by its bits, as float32, in a kernel."""
float_to_half: Any = LazyKernel(_float_to_half)
"""Round a float32 number to float16, in a kernel; returns its bits."""
trailing_zeros: Any = LazyKernel(_trailing_zeros)
"""Return the place of the lowest bit of a word that is 1, in a kernel."""
