# SPDX-License-Identifier: BSD-2-Clause
#
# tests/devices/display.sh - the display: its cases, as cases.sh beside it has the others'. tests/run sources it, too.

display_table() {
	case $1 in
	text)
		cat <<-'END'
			display.text_mode|display: text, 80 columns, 25 rows
			display.texts|user: the screen begins with 'one', 'two', 'red', then '  there'
			display.colours_and_cursor|user: red on blue is 14, the cursor is at 564
			display.scrolls|user: after 30 lines the first row is 'line 6', the last but one 'line 29'
			display.wrong_requests|user: refused 1 1 1 1 1 1 1 1 1 1 1; nothing typed: -1
			display.keys|user: keys 61 1b 5b 41; gave up: -1, then k
			display.waiting_readers_stop_nobody|user: while somebody waits for a key, a text: 0
			display.keyboard_killed|user: a key from the next keyboard driver: n
			display.texts_are_whole|user: torn 0, of two programs
			display.flood|user: beside a flood 20 texts, the last 'mine' in colour 1
			display.killed|user: display killed, rows that are wrong: 0, who waited gets z
		END
		;;
	bochs) display_table text | sed 's/^/bochs./' ;;
	none)
		cat <<-'END'
			display.none|display: nothing is shown
			display.none_still_answers|pecan: finished, status 0
		END
		;;
	linear) echo 'display.pixels|pixels: 128 of 128 are right' ;;
	bochs-linear) display_table linear | sed 's/^/bochs./' ;;
	screen-*)
		sed "s/^/display.${1#screen-}_/" <<-'END'
			shell_prompts|pecan> history
			shell_has_the_next_display|kill display
			shell_edits|pecan> xayz
		END
		[ "$1" != screen-text ] ||
			echo 'display.text_stays_when_killed|hello: twice 21 is 42, says thread 0x[0-9a-f]+'
		;;
	esac
}

# The programs of a description in a README.
described() {
	sed -n "/^    program $2\$/,/^\$/p" "$source_dir/servers/$1/README.md"
}

display_conf() {
	described display display
	described keyboard keyboard
	cat <<-'END'
		program user
		    file test-display
		    manager
		    device 0xb8000-0xb8fff
		    ports 0x60
		    ports 0x64
		    ports 0x3d4-0x3d5
		program beside
		    file test-display
		    manual
	END
}

display_none_conf() {
	described display display
	printf '%s\n' 'program beside' '    file test-display' '    arguments stripes'
}

display_linear_conf() {
	local at=0xfd000000 # the card's memory, as the firmware of both emulators puts it
	described pci pci
	described display display | sed 's/arguments .*/arguments width=640 height=400/'
	printf 'program pixels\n    file test-display\n'
	printf '    arguments at=%s\n    device %s-0x%x\n' $at $at $((at + 0xffff))
}

# screen_conf ARGUMENTS [LINE]: for the display
screen_conf() {
	described pci pci
	described display display | sed "s/arguments .*/& $1${2:+\\n    $2}/"
	described keyboard keyboard
	described display screen-shell
	printf '%s\n' 'program hello' '    manual'
}

display_cases() {
	local boot
	for boot in text linear bochs bochs-linear screen-text screen-linear screen-uefi screen-loader none; do
		display_table $boot
	done
}

# display_modules JOB MODULE...: and its description
display_modules() {
	local name=$1 module
	shift
	{
		for module; do
			echo "modules/$module $module"
		done
		echo "$work/conf.$name system.conf"
	} >"$work/modules.$name"
}

# display_job BOOT CONF OPTION...: CONF writes the description
display_job() {
	local name=display-$1
	$2 >"$work/conf.$name"
	shift 2
	display_modules "$name" kernel sigma0 root pci display keyboard test-display
	job "$name" 330 "$run" --no-build --timeout 300 --modules "$work/modules.$name" --log "$work/$name.log" "$@"
}

# screen_job BOOT MODE ARGUMENTS LINE OPTION...
screen_job() {
	local name=display-screen-$1 mode=$2
	screen_conf "$3" "$4" >"$work/conf.$name"
	shift 4
	display_modules "$name" kernel sigma0 root pci display keyboard shell hello
	job "$name" 630 env PECAN_BUILD="$build" "$source_dir/tests/devices/screen" $mode "$work/$name.log" \
		--modules "$work/modules.$name" "$@"
}

display_jobs() {
	display_job text display_conf --kernel --no-icount
	display_job linear display_linear_conf --kernel
	screen_job text text mode=text ''
	screen_job linear linear 'width=800 height=600' '' --kernel
	screen_job uefi linear '' '' --uefi
	screen_job loader linear '' 'device 0x80000000-0x803e7fff' --uefi --qemu '-vga none -device bochs-display'
	display_job none display_none_conf --kernel --qemu '-vga none'
}

display_bochs_jobs() {
	display_job bochs display_conf --bochs
	display_job bochs-linear display_linear_conf --bochs
}

judge_display() {
	local boot
	for boot; do
		judge_lines "display-$boot" 0 < <(display_table "$boot")
	done
}
