"""This computer's processor, and machine code made for it by LLVM.

The processor's own name and features are used, so the code is as good as one compiled here by hand; it is never
moved to another computer (see `cache`). Left out: graphics processors.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


def available() -> bool:
    """Whether compiled solving is possible here: LLVM comes with the llvmlite wheel, if it loads."""
    try:
        import llvmlite.binding  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


@dataclass(frozen=True)
class Processor:
    """What code is made for. `lanes` is how many doubles fill its widest registers."""

    triple: str
    name: str
    features: str
    lanes: int


@cache
def host() -> Processor:
    """The processor this process runs on."""
    import llvmlite.binding as llvm

    present = {name for name, on in llvm.get_host_cpu_features().items() if on}
    features = [f"+{name}" for name in sorted(present)]
    lanes = 4 if "avx" in present else 2
    if "avx512f" in present:
        lanes = 8
        features.append("-prefer-256-bit")  # registers stay as wide as they are, whatever the vendor prefers
    return Processor(llvm.get_process_triple(), llvm.get_host_cpu_name(), ",".join(features), lanes)


@cache
def llvm_version() -> str:
    import llvmlite
    import llvmlite.binding as llvm

    return ".".join(map(str, (llvmlite.__version__, *llvm.llvm_version_info)))


def _target_machine(processor: Processor):
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(processor.triple)
    return target.create_target_machine(
        cpu=processor.name, features=processor.features, opt=1, reloc="pic", codemodel="small"
    )


def translate(assembly: str, processor: Processor) -> bytes:
    """LLVM assembly → an object file for this processor.

    The text is written as it should run, so only variables need to become registers. More passes and a higher
    level were measured: up to three times the time to compile, no gain in speed.
    """
    import llvmlite.binding as llvm

    machine = _target_machine(processor)
    parsed = llvm.parse_assembly(assembly)
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.add_simplify_cfg_pass()
    passes.run(parsed, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
    return machine.emit_object(parsed)


@dataclass(frozen=True)
class Loaded:
    """Machine code in memory, which stays there as long as this does."""

    entry: Callable[[int, int], None]
    owner: object

    def run(self, first: int, second: int) -> None:
        """Call it with two addresses, without the interpreter's lock."""
        self.entry(first, second)


def load(code: bytes, processor: Processor) -> Loaded:
    """An object file → a function that can be called; raises `RuntimeError` if it is not one."""
    import llvmlite.binding as llvm

    compiler = llvm.create_lljit_compiler(_target_machine(processor))
    library = llvm.JITLibraryBuilder().add_object_img(code).export_symbol("run").add_current_process()
    tracker = library.link(compiler, "euthymia")
    entry = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(tracker["run"])
    return Loaded(entry, (compiler, tracker))
