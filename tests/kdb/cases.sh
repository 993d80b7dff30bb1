# SPDX-License-Identifier: BSD-2-Clause
#
# tests/kdb/cases.sh - the kernel debugger: what is typed, and the line that each case is about. tests/run sources this
# behind jobs.sh and judge.sh.
#
# A table is lines of case|line, an extended regular expression for a whole line of the output. In what is typed the
# first line is empty: what comes first may be lost when the boot component sets up the line. Threads 304 to 308 are
# test-kdb's main, sleeping, serving, calling and spinning one, 288 is sigma0's, 290 the root task's.

kdb_typed_calls='
help
nonsense
trace 4
faults
faults 1
go
trace 9
faults 0
go
xyz
trace 2
thread 9999
thread
stop
'

kdb_cases_calls() {
	cat <<-'END'
		kdb.print_string|kdb-string
		kdb.print_char|ok
		kdb.enter_by_call|kdb: first\.reason; thread 304 ran; `help` lists the commands, `go` goes on
		kdb.enter_without_reason|kdb: L4_KDB_Enter; thread 304 ran; .*
		kdb.help_lists_commands|threads: all threads: .*
		kdb.unknown_command|no command is called nonsense; `help` lists them
		kdb.trace_records_words| *[0-9]+ us thread 304 event 7: all words 11 12 13 14
		kdb.trace_unmapped_text| *[0-9]+ us thread 304 event 8:  0 0 0 0
		kdb.trace_cuts_text| *[0-9]+ us thread 304 event 9: bad\.\.text, longer than the ring keeps o 21 0 0 0
		kdb.trace_kernel_address| *[0-9]+ us thread 304 event 10:  31 32 0 0
		kdb.faults_off|faults are not noted
		kdb.faults_on|faults are noted
		kdb.faults_are_noted| *[0-9]+ us thread 304 event 2: fault: label, MR1 or trap, CR2, ip ffe2 1000000123 0 [0-9a-f]+
		kdb.counters|counters: 0 0 0 2 0 0 0 0
		kdb.read_char|test-kdb: read xy
		kdb.trace_ring_is_full| *[0-9]+ us thread 304 event 1299: many 12b 0 0 0
		kdb.no_such_thread|there is no thread 9999
		kdb.argument_missing|which thread\? its number or its id \(0x\.\.\.\); `threads` lists them
		kdb.stop|kernel panic: stopped in the debugger
	END
}

kdb_typed_show='
threads
thread 0x130
thread 306
spaces
ready
timeouts
interrupts
memory
misses
mappings 304
mappings 304 0x1000000000
tree 304 0x1000000000
tree 304 0x7000000
tree 288 0
go
'

kdb_cases_show() {
	cat <<-'END'
		kdb.threads_running|thread 304 id 0x13000000001 space 304 priority 100: running
		kdb.threads_timeout|thread 305 id 0x13100000001 space 304 priority 100: waits for itself \(sleeps\); timeout at [0-9]+ us, in [0-9]+ us
		kdb.threads_queued|thread 306 id 0x13200000001 space 304 priority 100: waits for itself \(sleeps\); senders queued
		kdb.threads_partner|thread 307 id 0x13300000001 space 304 priority 100: sends to 306
		kdb.thread_registers|rip 0000000000[0-9a-f]{6} rsp 0000000000[0-9a-f]{6} rflags 0000[0-9a-f]{4} error 0
		kdb.thread_symbol|next in the kernel ffffffff8[0-9a-f]{7} leave_to\+0x0
		kdb.thread_code|code at rip: 3c 7f .*
		kdb.thread_queued_sender|queued sender 307
		kdb.spaces|space 304: 5 threads, 5 active; kip 0x7ff000000000, utcbs from 0x7ff000100000, page table [0-9a-f]+.*; kernel memory [0-9]+ KiB.*
		kdb.spaces_sigma0|space 288: 1 threads, 1 active; .*; sigma0; privileged.*
		kdb.ready|priority 90: 308
		kdb.timeouts|thread 305 at [0-9]+ us, in [0-9]+ us
		kdb.interrupts|interrupt 1: handler 304, may come
		kdb.memory|[0-9]+ KiB free, [0-9]+ KiB in use; [0-9]+ KiB of it the kernel's own, .*
		kdb.memory_threads|[0-9]+ mappings of 32 bytes, [0-9]+ threads of 1024 bytes
		kdb.misses| *[1-9][0-9]* the partner is not there or does not wait for it
		kdb.mappings|  0x400000-0x40[1-9]000 -> [0-9a-f]+ r-x 4 KiB pages
		kdb.mappings_of_the_kernel|  0x7ff000000000-0x7ff000001000 -> [0-9a-f]+ r-x 4 KiB pages, the kernel's
		kdb.tree_above|  from space 290 0x[0-9a-f]+ 4 KiB
		kdb.tree|  space 304 0x1000000000 4 KiB \(asked for\)
		kdb.tree_below|    space 304 0x30000000 4 KiB
		kdb.tree_of_nothing|space 304 has no mapping there
		kdb.go|test-kdb: went on
	END
}

kdb_cases_break() {
	cat <<-'END'
		kdb.read_char_not_blocked|test-kdb: nothing typed: -1
		kdb.enter_by_key|kdb: break on the serial line; thread 304 ran; .*
		kdb.key_then_go|test-kdb: went on
	END
}

kdb_cases_panic() {
	cat <<-'END'
		kdb.panic_offers|kdb: type ESC within a second or two for the debugger
		kdb.enter_by_panic|kdb: panic; .*
		kdb.panic_shows_threads|thread 290 id 0x12200000001 .*
		kdb.panic_then_go|kernel: stopped\. Please report the lines above\.
	END
}

# In a kernel without debugger.
kdb_cases_none() {
	cat <<-'END'
		kdb.absent_feature|test-kdb: debugger 0
		kdb.absent_trace|test-kdb: marks do nothing
		kdb.absent_exception|root: test-kdb \(thread .*\) exception: .*trap 3.*
	END
}

kdb_cases() {
	{ kdb_cases_calls && kdb_cases_show && kdb_cases_break && kdb_cases_panic && kdb_cases_none; } | cut -d '|' -f 1
	echo build.no_debugger
}

# typed_job NAME: test-kdb does that, and this is typed meanwhile.
kdb_typed_job() {
	printf '%s' "$2" >"$work/keys.kdb-$1"
	programs_job "kdb-$1" 60 "--input $work/keys.kdb-$1" "test-kdb $1${3-}"
}

kdb_jobs() {
	if wanted kdb; then
		kdb_typed_job calls "$kdb_typed_calls"
		kdb_typed_job show "$kdb_typed_show" ' @driver'
		printf 'modules/%s\n' 'kernel kernel' 'sigma0 sigma0' 'root root' 'test-kdb test-kdb break' \
			>"$work/modules.kdb-break"
		job kdb-break 150 "$source_dir/tests/kdb/key" "$work/kdb-break.log" "$work/modules.kdb-break"
		printf '\n\033threads\ngo\n' >"$work/keys.kdb-panic"
		job kdb-panic 330 "$source_dir/tests/machine-check" "$work/kdb-panic.log" --input "$work/keys.kdb-panic"
	fi
	if wanted build.no_debugger || wanted kdb.absent; then
		kdb_absent_jobs
	fi
}

# A kernel without debugger, and what the usual tests and test-kdb say to it.
# shellcheck disable=SC2016
kdb_absent_jobs() {
	local folder=$build/no-debugger name
	printf '%s\n' "$folder/modules/kernel kernel" 'modules/sigma0 sigma0' 'modules/test-root root ipc.call exception.breakpoint' \
		>"$work/modules.no-debugger"
	printf '%s\n' "$folder/modules/kernel kernel" 'modules/sigma0 sigma0' 'modules/root root' 'modules/test-kdb test-kdb none' \
		>"$work/modules.kdb-none"
	job no-debugger 400 bash -c 'cmake -S "$1" -B "$2" --toolchain "$1/toolchain.cmake" -D PECAN_COMPILER="$3" \
			-D PECAN_DEBUGGER=OFF &&
		cmake --build "$2" --target kernel &&
		{ "$4" --no-build --kernel --timeout 60 --modules "$5/modules.kdb-none" --log "$5/kdb-none.log" || true; } &&
		"$4" --no-build --kernel --timeout 60 --modules "$5/modules.no-debugger" --log "$5/no-debugger.log"' \
		- "$source_dir" "$folder" "$compiler" "$run" "$work"
}

judge_kdb() {
	if wanted kdb; then
		judge_lines kdb-calls 1 < <(kdb_cases_calls)
		judge_lines kdb-show 0 < <(kdb_cases_show)
		judge_lines kdb-break 0 < <(kdb_cases_break)
		judge_lines kdb-panic 1 < <(kdb_cases_panic)
	fi
	if wanted build.no_debugger || wanted kdb.absent; then
		await no-debugger
		cp "$work/no-debugger.status" "$work/kdb-none.status"
		cp "$work/no-debugger.out" "$work/kdb-none.out"
		judge_lines kdb-none 0 < <(kdb_cases_none)
		if [ "$job_status" = 0 ] && grep -qx '[1-9][0-9]* passed, 0 failed' "$work/no-debugger.log"; then
			pass build.no_debugger
		else
			failing build.no_debugger 'a kernel without debugger to be built, and to pass the cases that it is given' \
				"$(last_line "$job_out")"
		fi
	fi
}
