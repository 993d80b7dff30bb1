# SPDX-License-Identifier: BSD-2-Clause
#
# tests/shell/cases.sh - the shell, as somebody at the keyboard finds it. tests/run sources this behind jobs.sh and judge.sh.
#
# What is typed is what stands behind the prompts of the transcript in README.md, and what comes must be that transcript, in
# each machine. Numbers may differ, and how wide they are. Nor do empty lines count, lines without a command, and those
# that may come at any time: what a pager says when it is ready, and that a program is started again.

shell_boots='kernel bios uefi bochs'

shell_options() {
	case $1 in
	kernel) echo --kernel --mem 64 ;;
	bios) ;;
	uefi) echo --uefi --no-icount ;;
	bochs) echo --bochs --mem 64 ;;
	esac
}

shell_transcript() {
	sed -n '/^    pecan> /,/^    pecan: finished/s/^    //p' "$source_dir/README.md"
}

# The same lines for all numbers. What was typed of a command when another program's line came is there twice: behind
# that line the shell shows it again, and the rest follows.
shell_normal() {
	grep -v -e '^ *$' -e '^pecan> *$' -e '^anonymous: ' -e '^checkpoint: ' -e '^file: ' -e '^cow: ' -e '^root: starting ' |
		sed -E -e 's/(0x)?[0-9a-f]*[0-9]+[0-9a-f]*/N/g' -e 's/ +/ /g' -e 's/ $//' |
		awk '
			begun && index($0, begun) != 1 { print begun }
			{ begun = /^pecan> / ? $0 : "" }
			!begun { print }
			END { if (begun) print begun }'
}

shell_job() {
	local name=shell.$1 seconds=300
	shell_transcript | sed -n 's/^pecan> //p' >"$work/keys.$name"
	# shellcheck disable=SC2046
	job "$name" $((seconds + 30)) "$run" --no-build --shell --timeout $seconds --input "$work/keys.$name" \
		--log "$work/$name.log" $(shell_options "$1")
}

# Keys that edit, that bring lines back, and that stop a program.
shell_key_cases() {
	cat <<-'END'
		shell.keys_edit|help +this list
		shell.keys_stop_program|bench-pong +ended .*
		shell.keys_list_pagers|anonymous +is paged by the root task
		shell.keys_name_missing|which program\? `tasks` lists them
		shell.keys_file_missing|which file\? `files` lists them
		shell.keys_not_running|hello: it does not run
		shell.keys_no_text|hello is no text
		shell.keys_no_server|ask: there is no server `divide`
		shell.keys_no_disk|counter: .*disk-checkpoint.*
		shell.keys_end|pecan: finished, status 0
	END
}

shell_keys_job() {
	printf '%b' '\nrun\nrun bench-pong\n\0003helPp\b\bp\n\0003junk\0025tasks\n\0020\npagers\n' \
		'cat\ncat hello\nstop hello\nstop divide\nrun ask\n' \
		'start disk\nstart disk-checkpoint\nrun counter disk=1\n\0004' >"$work/keys.shell-keys"
	job shell-keys 100 "$run" --no-build --kernel --shell --timeout 60 --input "$work/keys.shell-keys" \
		--log "$work/shell-keys.log"
}

# The lines of servers/shell/README.md with a disk, in two boots.
# shellcheck disable=SC2016
shell_disk_job() {
	rm -f "$work/image.shell-disk"
	truncate -s 16M "$work/image.shell-disk"
	{
		sed -n 's/^    pecan> //p' "$source_dir/servers/shell/README.md"
		echo exit
	} >"$work/keys.shell-disk"
	job shell-disk 330 bash -c '
		for boot in first next; do
			"$1" --no-build --shell --kernel --timeout 150 --disk "$2/image.shell-disk" \
				--input "$2/keys.shell-disk" --log "$2/shell-disk.log" || exit 1
			[ $boot = next ] || ! grep "^counter: 4" "$2/shell-disk.log" || exit 1
		done' - "$run" "$work"
}

shell_disk_cases() {
	echo 'shell.disk|counter: [4-9]'
}

judge_shell() {
	local name=shell.$1 difference
	await "$name"
	[ -f "$work/$name.log" ] || : >"$work/$name.log"
	if [ "$job_status" != 0 ]; then
		failing "$name" 'the system to end well' "status $job_status: $(last_line "$job_out")"
	elif difference=$(diff <(shell_transcript | shell_normal) \
		<(sed -n '/^pecan> ./,$p' "$work/$name.log" | shell_normal)) &&
		shell_transcript | grep "^pecan> " >/dev/null; then
		pass "$name"
	else
		failing "$name" 'the transcript in README.md, but for numbers' "$(head -n 6 <<<"$difference" | tr '\n' ' ')"
	fi
}
