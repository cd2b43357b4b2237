"""Compares intent classifiers on one set of folds of data/nlu: `make compare`.

Near duplicates are held out together, in whatever script, so that no candidate is examined on what it has learnt by
heart. A candidate that fails is reported with its reason, and the exit status is then 1.
"""

import logging
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from comparison import report
from comparison.registry import CANDIDATES
from comparison.rows import load
from comparison.tracks import Setting, Track, full, small
from prepare import ROOT
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from threadpoolctl import threadpool_limits

RESULTS = ROOT / "bench" / "compare.json"
BESIDE = ("spelling",)  # scored beside a slow candidate too
WIDTH = 230  # of the tables, whatever the terminal's: a figure cut off is no figure
console = Console(stderr=True, highlight=False)


def compare(
    only: Annotated[
        list[str] | None, typer.Option(help="Candidates to score; all by default.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Folds of the main table.")] = 3,
    sample: Annotated[
        int, typer.Option(min=0, help="Messages of data/nlu to use, about; 0 for all.")
    ] = 0,
    slow: Annotated[
        int, typer.Option(min=100, help="Messages a slow candidate is trained on, about.")
    ] = 800,
    seed: Annotated[int, typer.Option(help="Chooses folds and samples.")] = 7,
    resume: Annotated[
        bool,
        typer.Option(
            help="Keep what an earlier run of the same setting, data and core "
            "code has already scored (.cache/compare)."
        ),
    ] = False,
    markdown: Annotated[bool, typer.Option(help="Print the tables as Markdown too.")] = False,
    results: Annotated[Path, typer.Option(help="Where the figures go.")] = RESULTS,
) -> None:
    """Compare intent classifiers on the same folds."""
    names = only or list(CANDIDATES)
    unknown = [name for name in names if name not in CANDIDATES]
    if unknown:
        raise typer.BadParameter(
            f"no candidate is called {', '.join(unknown)}; there are {', '.join(CANDIDATES)}"
        )
    setting = Setting(folds=folds, sample=sample, slow=slow, seed=seed)
    scored = _tracks(names, setting, resume=resume)
    report.save(results, scored, setting)
    for track in scored:
        Console(width=WIDTH).print(report.table(track))
    if markdown:
        typer.echo("\n\n".join(report.markdown(track) for track in scored))
    raise typer.Exit(int(any(track.failed for track in scored)))


def _tracks(names: list[str], setting: Setting, *, resume: bool) -> list[Track]:
    """Return the main track and, where a slow candidate is asked for, the small one: that candidate and the winner."""
    rows = load(ROOT / "data" / "nlu")
    with console.status(f"looking for near duplicates among {len(rows)} messages"):
        main = full(rows, setting)
    late = [name for name in names if CANDIDATES[name].slow]
    console.print(main.told)
    _score(main, [name for name in names if name not in late], resume=resume)
    if not late:
        return [main]
    fair = small(main, setting)
    console.print(fair.told)
    _score(fair, list(dict.fromkeys([*late, *main.ranking()[:1], *BESIDE])), resume=resume)
    return [main, fair]


def _score(track: Track, names: list[str], *, resume: bool) -> None:
    """Score each candidate in turn, and say so."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as progress:
        for number, name in enumerate(names, 1):
            task = progress.add_task(name)
            track.score(
                name,
                resume=resume,
                tell=_teller(progress, task, f"{number} of {len(names)}  {name}"),
            )
            progress.remove_task(task)
            console.print(report.line(track, name), markup=False)


def _teller(progress: Progress, task: int, label: str) -> Callable[[str], None]:
    return lambda text: progress.update(task, description=f"{label}: {text}")


def main() -> None:
    """Run on one thread, from the project's folder, which the data's paths start from."""
    os.chdir(ROOT)
    logging.basicConfig(level=logging.ERROR)
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        typer.run(compare)


if __name__ == "__main__":
    main()
