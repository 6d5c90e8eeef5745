#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Score the reports found in the corpora against their answers.

    corpus.py OOPS-JSON SOURCE-ROOT

Looks for ../shared/oops-corpus beside the source; without it the test is skipped (exit status 77).
"""
import json
import pathlib
import subprocess
import sys
import tempfile

# measure: share that has to be right; kept a little below what is reached
WANTED = {
    "title.clean": 0.97, "type.clean": 0.98, "frame.clean": 0.95, "title.negative": 0.94,
    "guilty.file": 0.85, "cpu": 0.98, "pid": 0.98, "comm": 0.98, "taint": 0.98, "kernel": 0.98,
    "abrt.detected": 0.95, "abrt.count": 0.90, "abrt.taint": 0.95, "abrt.hash": 1.0,
}


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    corpus = root.parent / "shared" / "oops-corpus"
    cases = corpus / "cases"
    if not (corpus / "score.py").exists():
        print("SKIPPED: no corpus at", corpus)
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        results = pathlib.Path(scratch) / "results.jsonl"
        scores = pathlib.Path(scratch) / "scores.json"
        with results.open("w") as f:
            subprocess.run([program, *map(str, sorted(cases.glob("*.log")))], stdout=f, check=True)
        subprocess.run([sys.executable, str(corpus / "score.py"), "--cases", str(cases),
                        "--results", str(results), "--json", str(scores)], check=True)
        got = json.loads(scores.read_text())
    bad = 0
    for key, share in WANTED.items():
        ok, of = (got[key]["ok"], got[key]["of"]) if key in got else (0, 0)
        if not of or ok < share * of:
            print("TOO LOW: %s %d of %d, wanted %.0f %%" % (key, ok, of, share * 100))
            bad = 1
    return bad


sys.exit(main())
