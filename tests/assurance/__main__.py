"""`make assurance`: runs the tests of the checklist and writes the generated parts of docs/security.md.

With `--only-write` the tests are not run; the last results stand. JUnit reports named on the command line are taken
instead of a run.
"""

import sys
from pathlib import Path

from referral.app import create_app
from referral.kit.settings import Settings
from tests.assurance import page, results
from tests.assurance.checklist import rows


def main() -> None:
    """Run, write, and say how many rows are met."""
    checklist = rows()
    reports = [Path(name) for name in sys.argv[1:] if name.endswith(".xml")]
    if reports:
        results.keep(checklist, reports)
    elif "--only-write" not in sys.argv:
        results.run(checklist)
    key = "a2V5LW9mLXRoZS10ZXN0cy0tLTMyLWJ5dGVzLWxvbmc="
    app = create_app(Settings("sqlite://", "only to read the table of routes", key, "http://localhost"))
    page.write("policy", page.policy_table(app))
    page.write("scans", page.scans_table())
    page.write("checklist", page.checklist_table(checklist, *results.last()))
    sys.stdout.write(f"{len(checklist)} rows written to {page.PAGE.name}\n")


if __name__ == "__main__":
    main()
