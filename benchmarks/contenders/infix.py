"""An expression as text of another language, every operation in brackets."""

from __future__ import annotations

from collections.abc import Mapping

from euthymia.model.expression import Call, Expression, Name, Number


def text(expression: Expression, names: Mapping[str, str], choice: str, power: str = "power") -> str:
    """`names` are what names become; `choice` is the form of `where`, with {0} for its condition."""
    match expression:
        case Number(value=value):
            return repr(value)
        case Name(id=name):
            return names[name]
        case Call(operator=operator, arguments=arguments):
            inner = [text(argument, names, choice, power) for argument in arguments]
    match operator:
        case "^":
            return f"{power}({inner[0]}, {inner[1]})"
        case "neg":
            return f"(-{inner[0]})"
        case "where":
            return choice.format(*inner)
        case "+" | "-" | "*" | "/" | "<" | "<=" | ">" | ">=":
            return f"({inner[0]} {operator} {inner[1]})"
    return f"{operator}({', '.join(inner)})"
