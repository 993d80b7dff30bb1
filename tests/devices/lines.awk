# SPDX-License-Identifier: BSD-2-Clause
#
# tests/devices/lines.awk - what the writers of serial_console.c have written, in the output of a system: prints how many
# lines of each have come whole and in order, how many have begun and come again, how many are the flood's, and how many
# something else.
#
# Lines of the root task's may stand between them.

function line(who, n,   dots, i) {
	for (i = 0; i < n * 37 % 80; i++)
		dots = dots "."
	return who ": line " n " " dots "|"
}

# Is it the line, or its beginning?
function begins(who, n) {
	return index(line(who, n), $0) == 1
}

BEGIN { last["killer"] = last["speaker"] = 0 }

/^root: starting speaker / { has_begun = 1 }
!has_begun || /^(root|pecan): / { next }

{
	is_known = /^F+$/ && length() == 495 # of the flood
	flood += is_known
	for (who in last) {
		if ($0 == line(who, last[who] + 1)) {
			last[who]++
			is_known = 1
		} else if (begins(who, last[who]) || begins(who, last[who] + 1)) {
			again++
			is_known = 1
		}
	}
	wrong += !is_known
}

END {
	printf "killer %d speaker %d flood %d again %d wrong %d\n", last["killer"], last["speaker"], flood, again, wrong
}
