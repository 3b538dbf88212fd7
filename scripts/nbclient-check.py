#!/usr/bin/env python3
"""Executes the notebooks through real Jupyter and compares their outputs with the committed ones.

    python3 scripts/nbclient-check.py [NOTEBOOK ...]

Default: all in notebooks/. Exit code 1 where a notebook fails or shows something else. Needs a built library, and
nbclient, jupyter_client and nbformat (Debian: python3-nbclient python3-jupyter-client python3-nbformat). Outputs are
compared in the form that `vghif notebooks` writes: streams joined, no execution counts, no stack frames inside Node or
the kernel.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = pathlib.Path(__file__).resolve().parent.parent
INNER_FRAME = re.compile(r"^ +at .*(?:\bnode:|[\\/]tslab[\\/]dist[\\/]).*\n", re.MULTILINE)
# For this long after an error, in seconds, tslab refuses to run cells.
AFTER_ERROR = 0.3


def normalised(outputs):
    """A cell's outputs without what changes from run to run."""
    kept = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            text = INNER_FRAME.sub("", output["text"])
            if kept and kept[-1]["output_type"] == "stream" and kept[-1]["name"] == output["name"]:
                kept[-1]["text"] += text
            else:
                kept.append({"output_type": kind, "name": output["name"], "text": text})
        elif kind == "error":
            kept.append({"output_type": kind, "ename": output["ename"], "evalue": output["evalue"]})
        else:
            kept.append({"output_type": kind, "data": dict(output["data"]), "metadata": dict(output["metadata"])})
    return kept


def problems_of(path):
    """Executes a notebook in its own folder; a line for each problem."""
    committed = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    for cell in fresh.cells:
        cell.pop("outputs", None)
        if cell.cell_type == "code":
            cell.outputs = []

    def after_cell(cell, cell_index, execute_reply):
        if execute_reply["content"]["status"] == "error":
            time.sleep(AFTER_ERROR)

    client = NotebookClient(
        fresh, timeout=600, kernel_name="tslab", on_cell_executed=after_cell, resources={"metadata": {"path": str(path.parent)}}
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError, KeyError) as error:
        # tslab shows its errors on the standard error stream; its replies lack what nbclient would quote (a KeyError).
        return [f"failed in Jupyter ({type(error).__name__}): {last_error_line(fresh) or error}"]
    problems = []
    for number, (before, now) in enumerate(zip(committed.cells, fresh.cells), start=1):
        if before.cell_type == "code" and normalised(before.outputs) != normalised(now.outputs):
            problems.append(f"cell {number}: the committed outputs are not those that Jupyter shows")
    return problems


def last_error_line(notebook):
    """The last line on the standard error stream that is no stack frame."""
    outputs = [output for cell in notebook.cells for output in normalised(cell.get("outputs", []))]
    texts = [output["text"] for output in outputs if output.get("name") == "stderr"]
    lines = [line for text in texts for line in text.splitlines() if line.strip() and not line.startswith("    at ")]
    return lines[-1] if lines else None


def main():
    paths = [pathlib.Path(name).resolve() for name in sys.argv[1:]] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    if not paths:
        sys.exit("nbclient-check: there is no notebook in notebooks/")
    vghif = [os.environ.get("NODE", "node"), str(ROOT / "lib" / "bin" / "vghif.js")]
    registered = subprocess.run([*vghif, "lab", "--register"], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    failed = False
    with tempfile.TemporaryDirectory() as runtime:
        # The home folder may be read-only.
        os.environ.update(JUPYTER_PATH=registered.stdout.strip(), JUPYTER_RUNTIME_DIR=runtime, JUPYTER_CONFIG_DIR=runtime)
        for path in paths:
            start = time.monotonic()
            problems = problems_of(path)
            for problem in problems:
                print(f"nbclient-check: {path.name}: {problem}", file=sys.stderr)
            failed = failed or bool(problems)
            print(f"{path.name}: {'FAILED' if problems else 'same outputs'}, {time.monotonic() - start:.1f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
