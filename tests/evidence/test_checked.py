"""What a schema complains about is told in our words, with file, line and field."""

from enum import StrEnum

import pytest
from pydantic import BaseModel, ConfigDict, Field

from euthymia.errors import DataError
from euthymia.evidence.checked import checked
from euthymia.evidence.yaml_with_lines import read_yaml_text


class Route(StrEnum):
    oral = "oral"
    nasal = "nasal"


class Target(BaseModel):
    model_config = ConfigDict(extra="forbid")
    affinity: float = Field(gt=0, description="A concentration at which half is bound.")
    route: Route = Route.oral


class Drug(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    targets: dict[str, Target] = {}
    doses: tuple[float, ...] = ()


CASES = {
    "name: x\nnmae: y": (
        "d.yaml, line 2, nmae: there is no key 'nmae' here\n  Known: doses, name, targets.\n  Did you mean 'name'?"
    ),
    "name: x\ntargets:\n  sert: {affinty: 1, affinity: 2}": (
        "d.yaml, line 3, targets.sert.affinty: there is no key 'affinty' here\n"
        "  Known: affinity, route.\n  Did you mean 'affinity'?"
    ),
    "name: x\ntargets:\n  sert:\n    route: oral": (
        "d.yaml, line 3, targets.sert.affinity: 'affinity' is missing\n"
        "  A concentration at which half is bound.\n  Add 'affinity:' here."
    ),
    "name: x\ntargets:\n  sert: {affinity: high}": (
        "d.yaml, line 3, targets.sert.affinity: 'affinity' is not a number but 'high'\n"
        "  A concentration at which half is bound."
    ),
    "name: x\ntargets:\n  sert:\n    affinity: -1": (
        "d.yaml, line 4, targets.sert.affinity: 'affinity' is '-1': it should be greater than 0\n"
        "  A concentration at which half is bound."
    ),
    "name: x\ntargets:\n  sert:\n    affinity: 1\n    route: nasl": (
        "d.yaml, line 5, targets.sert.route: 'route' is 'nasl'\n  It is one of: oral, nasal.\n  Did you mean 'nasal'?"
    ),
    "doses: [1, two, 3]\nname: x": "d.yaml, line 1, doses[1]: 'doses' is not a number but 'two'",
    "doses: one\nname: [1]": "d.yaml, line 1, doses: 'doses' is not a list but 'one' (and 1 more mistake)",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_a_complaint_reads_as_advice(text, expected):
    with pytest.raises(DataError) as fault:
        checked(Drug, read_yaml_text(text, "d.yaml"))
    assert str(fault.value) == expected
    assert "pydantic" not in str(fault.value)


def test_a_part_of_a_document_can_be_checked():
    document = read_yaml_text("sert: {affinity: 2}\nnet: {affinity: none}", "d.yaml")
    assert checked(Target, document, "sert").affinity == 2
    with pytest.raises(DataError, match=r"d.yaml, line 2, net.affinity"):
        checked(Target, document, "net")
