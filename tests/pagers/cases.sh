# SPDX-License-Identifier: BSD-2-Clause
#
# tests/pagers/cases.sh - the pagers of servers/, and their clients. tests/run sources this behind jobs.sh and judge.sh.

# The words for test-pagers: cases that are wanted behind this prefix, without those of the other boots. Fails if that
# leaves none.
pagers_words() {
	local word words=() wanted
	wanted=$(system_words "$1") || return 1
	for word in $wanted; do
		[[ $word =~ ^(programs|hosted|out_of_core|disk) ]] || words+=("$word")
	done
	echo "${words[*]}"
	[ -z "$wanted" ] || [ ${#words[@]} -ne 0 ]
}

# pagers_job NAME SECONDS PREFIX OPTIONS: one boot: every pager, and test-pagers. The boot module `numbers` is 5,000
# lines of seven digits.
pagers_job() {
	local name=$1 words here=${work#"$build"/}
	words=$(pagers_words "$3") || return 0
	programs_job "$name" "$2" "$4" \
		'ramp @server @priority=150 @memory=2M' \
		'anonymous pool=8192 quota=4096 @server @priority=150 @memory=12M' \
		'cow pool=4096 quota=1024 @server @priority=150 @memory=8M' \
		'shared pool=256 @server @priority=150 @memory=3M' \
		'file cache=64 pages=256 patience=200 @server @priority=150 @memory=3M' \
		'compress pool=256 store=2048 quota=4096 @server @priority=150 @memory=5M' \
		'checkpoint pool=2048 @server @priority=150 @memory=12M' \
		'counter @manual' "test-pagers $words @spaces @manager @priority=140 @memory=4M"
	seq -f %07g 0 4999 >"$work/numbers"
	printf '%s\n' 'modules/file romfile numbers cache=4 @server @priority=150 @memory=1M' \
		"$here/numbers numbers" >>"$work/modules.$name"
}

# Whole programs that have a pager from their first instruction on.
pagers_programs() {
	cat <<-'END'
		pager.programs.anonymous|hello-c: 4 arguments, sorted: be not or to; and pi is 3.1416
		pager.programs.threads|hello-c: twice 21 is 42, says thread 0x[0-9a-f]+
		pager.programs.cow|hello: twice 21 is 42, says thread 0x[0-9a-f]+
		pager.programs.quota|root: greedy \(thread .*\) page fault: .*: its memory quota is used up; program stopped
		pager.programs.not_taken|root: misplaced \(thread .*\) page fault: .*: its pager serves regions, not whole programs; program stopped
	END
}

# pagers_programs_job NAME SECONDS OPTIONS
pagers_programs_job() {
	programs_job "$1" "$2" "$3" \
		'anonymous @server @priority=150 @memory=12M' 'cow @server @priority=150 @memory=8M' \
		'ramp @server @priority=150 @memory=2M' \
		'hello-c to be or not @pager=anonymous @memory=2M' 'hello @pager=cow @memory=1M'
	printf '%s\n' 'modules/hello greedy @pager=anonymous @memory=16K' \
		'modules/hello misplaced @pager=ramp @memory=1M' >>"$work/modules.$1"
}

pagers_disk_conf() {
	disk_driver
	printf 'program %s\n    arguments %s disk=1\n    memory 12M\n    priority 150\n    server\n' \
		checkpoint 'pool=2048 first=0' file 'cache=64 pages=256 first=4096' \
		compress 'pool=256 store=2048 first=8192'
	printf 'program test-pagers\n    arguments %s\n    spaces\n    priority 140\n    memory 4M\n' "$1"
}

# Two boots with the same disk.
# shellcheck disable=SC2016
pagers_disk_job() {
	local boot name=pagers-disk
	rm -f "$work/image.$name"
	truncate -s 40M "$work/image.$name"
	for boot in first next; do
		printf 'modules/%s\n' 'kernel kernel' 'sigma0 sigma0' 'root root' >"$work/modules.$name.$boot"
		printf '%s\n' "$work/conf.$name.$boot system.conf" 'modules/ide ide' 'modules/checkpoint checkpoint' \
			'modules/file file' 'modules/compress compress' 'modules/test-pagers test-pagers' \
			>>"$work/modules.$name.$boot"
	done
	pagers_disk_conf disk.first_boot >"$work/conf.$name.first"
	pagers_disk_conf 'disk.program disk.file disk.more' >"$work/conf.$name.next"
	job "$name" 330 bash -c '
		boot() {
			"$1" --no-build --kernel --timeout 150 --disk "$2/image.$3" --modules "$2/modules.$3.$4" --log "$2/$5.log"
		}
		boot "$@" first "$3.first" && boot "$@" next "$3"' - "$run" "$work" "$name"
}

pagers_jobs() {
	! wanted pager.disk || pagers_disk_job
	pagers_job pagers 330 pager. ''
	! wanted pager.programs || pagers_programs_job pagers-programs 60 ''
	! wanted pager.hosted ||
		programs_job pagers-hosted 60 '' 'anonymous @server @priority=150 @memory=12M' \
			'test-hosted @pager=anonymous @memory=4M'
	! wanted pager.out_of_core ||
		programs_job pagers-out-of-core 120 '' 'compress pool=256 @server @priority=150 @memory=7M' \
			'test-hosted @pager=compress @memory=4M'
}

judge_pagers() {
	if wanted pager.disk; then
		judge_system pagers-disk pager.
		rm -f "$work/image.pagers-disk"
	fi
	! pagers_words pager. >"$work/words" || judge_system pagers pager.
	! wanted pager.programs || judge_lines pagers-programs 1 < <(pagers_programs)
	! wanted pager.hosted || judge_system pagers-hosted pager.hosted.
	! wanted pager.out_of_core || judge_system pagers-out-of-core pager.out_of_core.
}

# The same in Bochs, whose processor is as fast here as the cases about time need. Those of the disk and of the C
# library run in QEMU only.
pagers_bochs_jobs() {
	pagers_job bochs-pagers 900 bochs.pager. '--bochs --bochsrc cpu:ips=200000000'
	! wanted bochs.pager.programs || pagers_programs_job bochs-pagers-programs 300 --bochs
}

judge_bochs_pagers() {
	! pagers_words bochs.pager. >"$work/words" || judge_system bochs-pagers bochs.pager.
	! wanted bochs.pager.programs || judge_lines bochs-pagers-programs 1 < <(pagers_programs | sed 's/^/bochs./')
}
