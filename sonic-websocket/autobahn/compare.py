"""Compares what the suite reported with what is expected: compare.py EXPECTED ROLE PATTERNS REPORT...

EXPECTED has a line for each case: its number, how it has to end, and how its connection has to end.
Runs on Python 2.7 and 3.
"""
from __future__ import print_function

import fnmatch
import io
import json
import os
import sys


def read_expected(path, patterns):
    expected = {}
    with io.open(path, encoding="ascii") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                case, behavior, close = line.split()
                if any(fnmatch.fnmatch(case, pattern) for pattern in patterns):
                    expected[case] = (behavior, close)
    return expected


def read_reports(folders):
    found = {}
    for folder in folders:
        path = os.path.join(folder, "index.json")
        if not os.path.exists(path):
            print("autobahn: there is no report: %s" % path)
            continue
        with io.open(path, encoding="utf-8") as report:
            for cases in json.load(report).values():
                for case, result in cases.items():
                    found[case] = (result["behavior"], result["behaviorClose"])
    return found


def main(expected_path, role, patterns, *folders):
    expected = read_expected(expected_path, patterns.split(","))
    found = read_reports(folders)
    differences = 0
    for case in sorted(set(expected) | set(found), key=lambda name: [int(part) for part in name.split(".")]):
        wanted = " ".join(expected.get(case, ("not", "listed")))
        got = " ".join(found.get(case, ("not", "run")))
        if wanted != got:
            differences += 1
            print("autobahn: %s %s: %s instead of %s" % (role, case, got, wanted))
    print("autobahn-%s: cases=%d as_expected=%d different=%d"
          % (role, len(found), sum(1 for case in found if found[case] == expected.get(case)), differences))
    return 1 if differences or not expected else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
