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
		disk_client pci-client bus manager
		disk_client pci-thief thief manual
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
			disk.pci_interrupts_only|pci-client: what is no interrupt: nothing 1, memory 1, a reset 1
			disk.pci_owners_outlive_the_server|pci-thief: not found
			disk.pci_device_comes_back|pci-client: its device is its own
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

# --- network cards ---

packet_boots='use turns killed flood hostile beside user-network cost'

# packet_drivers NUMBER: the bus, and drivers network0 to network(NUMBER - 1), from their READMEs. They ask for their cards
# in the order of their priorities.
packet_drivers() {
	local i
	sed -n '/^    program pci$/,/^$/p' "$source_dir/servers/pci/README.md"
	for ((i = 0; i < $1; i++)); do
		sed -n "s/^    program network\$/    program network$i/; s/priority 150/priority $((155 - i))/
			/^    program network$i\$/,/^\$/p" "$source_dir/servers/virtio-net/README.md"
	done
}

# packet_client NAME ARGUMENTS [LINE...]
packet_client() {
	disk_client "$@" | sed 's/file test-disk/file test-packet/'
}

packet_conf() {
	case $1 in
	use)
		packet_drivers 3
		packet_client left 'peer card=0 count=10000'
		packet_client right 'server card=1 count=10000'
		packet_client first 'first card=2' server
		packet_client second 'second card=2' manager
		;;
	turns)
		packet_drivers 2
		packet_client left 'peer card=0 count=500 under-way=1'
		packet_client right 'server card=1 count=500 under-way=1'
		;;
	killed)
		packet_drivers 2
		packet_client left 'peer card=0 count=10000 patience=50000 hold=1000'
		packet_client right 'server card=1 count=10000 patience=50000 hold=1000 kills=50' manager
		;;
	flood)
		packet_drivers 3
		packet_client flood 'flood card=0 count=5000'
		packet_client lazy 'lazy card=1'
		packet_client sink 'sink card=2' server
		;;
	hostile)
		packet_drivers 3
		packet_client left 'peer card=0 count=1000'
		packet_client right 'server card=1 count=1000'
		packet_client hostile 'hostile card=2'
		;;
	beside)
		packet_drivers 4
		packet_client hostile 'hostile card=0 rounds=4000000000' server
		packet_client flood 'flood card=1 count=4000000000' server
		packet_client sink 'sink card=2' server
		packet_client beside 'beside card=3 count=5000 max=100000 mean=15000' 'priority 120'
		;;
	user-network)
		packet_drivers 1
		packet_client client arp
		;;
	cost)
		packet_drivers 2
		packet_client client cost
		;;
	esac
}

packet_table() {
	case $1 in
	use)
		cat <<-'END'
			packet.arrives|left: 10000 packets sent, 10000 received, 0 wrong, 0 missed, 0 again
			packet.arrives_at_a_server|right: 10000 packets sent, 10000 received, 0 wrong, 0 missed, 0 again
			packet.server_has_other_clients|right: its client was served
			packet.one_program_has_the_card|second: status 3, without the first one 0
		END
		;;
	turns)
		cat <<-'END'
			packet.waits_miss_nothing|left: 500 packets sent, 500 received, 0 wrong, 0 missed, 0 again
			packet.news_are_not_missed|right: 500 packets sent, 500 received, 0 wrong, 0 missed, 0 again
		END
		;;
	killed)
		cat <<-'END'
			packet.killed|left: 10000 packets sent, 10000 received, 0 wrong, .* missed, .* again
			packet.killed_under_a_server|right: 10000 packets sent, 10000 received, 0 wrong, .* missed, .* again
			packet.killed_50_times|right: drivers killed 50 times
			packet.killed_beside|right: its client was served
		END
		;;
	flood)
		cat <<-'END'
			packet.flood|flood: all sent
			packet.flood_ends_with_the_buffers|lazy: 63 packets
		END
		;;
	hostile)
		cat <<-'END'
			packet.hostile_clients_have_an_end|hostile: 500 times, then status 0
			packet.hostile_clients_harm_nobody_else|left: 1000 packets sent, 1000 received, 0 wrong, 0 missed, 0 again
			packet.hostile_clients_stop_no_server|right: 1000 packets sent, 1000 received, 0 wrong, 0 missed, 0 again
		END
		;;
	beside)
		cat <<-'END'
			packet.hostile_clients_and_floods_delay_others_within_bound|beside: in time
		END
		;;
	user-network)
		cat <<-'END'
			packet.user_network|client: address 52:54:00:12:34:56, answered
		END
		;;
	cost)
		cat <<-'END'
			packet.time_to_wait|client: waited in vain 3 times
			packet.cost|BENCH name=packet.receive packets=32 unit=instructions value=[0-9]+
		END
		;;
	esac
}

packet_cases() {
	local boot
	for boot in $packet_boots; do
		packet_table "$boot"
	done
}

# packet_job BOOT OPTION...
packet_job() {
	local name=packet-$1
	packet_conf "$1" >"$work/conf.$name"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' \
		"$work/conf.$name system.conf" 'modules/pci pci' 'modules/virtio-net virtio-net' \
		'modules/test-packet test-packet' >"$work/modules.$name"
	shift
	job "$name" 330 "$run" --no-build --kernel --timeout 300 --mem 96 --modules "$work/modules.$name" \
		--log "$work/$name.log" "$@"
}

# packet_cards HUB...: QEMU's options for a card on each of these hubs.
packet_cards() {
	local hub number=0
	for hub; do
		printf '%s ' "-netdev hubport,id=n$number,hubid=$hub -device virtio-net-pci,netdev=n$number"
		number=$((number + 1))
	done
}

packet_jobs() {
	packet_job use --no-icount --qemu "$(packet_cards 0 0 1)"
	packet_job turns --no-icount --qemu "$(packet_cards 0 0)"
	packet_job killed --no-icount --machine q35 --qemu "$(packet_cards 0 0)"
	packet_job flood --no-icount --qemu "$(packet_cards 0 0 0)"
	packet_job hostile --no-icount --qemu "$(packet_cards 0 0 1)"
	packet_job beside --qemu "$(packet_cards 0 1 1 2)"
	packet_job user-network --no-icount --qemu '-netdev user,id=n -device virtio-net-pci,netdev=n'
	packet_job cost --qemu "$(packet_cards 0 0)"
}

judge_packet() {
	local boot
	for boot in $packet_boots; do
		judge_lines "packet-$boot" 0 < <(packet_table "$boot")
	done
}

# --- small devices ---

# Each is a boot of the driver, as its README describes it, and test-NAME. `bochs.NAME` is the same there.
plain_devices='rtc keyboard timer'

# plain_device_table NAME
plain_device_table() {
	case $1 in
	*rtc)
		cat <<-'END'
			rtc.time|clock: 9811731(0[6-9]|[1-9][0-9])
			rtc.next_second|clock: the next second is 1 later
			rtc.next_second_beside_hostile_client|clock: beside a hostile client the next second is 1 later
			rtc.driver_ends|clock: its driver has ended
			rtc.driver_comes_back|clock: again, no time is lost
		END
		;;
	*keyboard)
		cat <<-'END'
			keyboard.keeps_keys|keys kept: Pecan 101
			keyboard.key_is_waited_for|key waited for: s
			keyboard.keys_beside_hostile_client|keys beside a hostile client: half of them at least, 0 wrong
			keyboard.driver_ends|keyboard: its driver has ended
			keyboard.driver_comes_back|key of the next driver: n
		END
		;;
	*timer)
		cat <<-'END'
			timer.order|alone: order 3 1 4 0 2, 0 wrong, in time
			timer.period_does_not_drift|alone: 100 ticks, 0 wrong, in time
			timer.late_receiver|alone: late for some ticks, told at once, 0 wrong
			timer.many|alone: all alarms at once: each has come, 0 wrong
			timer.cancel|cancelled: 1 comes, when it was due, 3
			timer.two_threads_wait|two threads: the first gets 0 alarms, then it takes over and gets 1
			timer.wrong_requests|wrong requests: 4 of 4 refused
			timer.order_beside_hostile_clients|beside: order 3 1 4 0 2, 0 wrong, in time
			timer.period_beside_hostile_clients|beside: 100 ticks, 0 wrong, in time
			timer.many_beside_hostile_clients|beside: all alarms at once: each has come, 0 wrong
			timer.driver_ends|the driver has ended; of the next one comes 1
			timer.relay|relay: 20 ticks of 2 drivers, others' messages in between
		END
		;;
	esac | sed "s/^/${1%"${1#bochs.}"}/"
}

# hostile_client NAME DEVICE ARGUMENT [LINE]
hostile_client() {
	printf '%s\n' "program $1" "    file test-$2" '    manual' "    arguments hostile=$3" "${@:4}"
}

# What the test's program has besides stopping the driver. Bochs executes 4 instructions a microsecond.
plain_device_lines() {
	case $1 in
	*rtc)
		hostile_client hostile rtc 1 '    server'
		;;
	*keyboard)
		printf '    %s\n' 'ports 0x60' 'ports 0x64'
		hostile_client hostile keyboard 1
		;;
	*timer)
		local slow=1
		[ "$1" = timer ] || slow=50
		printf '    %s\n' 'priority 120' "arguments slow=$slow"
		hostile_client hostile timer 1 '    server'
		hostile_client hostile-too timer 2 '    server'
		;;
	esac
}

plain_device_cases() {
	local name
	for name in $plain_devices; do
		plain_device_table "$name"
		plain_device_table "bochs.$name"
	done
}

plain_device_job() {
	local name=${1#bochs.} options
	options=(--kernel --qemu '-rtc base=2001-02-03T04:05:06')
	[ "$name" = "$1" ] || options=(--bochs)
	{
		sed -n "/^    program $name\$/,/^\$/p" "$source_dir/servers/$name/README.md"
		printf 'program %s\n    manager\n' "test-$name"
		plain_device_lines "$1"
	} >"$work/conf.$1"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' \
		"$work/conf.$1 system.conf" "modules/$name $name" "modules/test-$name test-$name" >"$work/modules.$1"
	job "$1" 150 "$run" --no-build --timeout 120 --mem 64 --modules "$work/modules.$1" --log "$work/$1.log" \
		"${options[@]}"
}

judge_plain_device() {
	judge_lines "$1" 0 < <(plain_device_table "$1")
}

# --- serial lines ---

# The driver of COM2, from its README, and a second one of COM3.
serial_drivers() {
	sed -n '/^    program serial2$/,/^$/p' "$source_dir/servers/serial/README.md"
}

serial_far_driver() {
	serial_drivers | sed -e 's/serial2/serial3/' -e 's/0x2f8-0x2ff/0x3e8-0x3ef/' -e 's/0x2f8/0x3e8/' -e 's/irq 3/irq 4/'
}

serial_conf() {
	serial_drivers
	case $1 in
	wire)
		serial_far_driver
		printf '%s\n' 'program test-serial' '    arguments user' '    manager'
		;;
	crowd)
		serial_far_driver
		printf '%s\n' 'program writer' '    file test-serial' '    arguments writer' \
			'program checker' '    file test-serial' '    arguments checker' '    priority 140' \
			'program hostile' '    file test-serial' '    arguments hostile' \
			'program hostile-too' '    file test-serial' '    arguments hostile' '    server'
		;;
	loop)
		printf '%s\n' 'program test-serial' '    arguments loop' '    manager'
		;;
	esac
}

serial_table() {
	case $1 in
	wire)
		cat <<-'END'
			serial.64_kib_arrive|64 KiB, 0 writes wrong, 65536 sent, at most one interrupt for 8, lost 0
			serial.both_ways|8 KiB, 0 writes wrong, 8192 sent, at most one interrupt for 8, lost 0
			serial.sleeps_when_idle|in a second 1 messages more, 0 interrupts
			serial.nothing_typed|nothing typed: -2
			serial.raw|raw: a 8 13 4
			serial.raw_has_no_echo|no echo: -2
			serial.raw_output|raw output: x 13 10 y
			serial.line|line: h e l p 10
			serial.line_echo|echo: h e l o 8 32 8 8 32 8 l 8 32 8 l p 13 10
			serial.line_killed|killed line: n e w 10
			serial.line_killed_echo|its echo: j u n k 8 32 8 8 32 8 8 32 8 8 32 8 n e w 13 10
			serial.line_without_end|half a line: h a l f
			serial.end|end: -2
			serial.long_line|long line: 256 characters
			serial.long_line_echo|echo of a long line: 302 bytes, the last is 10
			serial.line_of_a_reader_that_went|for the next one: a b c 10
			serial.character_of_a_reader_that_went|raw for the next one: d
			serial.lost_are_counted|of 5000 characters 904 are lost
			serial.lost_are_told|serial: 904 characters are lost
			serial.kept_are_not_lost|and no more: -2
			serial.writer_waits_alone|the wire is full; others are served: 0
			serial.killed_writer|writer: its driver has ended
			serial.killed_reader|reader: its driver has ended
			serial.next_writes|to the next one
			serial.next_reads|from the next one: k
		END
		;;
	crowd)
		cat <<-'END'
			serial.hostile_clients_have_an_end|hostile: 3000 requests
			serial.hostile_clients_take_no_characters|writer: 6 confirmed, 0 wrong
			serial.writes_are_whole|checker: 300 lines in order, some of others between them, 0 wrong
		END
		;;
	loop)
		cat <<-'END'
			bochs.serial.4_kib_arrive|4 KiB, 0 writes wrong, 4096 sent, at most one interrupt for 8, lost 0
			bochs.serial.sleeps_when_idle|in a second 1 messages more, 0 interrupts
			bochs.serial.killed_reader|reader: its driver has ended
			bochs.serial.next_reads_lines|line of the next one: ok
		END
		;;
	esac
}

serial_cases() {
	local boot
	for boot in wire crowd loop; do
		serial_table $boot
	done
}

# serial_modules BOOT: the list of its modules.
serial_modules() {
	serial_conf "$1" >"$work/conf.serial-$1"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' "$work/conf.serial-$1 system.conf" \
		'modules/serial serial' 'modules/test-serial test-serial' >"$work/modules.serial-$1"
}

# COM2 and COM3 are the two ends of a socket, whose name must be short: it counts from the build folder.
serial_jobs() {
	local boot wire
	for boot in wire crowd; do
		serial_modules $boot
		wire=${work#"$build"/}/socket.$boot
		rm -f "$build/$wire"
		wire="-chardev socket,id=near,path=$wire,server=on,wait=off -chardev socket,id=far,path=$wire"
		job "serial-$boot" 330 "$run" --no-build --timeout 300 --kernel --no-icount --modules "$work/modules.serial-$boot" \
			--log "$work/serial-$boot.log" --qemu "$wire -serial chardev:near -serial chardev:far"
	done
}

serial_bochs_jobs() {
	serial_modules loop
	job serial-loop 330 "$source_dir/tests/devices/bochs-loop" "$work/serial-loop.log" "$work/modules.serial-loop"
	serial_console_modules killed-in-bochs slow=400
	job serial-killed-in-bochs 330 "$run" --no-build --bochs --timeout 300 --log "$work/serial-killed-in-bochs.log" \
		--modules "$work/modules.serial-killed-in-bochs"
}

judge_serial() {
	local boot
	for boot; do
		judge_lines "serial-$boot" 0 < <(serial_table "$boot")
	done
}

# --- the root task's console, through a driver of its line ---

serial_console_driver() {
	sed -n '/^    program serial$/,/^$/p' "$source_dir/servers/serial/README.md"
}

# serial_console_conf BOOT [ARGUMENT]: the programs, each of which has the role of its name.
serial_console_conf() {
	local name names
	case $1 in
	killed*) names='killer speaker' ;;
	stuck) names='speaker spare' ;;
	again) names=speaker ;;
	flood) names='flood speaker' ;;
	typed) names=typed ;;
	esac
	if [ "$1" = stuck ] || [ "$1" = again ]; then
		printf '%s\n' 'program serial' '    file test-serial' "    arguments $1" '    server' '    console'
	else
		serial_console_driver
	fi
	for name in $names; do
		printf 'program %s\n    file test-serial\n    arguments %s %s\n' "$name" "$name" "${2-}"
		[ "$name" = speaker ] || echo '    manager'
		[ "$name" != spare ] || echo '    console'
		[ "$name" != killer ] || echo '    priority 200' # above the driver's, to stop it under way
	done
}

# Without the cases that are judged by lines.awk.
serial_console_table() {
	case $1 in
	killed)
		cat <<-'END'
			serial.console_last_words|pecan: finished, status 0
		END
		;;
	stuck)
		cat <<-'END'
			serial.console_stuck_driver|root: serial does not put out its text; program stopped
			serial.console_next_driver|root: spare: exit status 100
		END
		;;
	again)
		cat <<-'END'
			serial.console_driver_asks_again_and_again|root: serial does not put out its text; program stopped
		END
		;;
	typed)
		cat <<-'END'
			serial.console_typed|by the driver: one 1
			serial.console_is_its_drivers|another asks for text: 3, brings what was typed: 3
			serial.console_sleeps_when_idle|sent by interrupts: yes, idle: 1
			serial.console_typed_without_driver|polled: two 2
			serial.console_typed_again|by the next one: three 3
			serial.console_break|kdb: break on the serial line; thread [0-9]+ ran; .*
			serial.console_typed_behind_a_break|behind the debugger: five 5
			serial.console_has_clients_beside|beside the root task: four 4
		END
		;;
	esac
}

serial_console_cases() {
	local boot
	for boot in killed stuck again typed; do
		serial_console_table $boot
	done
	printf '%s\n' bochs.serial.console_lines_killed bochs.serial.console_killed_under_way
	printf '%s\n' serial.console_lines_killed serial.console_killed_under_way serial.console_lines_stuck \
		serial.console_lines_again serial.console_lines_beside_a_flood serial.clients_of_32_bits
}

# serial_console_modules BOOT [ARGUMENT]: the list of its modules.
serial_console_modules() {
	serial_console_conf "$@" >"$work/conf.serial-$1"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' "$work/conf.serial-$1 system.conf" \
		'modules/serial serial' 'modules/test-serial test-serial' >"$work/modules.serial-$1"
}

serial_console_jobs() {
	local boot
	for boot in killed stuck again flood typed; do
		serial_console_modules $boot
	done
	for boot in killed stuck again flood; do
		job "serial-$boot" 330 "$run" --no-build --kernel --timeout 300 --modules "$work/modules.serial-$boot" \
			--log "$work/serial-$boot.log"
	done
	{
		serial_drivers
		printf 'program small-hello\n    arguments console=serial2\n'
	} >"$work/conf.serial-small"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' "$work/conf.serial-small system.conf" \
		'modules/serial serial' 'modules/small-hello small-hello' >"$work/modules.serial-small"
	job serial-small 130 "$run" --no-build --kernel --timeout 100 --modules "$work/modules.serial-small" \
		--log "$work/serial-small.log" --qemu "-serial file:${work#"$build"/}/serial-small.com2"
	job serial-typed 330 "$source_dir/tests/devices/typist" "$work/serial-typed.log" "$work/modules.serial-typed"
}

# judge_serial_lines CASE BOOT EXPECTED: what lines.awk says, an extended regular expression.
judge_serial_lines() {
	local said
	await "serial-$2"
	said=$(awk -f "$source_dir/tests/devices/lines.awk" "$work/serial-$2.log" || true)
	if grep -qxE "$3" <<<"$said"; then
		pass "$1"
	else
		failing "$1" "$3" "$said"
	fi
}

# judge_serial_killed PREFIX BOOT
judge_serial_killed() {
	judge_serial_lines "${1}serial.console_lines_killed" "$2" 'killer 500 speaker 300 flood 0 again [0-9]+ wrong 0'
	judge_serial_lines "${1}serial.console_killed_under_way" "$2" \
		'killer [0-9]+ speaker [0-9]+ flood 0 again ([1-9]|1[0-9]|20) wrong [0-9]+'
}

judge_serial_console() {
	local boot
	judge_lines serial-killed 0 < <(serial_console_table killed)
	judge_serial_killed '' killed
	for boot in stuck again; do
		judge_lines serial-$boot 1 < <(serial_console_table $boot)
		judge_serial_lines serial.console_lines_$boot $boot 'killer 0 speaker 300 flood 0 again [0-9]+ wrong 0'
	done
	judge_serial_lines serial.console_lines_beside_a_flood flood 'killer 0 speaker 300 flood 300 again [0-9]+ wrong 0'
	judge_lines serial-typed 0 < <(serial_console_table typed)
	await serial-small
	if grep -q '^small-hello: twice 21 is 42, says thread' "$work/serial-small.com2"; then
		pass serial.clients_of_32_bits
	else
		failing serial.clients_of_32_bits 'the words of small-hello on COM2' "$(last_line "$job_out")"
	fi
}
