"""Made witnesses.tar.xz and witnesses.json: models, unfinished runs, and what they gave.

Made by musicrnn 0.1.0 (commit 2da8e18) with ``python -m tests.golden.witnesses``, run in the
repository's root; test_witnesses.py holds every later version to them. The archive has a tiny model
of every kind as training leaves it, and beside five of them the run, stopped by Ctrl-C after its
first validation. The JSON has the figures, pieces and predictions of these models and of the
bundled ones, and what the runs become when they go on to their end: that is what the same training
gives without a stop, bit for bit, or nothing is written.

Files that exist are not written over unless ``--overwrite`` says so: new witnesses swear to the
new behaviour, whatever it is.
"""

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import partial
from pathlib import Path

from tests.golden.witness_data import digest, make
from tests.golden.witness_figures import (
    HEARD,
    MADE,
    MEASURED,
    TRAINED,
    UNFINISHED,
    classified_figures,
    composed_figures,
    measured_figures,
    model_figures,
    resumed_figures,
    stored_weights,
    trained_figures,
    training,
)

STOPPED = """
import signal, sys
from musicrnn_cli.main import main

class Stopping:
    def __init__(self, stream):
        self.stream, self.sent = stream, False
    def write(self, text):
        written = self.stream.write(text)
        if "update " in text and not self.sent:
            self.sent = True
            signal.raise_signal(signal.SIGINT)
        return written
    def __getattr__(self, name):
        return getattr(self.stream, name)

sys.stderr = Stopping(sys.stderr)
main()
"""
WHOLE = "from musicrnn_cli.main import main; main()"


def train(kind, folder, code):
    """A model of its kind, trained in a process of its own in the folder of the data."""
    command = [sys.executable, "-c", code, *training(kind, f"{kind}.safetensors")]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    return folder / f"{kind}.safetensors"


def main():
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--folder", type=Path, default=Path(__file__).parent)
    options.add_argument("--overwrite", action="store_true")
    given = options.parse_args()
    archive, listed = (given.folder.resolve() / f"witnesses.{kind}" for kind in ("tar.xz", "json"))
    for path in (archive, listed):
        if path.exists() and not given.overwrite:
            sys.exit(f"{path} exists: --overwrite swears in new witnesses in its place")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = str(folder / "cache")
        with contextlib.chdir(folder):
            figures = {"made with": made_with(), "data": digest(folder), **examine(folder)}
        with tarfile.open(archive, "w:xz", preset=9) as file:
            for path in sorted(folder.glob("*.safetensors*")):
                file.add(path, path.name, filter=nobodys)
    listed.write_text(written(rounded(figures)), "utf-8")


def written(figures):
    """JSON with a line for every model."""
    compact = partial(json.dumps, separators=(",", ":"))
    parts = []
    for name, value in figures.items():
        rows = value.items() if isinstance(value, dict) else []
        lines = ",\n".join(f"{json.dumps(row)}: {compact(inner)}" for row, inner in rows)
        parts.append(f"{json.dumps(name)}: " + (f"{{\n{lines}\n}}" if rows else compact(value)))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def examine(folder):
    """Train everything in ``folder``, leave the witnesses there, and give their figures."""
    resumed = {}
    for kind in UNFINISHED:
        whole = train(kind, folder, WHOLE).rename(folder / "whole")
        (folder / f"{kind}.safetensors.run").unlink()
        model = train(kind, folder, STOPPED)
        with tempfile.TemporaryDirectory() as other:
            for path in folder.glob(f"{kind}.safetensors*"):
                shutil.copy(path, other)
            again = Path(other, model.name)
            resumed[kind] = resumed_figures(kind, again)
            assert stored_weights(again) == stored_weights(whole), f"{kind}: not bit for bit"
            assert stored_weights(again) != stored_weights(model), f"{kind}: learnt nothing more"
            assert resumed[kind] == trained_figures(whole)
        whole.unlink()
    for kind in TRAINED.keys() - set(UNFINISHED):
        train(kind, folder, WHOLE)
        (folder / f"{kind}.safetensors.run").unlink()
    with tempfile.TemporaryDirectory() as other:
        out = Path(other)
        return {
            "models": {k: model_figures(k, folder / f"{k}.safetensors", out) for k in TRAINED},
            "resumed": resumed,
            "composed": {name: composed_figures(name, out) for name in MADE},
            "classified": {name: classified_figures(name) for name in HEARD},
            "measured": {name: measured_figures(name) for name in MEASURED},
        }


def nobodys(member):
    """A file of the archive, of no user and no day."""
    return member.replace(mtime=0, mode=0o644, uid=0, gid=0, uname="", gname="", deep=False)


def made_with():
    names = ("musicrnn", "torch", "numpy", "scipy", "mido")
    found = {name: importlib.metadata.version(name) for name in names}
    return {**found, "python": platform.python_version(), "machine": platform.machine()}


def rounded(value):
    """To a twentieth of what the test allows."""
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return round(value, 6) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
