# SPDX-License-Identifier: BSD-2-Clause
#
# tests/net/cases.sh - the network server, and its clients. tests/run sources this behind jobs.sh and judge.sh.
#
# Each boot has a description and a table: lines of case|line, an extended regular expression for a whole line of the
# output.

net_boots='use killed restarted hostile shell'

# net_is_there: the sources of lwIP could be had.
net_is_there() {
	[ -e "$build/modules/net" ]
}

# net_targets: what is built.
net_targets() {
	! net_is_there || echo net ping fetch web test-net test-net-hostile
}

# net_program FOLDER NAME [SED]: a program's description as its README has it.
net_program() {
	sed -n "/^    program $2\$/,/^\$/p" "$source_dir/servers/$1/README.md" | sed "${3-}"
}

# net_system [ARGUMENT...]: the bus, a card's driver, and the server, which has these arguments, too.
net_system() {
	net_program pci pci
	net_program virtio-net network
	net_program net net "s/card=network.*/card=network $*/"
}

# net_client NAME ARGUMENTS [LINE...]
net_client() {
	printf 'program %s\n    file test-net\n    arguments %s\n' "$1" "$2"
	shift 2
	[ $# -eq 0 ] || printf '    %s\n' "$@"
}

net_hostile_client() {
	net_client "$@" | sed 's/file test-net/&-hostile/'
}

# 10.0.2.100 is a machine that QEMU's user network makes of `cat`.
net_conf() {
	case $1 in
	use)
		net_system
		net_program web web 's/^ *server$/    arguments limit=15\n&/'
		printf 'program %s\n    arguments %s\n' ping '10.0.2.2 2'
		net_client server serve server
		net_client echo 'echo to=0x0a000264'
		net_client many 'echo to=0x0a000264 connections=8 size=64'
		net_client local 'echo connections=4 size=128' 'talks net'
		net_client datagrams 'datagrams size=256'
		net_client tftp tftp
		net_hostile_client heir heir 'restart 1'
		net_client end wait
		;;
	killed)
		net_system
		net_client echo 'echo to=0x0a000264 size=1024 kills=20' manager
		;;
	restarted)
		net_system address=10.0.2.15
		net_client server serve server
		net_client client 'reconnect size=512 kills=10' manager
		;;
	hostile)
		net_system address=10.0.2.15 gateway=10.0.2.2 names=127.0.0.1
		net_program virtio-net network 's/program network/&-too/'
		net_client server serve server
		net_client prey 'serve port=8' server
		net_client names names server
		net_client lookup lookup
		net_client bystander 'echo to=0x0a000264 size=256'
		net_client local 'echo connections=2 size=128'
		net_hostile_client wild 'wild rounds=200'
		net_hostile_client thief thief
		net_hostile_client silent silent server
		net_hostile_client mortal mortal manual
		net_hostile_client fate 'fate lives=100' manager
		net_hostile_client attacker 'attacker frames=20000'
		;;
	esac
}

net_table() {
	case $1 in
	use)
		cat <<-'END'
			net.address_by_dhcp|net: address 10\.0\.2\.15
			net.ping|ping: 2: 56 bytes after [0-9]+ us
			net.tcp|echo: 1 connections, 1024 KiB each way, done, 0 bytes wrong, 0 kills
			net.many_connections|many: 8 connections, 512 KiB each way, done, 0 bytes wrong, 0 kills
			net.between_programs|local: 4 connections, 512 KiB each way, done, 0 bytes wrong, 0 kills
			net.datagrams|datagrams: 256 KiB in datagrams, all there
			net.datagrams_of_others|tftp: 938895 bytes, 150000 lines, 0 wrong
			net.handles_of_an_earlier_life|heir: 0 sockets of others
			net.page|host: the page lists the files
			net.page_is_nobodys_alone|host: the page, while somebody is slow
			net.page_limit|host: who is slow is given up
			net.connections_from_outside|host: 3 connections at once, 256 KiB each way
		END
		;;
	killed)
		cat <<-'END'
			net.driver_killed_20_times|echo: 1 connections, 1024 KiB each way, done, 0 bytes wrong, 20 kills
		END
		;;
	shell)
		cat <<-'END'
			net.shell_ping|ping: 2: 56 bytes after [0-9]+ us
			net.shell_fetch|.*<title>Pecan</title>.*
		END
		;;
	restarted)
		cat <<-'END'
			net.killed_10_times|client: 512 KiB each way, 0 bytes wrong, 10 kills, a new connection after each
		END
		;;
	hostile)
		cat <<-'END'
			net.names|lookup: pecan\.example is 10\.1\.2\.3, status 0
			net.name_that_is_an_address|lookup: 10\.0\.2\.2 is 0xa000202, status 0
			net.no_such_name|lookup: no\.example status 5, no name at all status 5
			net.wild_requests_have_an_end|wild: 200 times
			net.handles_belong_to_programs|thief: 0 sockets of others
			net.the_dead_leave_nothing_behind|fate: 100 lives, 0 worse than the first
			net.strange_packets|attacker: 20000 frames
			net.hostile_clients_harm_nobody_else|local: 2 connections, 256 KiB each way, done, 0 bytes wrong, 0 kills
			net.hostile_machines_harm_nobody|bystander: 1 connections, 256 KiB each way, done, 0 bytes wrong, 0 kills
		END
		;;
	esac
}

net_cases() {
	local boot
	for boot in $net_boots; do
		net_table "$boot"
	done
}

# net_wanted BOOT: is one of its cases?
net_wanted() {
	local name rest
	while IFS='|' read -r name rest; do
		! wanted "$name" || return 0
	done < <(net_table "$1")
	return 1
}

# net_job BOOT QEMU [COMMAND...]: QEMU is what the card's network is; COMMAND is put before boot/run.
net_job() {
	local name=net-$1 qemu=$2 module modules=(pci virtio-net net web ping test-net test-net-hostile)
	net_wanted "$1" || return 0
	net_conf "$1" >"$work/conf.$name"
	printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' \
		"$work/conf.$name system.conf" >"$work/modules.$name"
	for module in "${modules[@]}"; do
		echo "modules/$module $module" >>"$work/modules.$name"
	done
	shift 2
	job "$name" 930 "$@" "$run" --no-build --kernel --no-icount --timeout 900 --mem 96 \
		--modules "$work/modules.$name" --log "$work/$name.log" --qemu "$qemu"
}

net_jobs() {
	local card='-device virtio-net-pci,netdev=n' user='-netdev user,id=n,guestfwd=tcp:10.0.2.100:7-cmd:cat'
	local port host= hub=
	net_is_there || return 0
	mkdir -p "$work/net-files"
	seq 150000 >"$work/net-files/numbers"
	for port in WEB@-:80 ECHO@-:7 END@-:9; do
		host+=,hostfwd=tcp:127.0.0.1:@$port
	done
	net_job use "$user,tftp=$work/net-files$host $card" "$source_dir/tests/net/with-host" "$work/net-use.log"
	net_job killed "$user $card"
	net_job restarted "$user $card"
	for port in a b; do
		hub+=" -netdev hubport,id=$port,hubid=0 -device virtio-net-pci,netdev=$port"
	done
	printf '%s\n' 'run ping 10.0.2.2 2' 'run fetch 127.0.0.1' exit >"$work/keys.net-shell"
	! net_wanted shell || job net-shell 430 "$source_dir/tests/net/with-host" "$work/net-shell.log" \
		"$run" --no-build --kernel --shell --net @WEB@ --timeout 300 --input "$work/keys.net-shell" \
		--log "$work/net-shell.log"
	net_job hostile "$user -netdev hubport,id=h,hubid=0,netdev=n$hub"
}

judge_net() {
	local boot
	if ! net_is_there; then
		printf 'NOT RUN net: without the sources of lwIP there is no network server; %s\n' \
			"$build/lwip.log says why they could not be had"
		return 0
	fi
	for boot in $net_boots; do
		! net_wanted "$boot" || judge_lines "net-$boot" 0 < <(net_table "$boot")
	done
}
