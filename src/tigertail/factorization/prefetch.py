"""One machine instruction numba does not offer: ask for a row of factors before it is needed.

The rows a listener's plays point to lie anywhere in memory. Asking for them a few entries ahead hides much
of the wait.
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


prefetch: Any = LazyKernel(_prefetch)
"""Ask for the cache line that holds ``array[index]`` of a flat array, in a kernel; changes no result."""
