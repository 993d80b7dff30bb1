# SPDX-License-Identifier: BSD-2-Clause
#
# tests/jobs.sh - jobs that run beside each other, and the count of what passed. tests/run sources it behind
# boot/lib.sh.
#
# A job is a command that runs beside others, as many as there are processors, and leaves its output and status in files
# of the folder $work. Cases are judged from these, in a fixed order, so two runs print the same.

jobs=()
starter=

stop_jobs() {
	local file
	[ -z "$starter" ] || kill "$starter" 2>/dev/null || true
	for file in "$work"/*.pid; do
		[ ! -f "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
	done
	stop_child
}

# job NAME SECONDS COMMAND...: to be run; its output goes to NAME.out, its status to NAME.status.
job() {
	local name=$1
	[[ " ${jobs[*]-} " != *" $name "* ]] || return 0
	jobs+=("$name")
	rm -f "$work/$name".*
	printf '%s\n' "$2" >"$work/$name.seconds"
	shift 2
	printf '%q ' "$@" >"$work/$name.command"
}

# `timeout` makes a process group of each job, so that stopping it stops all that it started.
run_job() {
	local name=$1 status=0
	timeout -k 5 "$(cat "$work/$name.seconds")" bash -c "$(cat "$work/$name.command")" \
		</dev/null >"$work/$name.out" 2>&1 &
	echo $! >"$work/$name.pid"
	wait $! || status=$?
	rm -f "$work/$name.pid"
	echo "$status" >"$work/$name.status.new"
	mv "$work/$name.status.new" "$work/$name.status"
}

start_jobs() {
	[ ${#jobs[@]} -ne 0 ] || return 0
	(
		trap - EXIT INT TERM HUP
		running=0
		for name in "${jobs[@]}"; do
			if [ "$running" -ge "$(nproc)" ]; then
				wait -n || true
				running=$((running - 1))
			fi
			run_job "$name" &
			running=$((running + 1))
		done
		wait
	) &
	starter=$!
}

ended_jobs() {
	local name ended=0
	for name in "${jobs[@]}"; do
		[ ! -f "$work/$name.status" ] || ended=$((ended + 1))
	done
	echo "$ended"
}

# await NAME: waits for the job; its status is then in job_status, its output in the file $job_out.
await() {
	local ticks=0
	job_out=$work/$1.out
	until [ -f "$work/$1.status" ]; do
		pause 0.1
		ticks=$((ticks + 1))
		[ $((ticks % 100)) -ne 0 ] ||
			say "$(ended_jobs) of ${#jobs[@]} jobs have ended; waiting for $1, $((ticks / 10)) s"
		if ! kill -0 "$starter" 2>/dev/null && [ ! -f "$work/$1.status" ]; then
			echo 'stopped' >"$work/$1.status"
		fi
	done
	job_status=$(cat "$work/$1.status")
}

# --- results ------------------------------------------------------------------------------------------------------

passed=0 failed=0
failures=()

pass() {
	passed=$((passed + 1))
	printf 'PASS %s\n' "$1"
}

# failing CASE EXPECTED GOT: "system" stands for the cases in QEMU that were asked for, and is no case.
failing() {
	local alone=$1
	[ "$alone" != system ] || alone=${patterns[*]:---qemu}
	failed=$((failed + 1))
	failures+=("$1")
	printf 'FAIL %s\n  expected: %s\n  got:      %s\n  alone:    tests/run %s\n' "$1" "$2" "$3" "$alone"
}

# The line of an output that says most about its end.
last_line() {
	{ grep -a -m 1 -E '^(kernel panic|Pecan boot: error|no case is called so):' "$1" ||
		grep -a -v '^boot/run: all it printed is in ' "$1" | tail -n 1; } 2>/dev/null | cut -c 1-300
}
