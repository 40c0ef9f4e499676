#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""One line for each test case of kunit.py's JSON; the suites that must be there on stdin."""
import json
import sys


def cases(group):
    """Yields (suite, case, status) for all cases below a group."""
    for case in group.get("test_cases", []):
        yield group["name"], case["name"], case["status"]
    for sub in group.get("sub_groups", []):
        yield from cases(sub)


def line(kernel, suite, case, status):
    """The result as a line of the project's own form."""
    name = f"kunit {kernel}: {suite}.{case}"
    if status == "PASS":
        return f"ok - {name}"
    if status == "SKIP":
        return f"skip - {name}: skipped by the test"
    return f"not ok - {name} ({status})"


def main():
    """Prints the results; fails unless all passed and no suite is missing."""
    kernel, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        results = list(cases(json.load(file)))
    ran = " ".join(suite for suite, _, _ in results)
    lines = [line(kernel, *result) for result in results]
    for suite in sys.stdin.read().split():
        if suite not in ran.split():
            lines.append(f"not ok - kunit {kernel}: suite {suite} did not run")
    print("\n".join(lines))
    return any(text.startswith("not ok") for text in lines) or not results


sys.exit(main())
