# SPDX-License-Identifier: BSD-2-Clause
#
# tests/judge.sh - from the outputs of the jobs to cases: each function waits for its jobs and says what passed.
#
# A job that left nothing to judge is a failure. tests/run sources this.

# --- the host -----------------------------------------------------------------------------------------------------

judge_checks() {
	local name
	for name in "${checks[@]}"; do
		wanted "check.$name" || continue
		await "check.$name"
		if [ "$job_status" = 0 ]; then
			pass "check.$name"
		else
			failing "check.$name" 'nothing to complain about (tests/check says what each looks for)' \
				"$(cat "$job_out")"
		fi
	done
}

# CMocka prints a line for each test; all of a program's tests are run at once.
judge_unit_tests() {
	local test line name
	for test in "${unit_tests[@]}"; do
		await "$test"
		while IFS= read -r line; do
			name=${line#*\] }
			case $line in
			'[       OK ] '*) pass "$test.$name" ;;
			'[  FAILED  ] '[a-z_]*)
				# once where it fails, once more in the summary
				[[ " ${failures[*]-} " == *" $test.$name "* ]] ||
					failing "$test.$name" 'every assertion of the test to hold' \
						"$(grep -m 1 -A 4 '\[  ERROR   \]' "$job_out" | tr '\n' ' ')"
				;;
			esac
		done <"$job_out"
		if [ "$job_status" != 0 ] && ! grep -q '^\[  FAILED  \] [a-z_]' "$job_out"; then
			failing "$test" 'the test program to end' \
				"status $job_status: $(grep -m 1 -E 'ERROR|runtime error' "$job_out" || last_line "$job_out")"
		elif ! grep -q '^\[       OK \]\|^\[  FAILED  \]' "$job_out"; then
			failing "$test" 'some test to run' "$(last_line "$job_out")"
		fi
	done
}

# libFuzzer counts what it tried when it has found nothing.
judge_fuzz() {
	local name=$1
	await "$name"
	if [ "$job_status" = 0 ] && grep -q -a '^Done [1-9][0-9]* runs in' "$job_out"; then
		pass "$name"
	else
		failing "$name" 'no input that breaks it' "$(fuzz_finding "$job_out")"
	fi
}

# What broke, and which file has the input.
fuzz_finding() {
	grep -a -m 1 -E 'does not hold|^after [0-9]+ operations|^panic|runtime error:|ERROR: ' "$1" || last_line "$1"
	grep -a -o -m 1 'Test unit written to .*' "$1" || true
}

judge_other_compiler() {
	await "build.$other"
	if [ "$job_status" = 0 ]; then
		pass "build.$other"
	else
		failing "build.$other" "$other to build everything without a warning" \
			"$(grep -m 1 -E 'error:|Error' "$job_out" || last_line "$job_out")"
	fi
}

# --- the system ---------------------------------------------------------------------------------------------------

# judge_system JOB PREFIX: the lines of the test root task. A case that was begun and has no result is a failure, and so
# is a run whose last words are missing or do not fit.
judge_system() {
	local job=$1 prefix=$2 line name running= good=0 bad=0
	await "$job"
	[ -f "$work/$job.log" ] || : >"$work/$job.log"
	while IFS= read -r line; do
		case $line in
		'RUN '*) running=${line#RUN } ;;
		'PASS '*)
			good=$((good + 1)) running=
			pass "$prefix${line#PASS }"
			;;
		'FAIL '*)
			bad=$((bad + 1)) running=
			name=${line#FAIL }
			line=${name#*: }
			failing "$prefix${name%%: *}" "$(sed -e 's/^expected //' -e 's/, got .*//' <<<"$line")" \
				"$(sed -n 's/.*, got //p' <<<"$line")"
			;;
		esac
	done <"$work/$job.log"
	if [ -n "$running" ]; then
		failing "$prefix$running" 'the case to end' "$(sed -n "/^RUN $running\$/,\$p" "$work/$job.log" |
			sed 1d | head -n 20) $(last_line "$job_out")"
	elif [ $((good + bad)) -eq 0 ]; then
		failing "${prefix:-system}" 'some case to run' "$(last_line "$job_out")"
	elif ! grep -qx "$good passed, $bad failed" "$work/$job.log"; then
		failing "${prefix:-system}" "the line '$good passed, $bad failed'" "$(last_line "$work/$job.log")"
	elif [ "$bad" -eq 0 ] && [ "$job_status" != 0 ]; then
		failing "${prefix:-system}" 'the machine to end well' "$(last_line "$job_out")"
	fi
}

# The hidden cases of the system fail on purpose, each in its way: does the harness notice? Lines: name, what must stand
# behind "expected".
harness_cases() {
	cat <<-'END'
		selftest.passes PASS
		selftest.wrong_value 6 * 7 = 54, got 42 (tests/system/selftest.c:
		selftest.not_true runner.raw == 0, got the contrary
		selftest.requirement runner.raw == 0, got the contrary
		selftest.wrong_ipc_result L4_Receive_Timeout(L4_MyGlobalId(), L4_ZeroTime) to end with success, got 'timeout'
		selftest.unexpected_success L4_Send_Timeout(L4_nilthread, L4_ZeroTime) to end with 'timeout' in the send phase, got success
		selftest.hang selftest.hang to end within 20 ms, got no end
		selftest.spin selftest.spin to end within 20 ms, got no end
		selftest.page_fault no fault in thread
		selftest.exception no exception in thread
		selftest.in_another_space 1 = 2, got 1
	END
}

judge_harness() {
	local name text expected got
	await harness.system
	while read -r name text; do
		if [ "$text" = PASS ]; then
			expected="PASS $name"
		else
			expected="FAIL $name: expected $text"
		fi
		got=$(grep -E "^(PASS|FAIL) $name(:|\$)" "$work/harness.system.log" || true)
		if [ "${got#"$expected"}" != "$got" ]; then
			pass "harness.$name"
		else
			failing "harness.$name" "'$expected...'" "'$got'"
		fi
	done < <(harness_cases)
	if [ "$job_status" = 1 ]; then
		pass harness.status
	else
		failing harness.status 'boot/run to end with status 1 when a case fails' "status $job_status"
	fi
	judge_harness_judges
	judge_harness_panic
}

# ... and do judge_fuzz, when a target tries nothing, and judge_system, when a system stops in the middle or says
# nothing?
judge_harness_judges() {
	local said
	echo 0 >"$work/harness.cut.status"
	echo 'INFO: seed corpus: files: 1' >"$work/harness.cut.out"
	said=$(judge_fuzz harness.cut)
	expect_saying harness.fuzz_tries_nothing "$said" 'no input that breaks it'
	: >"$work/harness.cut.out"
	printf 'RUN a.b\nPASS a.b\nRUN a.c\nkernel: stop\n' >"$work/harness.cut.log"
	said=$(judge_system harness.cut '')
	expect_saying harness.system_stops "$said" 'FAIL a.c'
	printf 'RUN a.b\nPASS a.b\n' >"$work/harness.cut.log"
	said=$(judge_system harness.cut '')
	expect_saying harness.system_has_no_last_words "$said" "the line '1 passed, 0 failed'"
	: >"$work/harness.cut.log"
	said=$(judge_system harness.cut '')
	expect_saying harness.system_says_nothing "$said" 'some case to run'
	echo 1 >"$work/harness.cut.status"
	printf 'RUN a.b\nPASS a.b\n1 passed, 0 failed\n' >"$work/harness.cut.log"
	said=$(judge_system harness.cut '')
	expect_saying harness.system_ends_badly "$said" 'the machine to end well'
}

# expect_saying CASE SAID TEXT
expect_saying() {
	if grep -qF "$3" <<<"$2"; then
		pass "$1"
	else
		failing "$1" "'$3'" "'$2'"
	fi
}

# --- the boot -----------------------------------------------------------------------------------------------------

# What the default system says when all is well.
judge_boot() {
	local name=$1 figures
	await "$name"
	[ -f "$work/$name.log" ] || : >"$work/$name.log"
	figures=$(grep -cE '^BENCH name=ipc\.(intra|inter)\.roundtrip words=[0-9]+ unit=(instructions|cycles) min=[0-9]+ median=[0-9]+ max=[0-9]+$' \
		"$work/$name.log" || true)
	if [ "$job_status" != 0 ]; then
		failing "$name" 'the system to end well (status 0)' "status $job_status: $(last_line "$job_out")"
	elif [ "$figures" != 18 ]; then
		failing "$name" '18 BENCH lines' "$figures"
	elif grep -q '^Pecan boot: .* modules: .* hello-c ' "$work/$name.log" &&
		! grep -qxE 'hello-c: twice 21 is 42, says thread 0x[0-9a-f]+' "$work/$name.log"; then
		failing "$name" 'a greeting of hello-c' "$(grep '^hello' "$work/$name.log" | tail -n 1)"
	else
		pass "$name"
	fi
}

# Does the kernel use the timer that fires at a value of the time-stamp counter, where there is one?
judge_tsc_deadline() {
	await bochs.boot
	if grep -q 'timer [0-9]* kHz, by TSC deadline' "$work/bochs.boot.log"; then
		pass "$1"
	else
		failing "$1" 'timer ..., by TSC deadline' "$(grep ' kHz, timer ' "$work/bochs.boot.log" || true)"
	fi
}

judge_bench() {
	local a b late
	await boot.bios
	await bench.again
	a=$(grep '^BENCH' "$work/boot.bios.log" || true)
	b=$(grep '^BENCH' "$work/bench.again.log" || true)
	if [ -n "$a" ] && [ "$a" = "$b" ]; then
		pass bench.identical
	else
		failing bench.identical 'the same BENCH lines from two runs' \
			"$(diff <(echo "$a") <(echo "$b") | head -n 4 | tr '\n' ' ')"
	fi
	if [ "$(grep -cE '^BENCH name=kernel\.(debugger\.)?(text unit=bytes|lines unit=lines) value=[1-9][0-9]*$' \
		"$work/boot.bios.out")" = 4 ]; then
		pass bench.size
	else
		failing bench.size 'four BENCH lines on the size of the kernel' \
			"$(grep 'BENCH name=kernel' "$work/boot.bios.out")"
	fi
	if grep -q 'unit=instructions' <<<"$a" && ! grep -q 'unit=cycles' <<<"$a"; then
		pass bench.unit
	else
		failing bench.unit 'unit=instructions when instructions are counted' "$(head -n 1 <<<"$a")"
	fi
	if [ "$(grep -cE '^BENCH name=path\.miss\.[a-z_]+ unit=misses value=[0-9]+$' <<<"$a")" = 8 ]; then
		pass bench.misses
	else
		failing bench.misses 'eight BENCH lines on why system calls did not take the path' \
			"$(grep 'BENCH name=path' <<<"$a")"
	fi
	late=$(sed -n 's/^BENCH name=irqoff\.max .* max=//p' <<<"$a")
	if [ -n "$late" ] && [ "$late" -le 5000 ]; then
		pass bench.irqoff
	else
		failing bench.irqoff 'BENCH name=irqoff.max with a max of at most 5000' "${late:-no such line}"
	fi
}

judge_irqoff() {
	local longest
	await irqoff
	longest=$(sed -n 's/^longest //p' "$work/irqoff.result" 2>/dev/null || true)
	if [ "$job_status" != 0 ] || [ -z "$longest" ]; then
		failing irqoff.longest 'the system to end well, with its instructions counted' \
			"status $job_status: $(last_line "$job_out")"
	elif [ "$longest" -le 5000 ]; then
		pass irqoff.longest
		echo "  longest: $longest instructions"
	else
		failing irqoff.longest 'at most 5000 instructions at a stretch with interrupts off' \
			"$longest; $(sed 1d "$work/irqoff.result")"
	fi
}

# What messages, mappings and interrupts may cost: case|operation|words|count|most. The instructions are the kernel's.
footprint_budgets() {
	cat <<-'END'
		footprint.call|ipc.inter.call|0|kernel|36
		footprint.call_7|ipc.inter.call|7|kernel|36
		footprint.call_8|ipc.inter.call|8|kernel|48
		footprint.call_16|ipc.inter.call|16|kernel|56
		footprint.call_63|ipc.inter.call|63|kernel|103
		footprint.call_data_lines|ipc.inter.call|0|dlines|4
		footprint.call_data_pages|ipc.inter.call|0|dpages|3
		footprint.call_code_lines|ipc.inter.call|0|clines|4
		footprint.replywait|ipc.inter.replywait|0|kernel|38
		footprint.replywait_7|ipc.inter.replywait|7|kernel|38
		footprint.replywait_8|ipc.inter.replywait|8|kernel|50
		footprint.replywait_16|ipc.inter.replywait|16|kernel|58
		footprint.replywait_63|ipc.inter.replywait|63|kernel|105
		footprint.roundtrip|ipc.inter.roundtrip|0|insns|100
		footprint.roundtrip_regs|ipc.inter.roundtrip.regs|0|insns|100
		footprint.roundtrip_fpu|ipc.inter.roundtrip.fpu|0|insns|320
		footprint.intra_call|ipc.intra.call|0|kernel|34
		footprint.intra_call_7|ipc.intra.call|7|kernel|34
		footprint.intra_call_8|ipc.intra.call|8|kernel|46
		footprint.intra_call_63|ipc.intra.call|63|kernel|101
		footprint.intra_replywait|ipc.intra.replywait|0|kernel|36
		footprint.intra_replywait_7|ipc.intra.replywait|7|kernel|36
		footprint.intra_replywait_8|ipc.intra.replywait|8|kernel|48
		footprint.intra_replywait_63|ipc.intra.replywait|63|kernel|103
		footprint.null|syscall.null|0|kernel|36
		footprint.exception|exception.roundtrip|0|kernel|350
		footprint.fault|fault.roundtrip|0|kernel|600
		footprint.irq|irq.latency|0|kernel|150
		footprint.map|map.4k|0|kernel|850
		footprint.unmap|unmap.4k|0|kernel|1100
	END
}

judge_footprint() {
	local first again name operation words key most line got
	await footprints
	await footprints-again
	first=$(grep '^FOOTPRINT' "$work/footprints.out" || true)
	again=$(grep '^FOOTPRINT' "$work/footprints-again.out" || true)
	if [ -n "$first" ] && [ "$first" = "$again" ]; then
		pass footprint.identical
	else
		failing footprint.identical 'the same FOOTPRINT lines from two runs' \
			"$(diff <(echo "$first") <(echo "$again") | head -n 4 | tr '\n' ' ')"
	fi
	while IFS='|' read -r name operation words key most; do
		line=$(grep -F "FOOTPRINT name=$operation words=$words " <<<"$first" || true)
		got=${line##* "$key"=}
		got=${got%% *}
		if [[ $got =~ ^[0-9]+$ ]] && [ "$got" -le "$most" ]; then
			pass "$name"
		else
			failing "$name" "$operation, $words words: $key at most $most" \
				"${line:-$(last_line "$work/footprints.out")}"
		fi
	done < <(footprint_budgets)
}

# The same random programs with the path of a message and without it. What differs can be looked at:
# tests/random/README.md.
judge_random() {
	local on off
	await random
	await random-path-off
	on=$(grep '^programs to' "$work/random.log" || true)
	off=$(grep '^programs to' "$work/random-path-off.log" || true)
	if grep -qx "$random_programs programs" "$work/random.log" && [ "$on" = "$off" ]; then
		pass path.same_outcome
	else
		failing path.same_outcome 'the same outcome of every program, with the path and without' \
			"$(diff <(echo "$on") <(echo "$off") | head -n 4 | tr '\n' ' ') $(last_line "$work/random.out")"
	fi
}

# --- programs with musl -------------------------------------------------------------------------------------------

# judge_lines JOB STATUS: lines of case|line; the job ends with this status, and has printed the line (an extended
# regular expression) if the kernel had nothing to complain about.
judge_lines() {
	local job=$1 status=$2 name line
	await "$job"
	[ -f "$work/$job.log" ] || : >"$work/$job.log"
	while IFS='|' read -r name line; do
		if [ "$job_status" != "$status" ]; then
			failing "$name" "status $status" "status $job_status: $(last_line "$job_out")"
		elif ! grep -qxE "$line" "$work/$job.log"; then
			failing "$name" "a line '$line'" "$(last_line "$work/$job.log")"
		elif grep -q '^kernel: thread' "$work/$job.log"; then
			failing "$name" 'no complaint of the kernel' "$(grep -m 1 '^kernel: thread' "$work/$job.log")"
		else
			pass "$name"
		fi
	done
}

judge_hosted() {
	judge_system hosted hosted.
	judge_lines hosted-ends 1 <<-'END'
		hosted.ends_with_status|root: test-hosted: exit status 42
		hosted.ends_by_abort|root: test-hosted: exit status 134
		hosted.ends_by_trap|root: test-hosted \(thread .*\) exception: invalid instruction .*
		hosted.ends_by_fault|root: test-hosted \(thread .*\) page fault: write to 0x8 .*
		hosted.ends_by_int80|root: test-hosted \(thread .*\) exception: trap \(trap 128.*
		hosted.ends_by_quota|root: test-hosted \(thread .*\) page fault: .* its memory quota is used up .*
		hosted.ends_by_kernel_quota|root: test-hosted: the kernel has no memory for its page tables .*
	END
	judge_lines hosted-typed 0 <<-'END'
		hosted.reads_line|test-hosted: 10 characters: two words
		hosted.reads_long_line|test-hosted: 19 characters: a line that is longtest-hosted: 13 characters: er than that
		hosted.reads_end|test-hosted: 4 characters: end
	END
}

judge_boot_errors() {
	local name options text said
	while IFS='|' read -r name options text; do
		wanted "$name" || continue
		await "$name"
		[ -f "$work/$name.log" ] || : >"$work/$name.log"
		said=$(grep -F 'Pecan boot: error:' "$work/$name.log" || true)
		if [ "$job_status" != 1 ]; then
			failing "$name" 'a failing end (status 1)' "status $job_status: $(last_line "$job_out")"
		elif [ -z "$said" ]; then
			failing "$name" "a sentence that begins with 'Pecan boot: error:'" "$(last_line "$job_out")"
		elif ! grep -qF "$text" "$work/$name.log"; then
			failing "$name" "a sentence with '$text'" "$said"
		else
			pass "$name"
		fi
	done < <(boot_errors)
}

# symbol_fits ADDRESS NAME OFFSET: does nm find this symbol for the address, too? A CPU's copy of the system-call
# entry has the names of the original.
symbol_fits() {
	local symbols address=$1 start
	symbols=$(nm "$build/modules/kernel" | grep -v ' [aA] ')
	if [ "${address%????????}" = ffffff00 ]; then
		start=$(awk '$3 == "syscall_entry" { print $1 }' <<<"$symbols")
		address=$(printf '%016x' $((16#$start + 16#${address: -4})))
	fi
	start=$(printf '%016x' $((16#$address - 16#$3)))
	grep -q "^$start . $2\$" <<<"$symbols" &&
		[ "$start" = "$(sort <<<"$symbols" |
			awk -v at="$address" '$1 <= at { start = $1 } END { print start }')" ]
}

# The panic after tests/machine-check. The machine was stopped in a system call, so a thread is running, and the
# backtrace ends in the system-call entry.
judge_panic() {
	local name=$1 log=$work/$1.log said line trace address symbol
	await "$name"
	if [ ! -s "$log.registers" ]; then
		failing "$name" 'the machine to be stopped in a system call' "$(last_line "$job_out")"
		return
	elif [ "$job_status" != 1 ] || ! grep -q 'the system reported a failure' "$job_out"; then
		failing "$name" 'the system to report a failure (QEMU ends with 35, boot/run with 1)' \
			"status $job_status: $(last_line "$job_out")"
		return
	fi
	said=$(sed -n '/^kernel panic/,$p' "$log")
	while IFS= read -r line; do
		if ! grep -qE -- "^$line" <<<"$said"; then
			failing "$name" "a line '$line'" "${said:-$(last_line "$log")}"
			return
		fi
	done < <(
		echo 'kernel panic: exception 18 \(machine check\)$'
		cat "$log.registers"
		echo 'cr0 [0-9a-f]+ cr2 [0-9a-f]+ cr3 [0-9a-f]+ cr4 [0-9a-f]+$'
		echo 'cpu 0 thread [0-9a-f]+ \(number [0-9]+\): ip [0-9a-f]+ sp [0-9a-f]+ entered by [0-9]+$'
	)
	trace=$(sed -n '/^backtrace:$/,/^kernel:/p' <<<"$said" | grep '^  ' || true)
	while read -r address symbol; do
		if ! [[ $symbol =~ ^([A-Za-z0-9_.]+)\+0x([0-9a-f]+)$ ]] ||
			! symbol_fits "$address" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"; then
			failing "$name" 'a backtrace of addresses and their functions, as nm has them' \
				"$address $symbol in $trace"
			return
		fi
	done <<<"$trace"
	line="rip ${trace:2:16} "
	if [[ $trace != *$'\n'* ]] || ! grep -q "^$line" "$log.registers" ||
		! [[ ${trace##*$'\n'} =~ ' 'syscall_entry\+ ]]; then
		failing "$name" 'a backtrace from RIP to syscall_entry' "$trace"
	else
		pass "$name"
	fi
}

# Is a panic noticed that shows less? The log of boot.panic, spoilt: case|sed's command|part of what is expected
judge_harness_panic() {
	local name=harness.spoilt case command text said
	await boot.panic
	while IFS='|' read -r case command text; do
		cp "$work/boot.panic.status" "$work/$name.status"
		cp "$work/boot.panic.out" "$work/$name.out"
		cp "$work/boot.panic.log.registers" "$work/$name.log.registers" || true
		sed "$command" "$work/boot.panic.log" >"$work/$name.log"
		said=$(judge_panic "$name")
		expect_saying "$case" "$said" "$text"
	done <<-'END'
		harness.panic_not_said|/^kernel panic/d|a line 'kernel panic: exception 18
		harness.panic_wrong_register|s/^rax ./rax g/|a line 'rax
		harness.panic_without_thread|/^cpu 0/d|a line 'cpu 0 thread
		harness.panic_without_symbols|s/^  \([0-9a-f]*\) .*/  \1 ?+0x\1/|their functions, as nm has them
		harness.panic_wrong_offset|s/+0x/+0x1/|their functions, as nm has them
		harness.panic_trace_too_short|/ syscall_entry+/d|a backtrace from RIP to syscall_entry
		harness.panic_without_trace|/^  ffffff/d|their functions, as nm has them
	END
	echo 0 >"$work/$name.status"
	said=$(judge_panic "$name")
	expect_saying harness.panic_ends_well "$said" 'the system to report a failure'
}

# judge_scripts TABLE: lines of case, status, text; the output must have the text, and be one line when the status is 2.
judge_scripts() {
	local name arguments status text
	while IFS='|' read -r name arguments status text; do
		wanted "$name" || continue
		await "$name"
		if [ "$job_status" != "$status" ]; then
			failing "$name" "status $status" "status $job_status: $(last_line "$job_out")"
		elif ! grep -qF -e "$text" "$job_out"; then
			failing "$name" "a sentence with \"$text\"" "$(last_line "$job_out")"
		elif [ "$status" = 2 ] && [ "$(wc -l <"$job_out")" != 1 ]; then
			failing "$name" 'one sentence' "$(wc -l <"$job_out") lines"
		else
			pass "$name"
		fi
	done < <("$1")
}
