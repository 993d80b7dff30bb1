# SPDX-License-Identifier: BSD-2-Clause
#
# tests/pagers/cases.sh - the pagers of servers/, and their clients. tests/run sources this behind jobs.sh.

# One boot: every pager, and test-pagers with the words of the cases that are wanted.
pagers_job() {
	local words
	words=$(system_words pager.) || words=
	programs_job pagers 330 '' \
		'ramp @server @priority=150 @memory=2M' \
		'anonymous pool=8192 quota=4096 @server @priority=150 @memory=12M' \
		'file cache=64 memory=256 patience=200 @server @priority=150 @memory=3M' \
		'cow pool=4096 quota=1024 @server @priority=150 @memory=8M' \
		'shared pool=256 @server @priority=150 @memory=3M' \
		"test-pagers $words @spaces @priority=140 @memory=4M"
}
