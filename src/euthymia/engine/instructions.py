"""LLVM assembly, written one instruction at a time.

A `Function` collects the lines of one function; every method writes an instruction and returns the name of its
result, so reading the Python reads like the assembly. A vector holds one number for each lane, and each lane is a
patient. All arithmetic is IEEE 754 without relaxed-maths flags; a fused multiply-add appears only where `fused` is
called. Hence one program gives the same bits on every processor that has fused multiply-add.
Left out: everything the engine does not use, and type checks (LLVM makes them when the text is read).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: instructions in a row before a cut: compiling 183 states took 2.5 s without cuts and 0.9 s with them
LONGEST_LINE = 500

#: the name of a result, or a constant written out
Value = str


def bits(number: float) -> str:
    """A double as LLVM writes it, exactly.

    >>> bits(1.0)
    '0x3FF0000000000000'
    """
    return "0x" + struct.pack(">d", number).hex().upper()


@dataclass(frozen=True)
class Loop:
    """An endless loop being written: `leave` is where to jump to get out."""

    leave: str


@dataclass
class Function:
    """One function under construction: `arguments` are (type, name), and every pointer may be assumed unaliased."""

    name: str
    lanes: int
    arguments: tuple[tuple[str, str], ...] = (("ptr", "%work"),)
    exported: bool = False
    lines: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    count: int = 0
    next_cut: int = LONGEST_LINE

    @property
    def vector(self) -> str:
        return f"<{self.lanes} x double>"

    @property
    def whole(self) -> str:
        """Vector of 64-bit integers."""
        return f"<{self.lanes} x i64>"

    @property
    def mask(self) -> str:
        return f"<{self.lanes} x i1>"

    # -- writing -------------------------------------------------------------------------------------------

    def fresh(self) -> Value:
        self.count += 1
        return f"%v{self.count}"

    def write(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def result(self, text: str) -> Value:
        name = self.fresh()
        self.write(f"{name} = {text}")
        return name

    def text(self) -> str:
        arguments = ", ".join(f"{kind} {name}" for kind, name in self.arguments)
        head = f"define {'' if self.exported else 'internal '}void @{self.name}({arguments}) #0 {{\nentry:"
        tail = "  br label %end\nend:\n  ret void\n}"
        return "\n".join([head, *self.variables, *self.lines, tail])

    # -- lanes: doubles ------------------------------------------------------------------------------------

    def constant(self, number: float) -> Value:
        return f"splat (double {bits(number)})"

    def add(self, left: Value, right: Value) -> Value:
        return self.result(f"fadd {self.vector} {left}, {right}")

    def subtract(self, left: Value, right: Value) -> Value:
        return self.result(f"fsub {self.vector} {left}, {right}")

    def multiply(self, left: Value, right: Value) -> Value:
        return self.result(f"fmul {self.vector} {left}, {right}")

    def divide(self, left: Value, right: Value) -> Value:
        return self.result(f"fdiv {self.vector} {left}, {right}")

    def negate(self, value: Value) -> Value:
        return self.result(f"fneg {self.vector} {value}")

    def fused(self, left: Value, right: Value, addend: Value) -> Value:
        """left·right + addend, rounded once where the processor can."""
        return self._intrinsic("fmuladd", left, right, addend)

    def sqrt(self, value: Value) -> Value:
        return self._intrinsic("sqrt", value)

    def floor(self, value: Value) -> Value:
        return self._intrinsic("floor", value)

    def absolute(self, value: Value) -> Value:
        return self._intrinsic("fabs", value)

    def minimum(self, left: Value, right: Value) -> Value:
        return self.select(self.compare("olt", left, right), left, right)

    def maximum(self, left: Value, right: Value) -> Value:
        return self.select(self.compare("ogt", left, right), left, right)

    def compare(self, relation: str, left: Value, right: Value) -> Value:
        return self.result(f"fcmp {relation} {self.vector} {left}, {right}")

    def compare_whole(self, relation: str, left: Value, right: Value) -> Value:
        return self.result(f"icmp {relation} {self.whole} {left}, {right}")

    def select(self, mask: Value, yes: Value, no: Value) -> Value:
        return self.result(f"select {self.mask} {mask}, {self.vector} {yes}, {self.vector} {no}")

    def select_whole(self, mask: Value, yes: Value, no: Value) -> Value:
        return self.result(f"select {self.mask} {mask}, {self.whole} {yes}, {self.whole} {no}")

    def count_mask(self, mask: Value) -> Value:
        """1 where the mask holds and 0 elsewhere, as integers."""
        return self.result(f"zext {self.mask} {mask} to {self.whole}")

    def spread(self, number: Value, kind: str = "double") -> Value:
        """The same number in every lane."""
        vector = f"<{self.lanes} x {kind}>"
        single = self.result(f"insertelement {vector} poison, {kind} {number}, i64 0")
        first = f"<{self.lanes} x i32> zeroinitializer"
        return self.result(f"shufflevector {vector} {single}, {vector} poison, {first}")

    def both(self, left: Value, right: Value) -> Value:
        return self.result(f"and {self.mask} {left}, {right}")

    def either(self, left: Value, right: Value) -> Value:
        return self.result(f"or {self.mask} {left}, {right}")

    def reverse(self, mask: Value) -> Value:
        return self.result(f"xor {self.mask} {mask}, splat (i1 true)")

    def any(self, mask: Value) -> Value:
        """One bit: does the mask hold for some lane?"""
        packed = self.result(f"bitcast {self.mask} {mask} to i{self.lanes}")
        return self.result(f"icmp ne i{self.lanes} {packed}, 0")

    def none(self, mask: Value) -> Value:
        """One bit: does the mask hold for no lane?"""
        packed = self.result(f"bitcast {self.mask} {mask} to i{self.lanes}")
        return self.result(f"icmp eq i{self.lanes} {packed}, 0")

    def _intrinsic(self, name: str, *values: Value) -> Value:
        arguments = ", ".join(f"{self.vector} {value}" for value in values)
        return self.result(f"call {self.vector} @llvm.{name}.v{self.lanes}f64({arguments})")

    # -- lanes: the bits of doubles ------------------------------------------------------------------------

    def as_whole(self, value: Value) -> Value:
        return self.result(f"bitcast {self.vector} {value} to {self.whole}")

    def as_vector(self, value: Value) -> Value:
        return self.result(f"bitcast {self.whole} {value} to {self.vector}")

    def on_whole(self, operation: str, left: Value, right: Value) -> Value:
        return self.result(f"{operation} {self.whole} {left}, {right}")

    def whole_constant(self, number: int) -> Value:
        return f"splat (i64 {number})"

    # -- one number at a time ------------------------------------------------------------------------------

    def on_integers(self, operation: str, left: Value, right: Value | int) -> Value:
        return self.result(f"{operation} i64 {left}, {right}")

    def on_doubles(self, operation: str, left: Value, right: Value) -> Value:
        return self.result(f"{operation} double {left}, {right}")

    # -- memory --------------------------------------------------------------------------------------------

    def at(self, pointer: Value, index: Value | int, kind: str = "double") -> Value:
        return self.result(f"getelementptr inbounds {kind}, ptr {pointer}, i64 {index}")

    def load(self, pointer: Value, kind: str | None = None) -> Value:
        align = "" if kind else f", align {8 * self.lanes}"
        return self.result(f"load {kind or self.vector}, ptr {pointer}{align}")

    def store(self, value: Value, pointer: Value, kind: str | None = None) -> None:
        align = "" if kind else f", align {8 * self.lanes}"
        self.write(f"store {kind or self.vector} {value}, ptr {pointer}{align}")

    def element(self, pointer: Value, index: Value | int, kind: str = "double") -> Value:
        """The number at `index` of an array."""
        return self.load(self.at(pointer, index, kind), kind)

    def variable(self, initial: Value | int, kind: str = "i64") -> Value:
        """A place for a number that changes; LLVM turns it into a register."""
        name = self.fresh()
        self.variables.append(f"  {name} = alloca {kind}")
        self.store(str(initial), name, kind)
        return name

    # -- control -------------------------------------------------------------------------------------------

    def call(self, name: str, *arguments: str) -> None:
        """Call a function with the worker's memory and further arguments, written with their types."""
        self.write(f"call void @{name}({', '.join(('ptr %work', *arguments))})")

    @contextmanager
    def when(self, condition: Value) -> Iterator[None]:
        inside, after = self._label(), self._label()
        self.write(f"br i1 {condition}, label %{inside}, label %{after}")
        self.lines.append(f"{inside}:")
        yield
        self.write(f"br label %{after}")
        self.lines.append(f"{after}:")

    @contextmanager
    def forever(self) -> Iterator[Loop]:
        again, after = self._label(), self._label()
        self.write(f"br label %{again}")
        self.lines.append(f"{again}:")
        yield Loop(after)
        self.write(f"br label %{again}")
        self.lines.append(f"{after}:")

    def leave(self, loop: Loop, condition: Value) -> None:
        stay = self._label()
        self.write(f"br i1 {condition}, label %{loop.leave}, label %{stay}")
        self.lines.append(f"{stay}:")

    @contextmanager
    def each(self, count: Value | int) -> Iterator[Value]:
        """For index = 0 … count - 1."""
        place = self.variable(0)
        with self.forever() as loop:
            index = self.load(place, "i64")
            self.leave(loop, self.on_integers("icmp sge", index, count))
            yield index
            self.store(self.on_integers("add", index, 1), place, "i64")

    def cut(self) -> None:
        """End a straight line once it is long, by a branch to the end that is never taken.

        LLVM orders the instructions of one line in time that grows with the square of its length.
        """
        if len(self.lines) < self.next_cut:
            return
        self.next_cut = len(self.lines) + LONGEST_LINE
        on = self._label()
        address = f"inttoptr (i64 {self.count} to ptr)"  # no memory stands so low; no two cuts ask the same
        taken = self.result(f"icmp ugt ptr %work, {address}")
        self.write(f"br i1 {taken}, label %{on}, label %end")
        self.lines.append(f"{on}:")

    def _label(self) -> str:
        self.count += 1
        return f"l{self.count}"


def module(functions: list[Function], triple: str) -> str:
    """The text of a whole module."""
    lanes = functions[0].lanes
    vector = f"<{lanes} x double>"
    declared = [
        f"declare {vector} @llvm.{name}.v{lanes}f64({', '.join([vector] * arity)})"
        for name, arity in (("fmuladd", 3), ("sqrt", 1), ("fabs", 1), ("floor", 1))
    ]
    width = f'"prefer-vector-width"="{64 * lanes}" "min-legal-vector-width"="{64 * lanes}"'
    parts = [f'target triple = "{triple}"', *declared, *(f.text() for f in functions)]
    return "\n\n".join([*parts, f"attributes #0 = {{ nounwind {width} }}", ""])
