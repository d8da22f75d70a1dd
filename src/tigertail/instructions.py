"""Machine instructions that numba does not offer: reading ahead, numbers of half the width, and the lowest bit.

The rows a listener's plays point to lie anywhere in memory. Asking for them a few entries ahead hides much of the wait,
and float16 halves what has to come.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import functools
import warnings
from typing import Any

from tigertail.errors import TigertailWarning
from tigertail.kernels import LazyKernel


@functools.cache
def has_float16() -> bool:
    """Return whether the processor turns float32 into float16 and back; warn once where it does not.

    Without such an instruction LLVM calls a function that is not there, and the process dies.
    """
    from numba.core.registry import cpu_target

    triple, _, features = cpu_target.target_context.codegen().magic_tuple()
    found = triple.startswith(("aarch64", "arm64")) or "+f16c" in features.split(",")
    if not found:
        warnings.warn(
            "this processor has no instructions for float16 (F16C): factors are fitted in float32, which takes longer "
            "and gives other last digits",
            TigertailWarning,
            stacklevel=2,
        )
    return found


def _prefetch() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    def prefetch(context: Any, array: Any, index: Any) -> Any:
        if not _is_flat(array):
            return None

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            struct = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0])
            pointer_type = ir.IntType(8).as_pointer()
            pointer = builder.bitcast(builder.gep(struct.data, [arguments[1]]), pointer_type)
            number = ir.IntType(32)
            function_type = ir.FunctionType(ir.VoidType(), [pointer_type, number, number, number])
            function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
            read, all_caches, data = (ir.Constant(number, value) for value in (0, 3, 1))
            builder.call(function, [pointer, read, all_caches, data])
            return context.get_dummy_value()

        return types.void(array, types.uint64), generate

    return intrinsic(prefetch)


def _number_at() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    def number_at(context: Any, array: Any, index: Any) -> Any:
        if not _is_flat(array) or array.dtype not in (types.float32, types.uint16):
            return None

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
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(builder.fptrunc(arguments[0], ir.HalfType()), ir.IntType(16))

        return types.uint16(types.float32), generate

    return intrinsic(float_to_half)


def _trailing_zeros() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    def trailing_zeros(context: Any, word: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

        return types.uint64(types.uint64), generate

    return intrinsic(trailing_zeros)


def _is_flat(array: Any) -> bool:
    """Return whether a type is that of an array of one dimension whose numbers lie side by side."""
    from numba import types

    return isinstance(array, types.Array) and array.ndim == 1 and array.layout == "C"


# An array of another type is refused by Numba, when a kernel is compiled; a number of another type is converted.
prefetch: Any = LazyKernel(_prefetch)
"""Ask for the cache line that holds ``array[index]`` of a contiguous array of one dimension; changes no result."""
number_at: Any = LazyKernel(_number_at)
"""Return ``array[index]`` as float32, of a contiguous array of one dimension: float32, or float16's bits as uint16."""
float_to_half: Any = LazyKernel(_float_to_half)
"""Round a float32 number to float16 and return its bits as uint16; from 65,520 on they are those of infinity."""
trailing_zeros: Any = LazyKernel(_trailing_zeros)
"""Return the place of the lowest bit of a uint64 that is 1; of 0, 64."""
