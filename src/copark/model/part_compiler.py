"""A compiler for functions that are only ever copied into a kernel: type inference and lowering, no machine code.

It saves a sixth of the first start (decision 0002) and rests on internals of Numba, all of which are named here. Only
`model.jit` imports this module, only for versions of Numba it was tested with, and does without it where an import
fails.
"""

from typing import Any

from numba._dynfunc import make_function
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _Part(JITCodeLibrary):
    """Code that is neither optimised nor made into machine code by itself."""

    def finalize(self) -> None:
        """Link in what the part calls, and stop there."""
        for part in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(part._get_module_for_linking(), preserve=True)  # noqa: SLF001
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    """Numba's lowering, but for making the function itself callable."""

    def run_pass(self, state: Any) -> bool:
        """Lower a function into a part and let callers find it by name."""
        library = _Part(state.targetctx.codegen(), state.func_id.func_qualname)
        library.enable_object_caching()
        state.library = library
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        name = make_function(lowered.fndesc.lookup_module(), library.name, "", 0, lowered.env, (library,))
        state.targetctx.insert_user_function(name, lowered.fndesc, [library])
        state["cr"] = lowered._replace(cfunc=name)
        return True


class PartCompiler(CompilerBase):
    """Numba's compiler with that lowering."""

    def define_pipelines(self) -> list[Any]:
        """Return Numba's pipeline with its lowering exchanged."""
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pipeline.passes = [(_PartLowering if kind is NativeLowering else kind, why) for kind, why in pipeline.passes]
        return [pipeline]
