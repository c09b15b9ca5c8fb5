"""`evidence` verbs that pool: meta-analysis and network meta-analysis of plain tables."""

from __future__ import annotations

from pathlib import Path

from euthymia.cli.telling import as_json, write_whole


def meta(
    *,
    data: Path,
    measure: str = "GEN",
    method: str = "REML",
    knha: bool = False,
    columns: list[str] | None = None,
    where: list[str] | None = None,
    subgroup: str | None = None,
    moderator: list[str] | None = None,
    leave_one_out: bool = False,
    cumulative: str | None = None,
    egger: bool = False,
    fill: bool = False,
    drop_double_zero: bool = False,
    level: float = 95.0,
    forest: Path | None = None,
    funnel: Path | None = None,
    trial: Path | None = None,
    contrast: str = "treatment,control",
    scale: str = "MADRS",
    day: float = 56.0,
    json: bool = False,
) -> None:
    """Pool a table of studies.

    Parameters
    ----------
    data
        Table: yi vi (or yi sei), or ai bi ci di, or ai n1i ci n2i, or m1i sd1i n1i m2i sd2i n2i; study names a row.
    measure
        OR, RR, RD, PETO, MD, SMD, ROM, or GEN for effects that are given.
    method
        EE, DL, HE, HS, SJ, ML, REML, EB or PM.
    knha
        Test and interval by Knapp and Hartung.
    columns
        Which heading holds what, such as ai=tpos; may be given again.
    where
        Only rows with heading=value; may be given again.
    subgroup
        Pool each value of this column alone, and test between them.
    moderator
        Meta-regression on this column; may be given again.
    leave_one_out
        Pool again without each study.
    cumulative
        Pool again adding one study after another in order of this column.
    egger
        Egger's test of the funnel.
    fill
        Trim and fill.
    drop_double_zero
        For OR and RR leave out studies with no event in either group.
    level
        Of the intervals, in per cent.
    forest
        Write a forest plot to this file (.svg, .png or .json).
    funnel
        Write a funnel plot to this file.
    trial
        Write the result as a table of published trials (.yaml) that 'euthymia score trials --trials' reads.
    contrast
        For --trial: the arm and its reference, between a comma.
    scale
        For --trial: the rating scale.
    day
        For --trial: days since the first dose.
    json
        Print JSON: k, estimate, se, ci_low, ci_high, tau2, i2 (per cent), q, pi_low, pi_high and more.
    """
    from euthymia.evidence.synthesis.meta import analyse

    found = analyse(
        data, measure=measure, method=method, knha=knha, columns=_pairs(columns), where=where or (), subgroup=subgroup,
        moderators=moderator or (), leave_one_out=leave_one_out, cumulative=cumulative, egger=egger, fill=fill,
        drop_double_zero=drop_double_zero, level=level / 100,
    )  # fmt: skip
    if forest is not None or funnel is not None:
        from euthymia.report.evidence_figures import forest_plot, funnel_plot, write_figure

        if forest is not None:
            write_figure(forest_plot(found.pooled), forest)
        if funnel is not None:
            write_figure(funnel_plot(found.pooled), funnel)
    if trial is not None:
        from euthymia.evidence.synthesis.as_trial import as_trial

        arm, _, reference = contrast.partition(",")
        text = as_trial(
            found.pooled, data, name=trial.stem, arm=arm.strip(), reference=reference.strip(), scale=scale, day=day
        )
        write_whole(trial, text)
    print(as_json(found.told()) if json else found)


def nma(
    *,
    data: Path,
    measure: str | None = None,
    method: str = "DL",
    reference: str | None = None,
    small_is_good: bool = False,
    columns: list[str] | None = None,
    where: list[str] | None = None,
    split: bool = False,
    league: Path | None = None,
    json: bool = False,
) -> None:
    """Pool a network of trials of any number of arms.

    Parameters
    ----------
    data
        Table of arms: study, treatment, and events n, or mean sd n; or of pairs: study, treat1, treat2, yi, vi or sei.
    measure
        OR, RR, RD, MD or SMD; OR for events and MD for means, if not given.
    method
        EE, DL, REML or ML.
    reference
        Treatment the others are told against; placebo, if not given.
    small_is_good
        Whether a smaller number is better, for P-scores.
    columns
        Which heading holds what, such as treatment=drug; may be given again.
    where
        Only rows with heading=value; may be given again.
    split
        Add the test of inconsistency and node-splitting.
    league
        Write the league table to this CSV file.
    json
        Print JSON: effects against the reference, league, tau2, i2, q, p_scores and more.
    """
    from euthymia.evidence.synthesis.inconsistency import decomposition, node_split
    from euthymia.evidence.synthesis.network import told
    from euthymia.evidence.synthesis.network_table import analyse_network
    from euthymia.evidence.synthesis.network_text import league_table, text

    found = analyse_network(
        data,
        measure=measure,
        method=method,
        reference=reference,
        small_is_good=small_is_good,
        columns=_pairs(columns),
        where=where or (),
    )
    said = told(found)
    if split:
        said |= {"inconsistency": decomposition(found), "node_split": node_split(found)}
    if league is not None:
        write_whole(league, league_table(found))
    print(as_json(said) if json else text(said))


def _pairs(given: list[str] | None) -> dict[str, str]:
    """`ai=tpos` or `ai=tpos,bi=tneg` as a mapping; raises `EuthymiaError`."""
    from euthymia.errors import EuthymiaError

    found: dict[str, str] = {}
    for one in given or ():
        for part in one.split(","):
            name, sign, heading = part.partition("=")
            if not sign or not heading.strip():
                raise EuthymiaError(f"'{part}' does not say which heading", fix="Write it as ai=tpos.")
            found[name.strip()] = heading.strip()
    return found
