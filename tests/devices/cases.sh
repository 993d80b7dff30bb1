# SPDX-License-Identifier: BSD-2-Clause
#
# tests/devices/cases.sh - the device servers, and their clients. tests/run sources this behind jobs.sh and judge.sh.
#
# Each boot has a description and a table: lines of case|line, an extended regular expression for a whole line of the output.

# The description of the driver, from its README.
disk_driver() {
	sed -n '/^    program disk$/,/^$/p' "$source_dir/servers/ide/README.md"
}

# disk_client NAME ARGUMENTS [LINE...]
disk_client() {
	printf 'program %s\n    file test-disk\n    arguments %s\n' "$1" "$2"
	shift 2
	[ $# -eq 0 ] || printf '    %s\n' "$@"
}

# The same of the other driver, and of the server that gives it its device.
virtio_driver() {
	sed -n '/^    program pci$/,/^$/p' "$source_dir/servers/pci/README.md"
	sed -n '/^    program disk$/,/^$/p' "$source_dir/servers/virtio-blk/README.md"
}

disk_conf() {
	case $1 in
	use)
		disk_driver
		disk_client user 'user first=79'
		disk_client bystander 'bystander first=64 size=2 rounds=4'
		disk_client hostile 'hostile first=72'
		disk_client silent 'silent first=73' server
		disk_client silent-too 'silent first=74' server
		;;
	killed)
		disk_driver
		disk_client load 'load first=0 size=64 kills=100' manager
		disk_client bystander 'bystander first=64 size=2 rounds=4'
		;;
	virtio)
		virtio_driver
		disk_client user 'user first=14'
		disk_client hostile 'hostile first=12'
		disk_client pci-client bus
		;;
	virtio-killed)
		virtio_driver
		disk_client load 'load first=0 size=8 kills=20 bus=1' manager
		disk_client bystander 'bystander first=8 rounds=2'
		;;
	bochs)
		disk_driver
		disk_client user 'user first=5'
		disk_client load 'load first=0 size=1 kills=3' manager
		;;
	esac
}

disk_table() {
	case $1 in
	use)
		cat <<-'END'
			disk.size|user: 163840 sectors
			disk.keeps_what_is_written|user: what was written is there
			disk.has_an_end|user: last sector 0, one more 1, the very last 1
			disk.flush|user: flush 0
			disk.hostile_clients_have_an_end|hostile: 500 times
			disk.hostile_clients_harm_nobody_else|bystander: all acknowledged, 0 words wrong
		END
		;;
	killed)
		cat <<-'END'
			disk.killed_100_times|load: 65536 KiB written and read, all acknowledged, 0 words wrong, driver killed 100 times, lost under way
			disk.killed_beside|bystander: all acknowledged, 0 words wrong
		END
		;;
	virtio)
		cat <<-'END'
			disk.virtio|user: what was written is there
			disk.virtio_has_an_end|user: last sector 0, one more 1, the very last 1
			disk.virtio_hostile_clients_have_an_end|hostile: 500 times
			disk.pci_devices_have_one_owner|pci-client: another's device: not found
			disk.pci_strangers_have_no_handle|pci-client: read 2, map 2, start 2
			disk.pci_own_device|pci-client: a device of its own: its id is right
			disk.pci_wrong_requests|pci-client: behind the end 1, no such register 1, nothing there 2
		END
		;;
	virtio-killed)
		cat <<-'END'
			disk.virtio_killed_with_its_bus|load: 8192 KiB written and read, all acknowledged, 0 words wrong, driver killed 20 times, lost under way
			disk.virtio_killed_beside|bystander: all acknowledged, 0 words wrong
		END
		;;
	bochs)
		cat <<-'END'
			bochs.disk.keeps_what_is_written|user: what was written is there
			bochs.disk.has_an_end|user: last sector 0, one more 1, the very last 1
			bochs.disk.killed|load: 1024 KiB written and read, all acknowledged, 0 words wrong, driver killed 3 times, .*
		END
		;;
	esac
}

disk_cases() {
	local boot
	for boot in use killed virtio virtio-killed bochs; do
		disk_table $boot
	done
}

# disk_job BOOT MEBIBYTES OPTION...: "@" in an option stands for the disk's file.
disk_job() {
	local name=disk-$1 size=$2 option options=()
	disk_conf "$1" >"$work/conf.$name"
	rm -f "$work/image.$name"
	truncate -s "${size}M" "$work/image.$name"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' \
		"$work/conf.$name system.conf" 'modules/ide ide' 'modules/pci pci' 'modules/virtio-blk virtio-blk' \
		'modules/test-disk test-disk' >"$work/modules.$name"
	shift 2
	for option; do
		options+=("${option//@/$work/image.$name}")
	done
	job "$name" 330 "$run" --no-build --timeout 300 --mem 96 --modules "$work/modules.$name" \
		--log "$work/$name.log" "${options[@]}"
}

disk_jobs() {
	local virtio='-drive if=none,id=d,format=raw,file=@ -device virtio-blk-pci,drive=d'
	disk_job use 80 --kernel --disk @
	disk_job killed 80 --kernel --disk @
	disk_job virtio 16 --kernel --no-icount --qemu "$virtio -device edu"
	disk_job virtio-killed 16 --kernel --no-icount --machine q35 --qemu "$virtio"
}

judge_disk() {
	local boot
	for boot; do
		judge_lines "disk-$boot" 0 < <(disk_table "$boot")
		rm -f "$work/image.disk-$boot"
	done
}

# --- small devices ---

plain_devices='rtc keyboard'

plain_device_table() {
	case $1 in
	rtc)
		cat <<-'END'
			rtc.time|clock: 9811731(0[6-9]|[1-9][0-9])
			rtc.next_second|clock: the next second is 1 later
			rtc.driver_ends|clock: its driver has ended
			rtc.driver_comes_back|clock: again, no time is lost
		END
		;;
	keyboard)
		cat <<-'END'
			keyboard.keeps_keys|keys kept: Pecan 101
			keyboard.key_is_waited_for|key waited for: s
			keyboard.driver_ends|keyboard: its driver has ended
			keyboard.driver_comes_back|key of the next driver: n
		END
		;;
	esac
}

# What the test's program may do besides stopping the driver.
plain_device_lines() {
	case $1 in
	keyboard) printf '    %s\n' 'ports 0x60' 'ports 0x64' ;;
	esac
}

plain_device_cases() {
	local name
	for name in $plain_devices; do
		plain_device_table "$name"
	done
}

# plain_device_job NAME: the driver as its README describes it, and test-NAME.
plain_device_job() {
	{
		sed -n "/^    program $1\$/,/^\$/p" "$source_dir/servers/$1/README.md"
		printf 'program %s\n    manager\n' "test-$1"
		plain_device_lines "$1"
	} >"$work/conf.$1"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' \
		"$work/conf.$1 system.conf" "modules/$1 $1" "modules/test-$1 test-$1" >"$work/modules.$1"
	job "$1" 120 "$run" --no-build --timeout 90 --kernel --modules "$work/modules.$1" --log "$work/$1.log" \
		--qemu '-rtc base=2001-02-03T04:05:06'
}

judge_plain_device() {
	judge_lines "$1" 0 < <(plain_device_table "$1")
}

# --- the display ---

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

display_linear_conf() {
	local at=0xfd000000 # the card's memory, as the firmware of both emulators puts it
	described pci pci
	described display display | sed 's/arguments .*/arguments width=640 height=400/'
	printf 'program pixels\n    file test-display\n    arguments at=%s\n    device %s-0x%x\n' $at $at $((at + 0xffff))
}

screen_conf() {
	described pci pci
	described display display | sed "s/arguments .*/& $1/"
	described keyboard keyboard
	described display screen-shell
	printf '%s\n' 'program hello' '    manual'
}

display_cases() {
	local boot
	for boot in text linear bochs bochs-linear screen-text screen-linear screen-uefi; do
		display_table $boot
	done
}

# display_job BOOT CONF OPTION...: CONF writes the description
display_job() {
	local name=display-$1
	$2 >"$work/conf.$name"
	shift 2
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' "$work/conf.$name system.conf" \
		'modules/pci pci' 'modules/display display' 'modules/keyboard keyboard' 'modules/test-display test-display' \
		>"$work/modules.$name"
	job "$name" 150 "$run" --no-build --timeout 120 --modules "$work/modules.$name" --log "$work/$name.log" "$@"
}

# screen_job BOOT MODE ARGUMENT OPTION...
screen_job() {
	local name=display-screen-$1 mode=$2 module
	screen_conf "$3" >"$work/conf.$name"
	shift 3
	for module in kernel sigma0 root pci display keyboard shell hello; do
		echo "modules/$module $module"
	done >"$work/modules.$name"
	echo "$work/conf.$name system.conf" >>"$work/modules.$name"
	job "$name" 330 env PECAN_BUILD="$build" "$source_dir/tests/devices/screen" $mode "$work/$name.log" \
		--modules "$work/modules.$name" "$@"
}

display_jobs() {
	display_job text display_conf --kernel --no-icount
	display_job linear display_linear_conf --kernel
	screen_job text text mode=text
	screen_job linear linear 'width=800 height=600' --kernel
	screen_job uefi linear '' --uefi
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
