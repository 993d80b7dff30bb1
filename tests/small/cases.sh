# SPDX-License-Identifier: BSD-2-Clause
#
# tests/small/cases.sh - programs in small spaces under the root task, and what bench/small counts. tests/run sources
# this behind jobs.sh and judge.sh.

small_bench_cases='bochs.small_bench.no_cr3_write bochs.small_bench.kernel_instructions bochs.small_bench.between_small_spaces
	bochs.small_bench.refills'

# small_job NAME OPTION...: a console server, a 32-bit program and a 64-bit one.
small_job() {
	local name=$1
	shift
	cat >"$work/modules.$name" <<-'END'
		modules/kernel kernel
		modules/sigma0 sigma0
		modules/root root
		modules/small-console small-console @server @serves=console
		modules/test-small test-small number=0x1234 word
		modules/test-small-client test-small-client
		modules/small-hello small-hello @small=16M
	END
	job "$name" 330 "$run" --no-build --timeout 300 --modules "$work/modules.$name" --log "$work/$name.log" "$@"
}

# judge_small JOB PREFIX WORDS: the 32-bit program's cases, and what the others say; the kernel finds that its machine
# WORDS the limits of segments: where it does not find that, the cases about them do not run.
judge_small() {
	local job=$1 prefix=$2 words=$3
	judge_system "$job" "$prefix"
	judge_lines "$job" 0 <<-END
		${prefix}console_of_a_large_program|\\[ *[0-9]+\\.[0-9]{6} 0x[0-9a-f]+\\] a line from a large program
		${prefix}console_of_many_lines|\\[ *[0-9]+\\.[0-9]{6} 0x[0-9a-f]+\\] and another
		${prefix}console_after_a_refusal|\\[ *[0-9]+\\.[0-9]{6} 0x[0-9a-f]+\\] still there
		${prefix}console_of_a_small_program|\\[ *[0-9]+\\.[0-9]{6} 0x[0-9a-f]+\\] a line from a small program
		${prefix}limits|kernel: small spaces: this machine $words the limits of segments.*
		${prefix}debugger_prints|small: printed by the debugger
		${prefix}hello|small-hello: a word has 32 bits here, and it is [0-9]+ us after the start
	END
}

# Messages between large spaces, where there is no small space, and where there are two.
small_path_jobs() {
	sed -n -e '/small-client/d' -e '/small-server/d' -e 's/ small-bench$/& pairs=1/' -e p "$build/small.list" \
		>"$work/modules.small_path"
	job small_path-before 130 "$run" --no-build --kernel --timeout 100 --modules "$work/modules.small_path" \
		--log "$work/small_path-before.log"
	job small_path-after 130 "$run" --no-build --kernel --timeout 100 --log "$work/small_path-after.log" small
}

# small_median JOB PAGES
small_median() {
	sed -n "s/^BENCH name=ipc\\.large_large\\.roundtrip pages=$2 .* median=\\([0-9]*\\) .*/\\1/p" "$work/$1.log"
}

judge_small_path() {
	local pages before after
	await small_path-before
	await small_path-after
	for pages in 0 128; do
		before=$(small_median small_path-before $pages)
		after=$(small_median small_path-after $pages)
		if [ -n "$before" ] && [ -n "$after" ] && [ "$after" -le $((before + 6)) ]; then
			pass "small_program.large_path_costs_the_same.$pages"
		else
			failing "small_program.large_path_costs_the_same.$pages" "at most 3 instructions a message more than ${before:-none}" \
				"${after:-none}"
		fi
	done
}

small_bench_job() {
	job bochs.small_bench 330 "$run" --no-build --bochs --timeout 300 --log "$work/bochs.small_bench.log" small
}

# small_figure NAME PAGES: of bochs.small_bench
small_figure() {
	sed -n "s/^BENCH name=ipc\\.$1 pages=$2 unit=[a-z]* value=//p" "$job_out"
}

judge_small_bench() {
	local pages pair writes= kernel large small
	await bochs.small_bench
	for pages in 0 8 32 128; do
		for pair in small_large small_small; do
			writes+=$(small_figure "$pair.roundtrip.cr3" $pages)
		done
	done
	small_bench_case no_cr3_write "$writes" = 00000000
	kernel=$(small_figure small_large.roundtrip.kernel 0)
	small_bench_case kernel_instructions "${kernel:-none}" -le 140
	kernel=$(small_figure small_small.roundtrip.kernel 0)
	small_bench_case between_small_spaces "${kernel:-none}" -le 200
	large=$(small_figure large_large.roundtrip.walks 128)
	small=$(small_figure small_large.roundtrip.walks 128)
	small_bench_case refills "${small:-none}" -lt "${large:-0}"
}

# small_bench_case NAME FIGURE COMPARISON VALUE
small_bench_case() {
	if [ "$2" "$3" "$4" ] 2>/dev/null; then
		pass "bochs.small_bench.$1"
	else
		failing "bochs.small_bench.$1" "a figure $3 $4" "$2; $(last_line "$job_out")"
	fi
}
