# SPDX-License-Identifier: BSD-2-Clause
#
# tests/check/lib.sh - what the checks share. A check prints one line for each thing that does not hold and then fails.
#
# Every check takes the folder to look at, which is this tree if none is given: so the checks themselves can be tested.

set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"
complaints=0

complain() {
	printf '%s\n' "$*"
	complaints=$((complaints + 1))
}

finish() {
	[ "$complaints" -eq 0 ]
	exit
}

# Every file of the tree that is or could be in the repository, without what is built.
files() {
	if [ -e .git ] && command -v git >/dev/null && git -c safe.directory='*' rev-parse >/dev/null 2>&1; then
		git -c safe.directory='*' ls-files -co --exclude-standard | while read -r f; do
			[ ! -f "$f" ] || printf '%s\n' "$f"
		done
	else
		find . -type f -not -path './.git/*' -not -path './build*' | sed 's|^\./||'
	fi | sort
}
