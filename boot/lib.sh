# SPDX-License-Identifier: BSD-2-Clause
#
# boot/lib.sh - shell functions that boot/run, boot/make-* and tests/run share. Source it with bash.
#
# Everything here works without a display, reads nothing from the terminal, ends by itself after a
# time limit, and ends only processes it started. Needs bash, coreutils, awk and sed, which every
# Debian has.

boot_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=$(dirname "$boot_dir")

# --- messages ---

program=${program:-$(basename "$0")}

say() {
	printf '%s: %s\n' "$program" "$*" >&2
}

# A wrong use or a missing tool: one sentence, status 2.
die() {
	say "$*"
	exit 2
}

# --- background work ---

child=      # the process we wait for
child_pipe= # a file that goes with it

stop_child() {
	[ -z "$child" ] || kill "$child" 2>/dev/null || true
	[ -z "$child_pipe" ] || rm -f "$child_pipe"
	child= child_pipe=
}

# Call once in a script that uses the functions below: an interrupt ends what we started, too.
stop_on_signals() {
	trap stop_child EXIT
	trap 'stop_child; exit 130' INT
	trap 'stop_child; exit 143' TERM HUP
}

# sleeps without a process: nothing is left behind when we are stopped
pause() {
	[ -n "${pause_fd:-}" ] || exec {pause_fd}<> <(:)
	read -r -t "$1" -u "$pause_fd" || true
}

# wait_child LOG WHAT: waits for $child; says WHAT when LOG has not grown for some seconds. Its
# status is in child_status.
wait_child() {
	local log=$1 what=$2 ticks=0 size=0 now
	while kill -0 "$child" 2>/dev/null; do
		pause 0.1
		ticks=$((ticks + 1))
		[ $((ticks % 40)) -eq 0 ] || continue
		now=$(stat -c %s "$log" 2>/dev/null || echo 0)
		[ "$now" != "$size" ] || say "$what, $((ticks / 10)) s"
		size=$now
	done
	child_status=0
	wait "$child" 2>/dev/null || child_status=$?
	child=
}

# run_phase LABEL LOG PROGRAM...: a step of the work. Its output goes to LOG and is shown only if it
# fails. `timeout` makes a process group of it, so that stopping it stops all that it started.
run_phase() {
	local label=$1 log=$2 ticks=0 status=0
	shift 2
	printf '%s: %s ' "$program" "$label" >&2
	timeout -k 5 "${phase_seconds:-1800}" "$@" </dev/null >"$log" 2>&1 &
	child=$!
	while kill -0 "$child" 2>/dev/null; do
		pause 0.1
		ticks=$((ticks + 1))
		[ $((ticks % 20)) -ne 0 ] || printf '.' >&2
	done
	wait "$child" 2>/dev/null || status=$?
	child=
	if [ "$status" -eq 0 ]; then
		printf ' done\n' >&2
		return 0
	fi
	printf ' failed\n' >&2
	tail -n 40 "$log" >&2
	say "the step '$label' failed with status $status; all of its output is in $log."
	local free
	free=$(df --output=avail -k "$(dirname "$log")" 2>/dev/null | tail -n 1) || true
	[ "${free:-99999}" -ge 8192 ] || say "only $((free)) KiB are free there: the disk is full."
	return 1
}

# --- packages ---

# packages_for build|clang|qemu|uefi|bochs|tests...: the Debian packages these need
packages_for() {
	local part
	for part; do
		case $part in
		build) echo gcc g++ binutils libc6-dev musl-dev liblz4-dev make cmake nasm \
			grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools ;;
		qemu) echo qemu-system-x86 seabios ;;
		uefi) echo ovmf ;;
		bochs) echo bochs bochs-term seabios ;;
		clang) echo clang ;;
		tests) echo clang libclang-rt-dev libcmocka-dev busybox-static ;;
		esac
	done
}

package_is_there() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A command for each package that has one: for systems without dpkg, and for those where it is out of
# reach.
command_of() {
	case $1 in
	gcc | g++ | make | cmake | nasm | xorriso | bochs | clang) echo "$1" ;;
	busybox-static) echo busybox ;;
	binutils) echo objcopy ;;
	grub-common) echo grub-mkrescue ;;
	mtools) echo mformat ;;
	qemu-system-x86) echo qemu-system-x86_64 ;;
	esac
}

# packages_missing PART...: those that are not installed
packages_missing() {
	local package command
	for package in $(packages_for "$@" | tr ' ' '\n' | sort -u); do
		if command -v dpkg-query >/dev/null; then
			package_is_there "$package" || echo "$package"
		else
			command=$(command_of "$package")
			[ -z "$command" ] || command -v "$command" >/dev/null || echo "$package"
		fi
	done
}

# packages_install PART...: installs what is missing, or says the one line that does, and exits.
packages_install() {
	local missing
	missing=$(packages_missing "$@" | tr '\n' ' ')
	missing=${missing% }
	if [ -z "$missing" ]; then
		commands_there "$@"
		return 0
	fi
	local line="apt-get install --no-install-recommends -y $missing"
	if ! command -v apt-get >/dev/null; then
		die "these Debian packages, or what your system calls them, are missing: $missing."
	fi
	if [ "$(id -u)" -ne 0 ]; then
		die "packages are missing; install them with: sudo apt-get update && sudo $line"
	fi
	local log
	log=$(mktemp)
	say "missing packages: $missing"
	# Not the end if it fails: the packages may be at hand. (It ends with 0 without a network.)
	run_phase 'reading the list of packages' "$log" apt-get update || true
	run_phase 'installing them' "$log" env DEBIAN_FRONTEND=noninteractive $line ||
		die "apt-get could not install the packages: is there a network? By hand: $line"
	rm -f "$log"
	commands_there "$@"
}

# commands_there PART...: a package whose command is not found gets a sentence here instead of pages
# of cmake's.
commands_there() {
	local package command
	for package in $(packages_for "$@"); do
		command=$(command_of "$package")
		[ -z "$command" ] || command -v "$command" >/dev/null ||
			die "the command $command of the package $package is not found: is it in PATH?"
	done
}

# --- the build folder ---

# build_folder: makes the folder that PECAN_BUILD names; its full path is then in $build, the wanted
# compiler in $compiler.
build_folder() {
	build=${PECAN_BUILD:-$source_dir/build}
	compiler=${PECAN_COMPILER:-gcc}
	case $compiler in
	gcc | clang) ;;
	*) die "PECAN_COMPILER is '$compiler'; it must be gcc or clang." ;;
	esac
	mkdir -p "$build" 2>/dev/null && [ -w "$build" ] ||
		die "cannot write to the build folder $build; name another one in PECAN_BUILD."
	build=$(cd "$build" && pwd)
	export PECAN_LWIP=${PECAN_LWIP:-$build/lwip}
}

# lwip_fetch: the sources of lwIP for servers/net, once for a build folder. Everything else can do without them.
lwip_fetch() {
	[ ! -e "$PECAN_LWIP/src" ] || return 0
	say "getting the sources of lwIP, Debian's (11 MB), for servers/net"
	timeout --foreground -k 5 120 "$source_dir/servers/net/fetch-lwip" "$PECAN_LWIP" >"$build/lwip.log" 2>&1 ||
		say "they cannot be had (is there a network? $build/lwip.log says more):" \
			"servers/net and its clients are left out."
}

# configure ARGUMENTS...: CMake keeps the compiler and the places of its first run, so another compiler
# or a tree that was moved starts afresh.
configure() {
	local cache=$build/CMakeCache.txt fresh=
	if [ -f "$cache" ] && ! { grep -qxF "PECAN_COMPILER:STRING=$compiler" "$cache" &&
		grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$source_dir" "$cache" &&
		grep -qxF "CMAKE_CACHEFILE_DIR:INTERNAL=$build" "$cache"; }; then
		fresh=--fresh
	fi
	run_phase "configuring in $build" "$build/configure.log" cmake $fresh -S "$source_dir" \
		-B "$build" --toolchain "$source_dir/toolchain.cmake" \
		-D PECAN_COMPILER="$compiler" -D PECAN_LWIP="$PECAN_LWIP" "$@"
}

# lock FOLDER: waits until no other run that uses the folder has it. The lock ends with this process
# and all that it started, or with `unlock`.
lock() {
	command -v flock >/dev/null || return 0
	exec {lock_fd}>"$1/.lock"
	flock -n "$lock_fd" && return 0
	say "another run is busy in $1: waiting for it."
	flock "$lock_fd"
}

unlock() {
	[ -z "${lock_fd:-}" ] || exec {lock_fd}>&-
	lock_fd=
}

# free_log: leaves in $log, and locks until we end, a log that no other run in this build folder writes to.
free_log() {
	local n=1 log_fd
	log=$build/serial.log
	command -v flock >/dev/null || return 0
	while exec {log_fd}>"$log.lock" && ! flock -n "$log_fd"; do
		exec {log_fd}>&-
		n=$((n + 1))
		log=$build/serial-$n.log
	done
}

# --- modules ---

# lean_copy FROM TO: copies a module without its debug information (the symbols stay). A file without
# any, one that objcopy has anything to say about, or no ELF file, is copied as it is: finding fault
# with it is the boot component's business.
lean_copy() {
	local complaint
	if [ "$(head -c 4 "$1" | tr -d '\177')" = ELF ] && grep -qa '\.debug_info' "$1" &&
		complaint=$(objcopy --strip-debug "$1" "$2" 2>&1) && [ -z "$complaint" ]; then
		return 0
	fi
	cp "$1" "$2"
}

# --- the system's output ---

# A serial line as plain text: without carriage returns, terminal sequences and empty lines.
plain_text() {
	sed -u -e 's/\r//g' -e 's/\x1b\[[0-9;=?]*[A-Za-z]//g' -e 's/\x1b[c78]//g' \
		-e '/^[[:space:]]*$/d'
}

# Did the system say that it ended well? (the root task's last words)
ended_well() {
	[ "$(sed -n 's/^pecan: finished, status //p' "$1" | tail -n 1)" = 0 ]
}

# --- emulators ---

# QEMU without what our machines do not have. The first serial line is the channel com1.
qemu_base=(-nodefaults -vga std -display none -monitor none -serial chardev:com1 -no-reboot
	-device isa-debug-exit,iobase=0xf4,iosize=4)

# run_in_qemu LOG SECONDS ARGUMENTS...: runs QEMU with our base options; our input is typed on the serial line (Ctrl-A b
# there sends a break), and what comes over it is shown and written to LOG. Status: 0 ended well (33), 1 ended badly,
# 124 time limit, 125 QEMU itself failed. Why is in $verdict, one sentence.
run_in_qemu() {
	local log=$1 seconds=$2 pipe=$1.pipe errors=$1.errors reader
	shift 2
	rm -f "$pipe"
	: >"$log"
	mkfifo "$pipe"
	child_pipe=$pipe
	plain_text <"$pipe" | tee "$log" &
	reader=$!
	timeout -k 5 "$seconds" qemu-system-x86_64 "${qemu_base[@]}" -chardev stdio,id=com1,mux=on "$@" \
		<&0 >"$pipe" 2>"$errors" &
	child=$!
	wait_child "$log" 'still running'
	wait "$reader" || true
	rm -f "$pipe"
	child_pipe=
	qemu_verdict "$child_status" "$seconds" "$errors"
}

# talk_in_qemu LOG SECONDS ARGUMENTS...: the same for somebody at the terminal, who sees each character at once.
talk_in_qemu() {
	local log=$1 seconds=$2 errors=$1.errors status=0
	shift 2
	timeout --foreground -k 5 "$seconds" qemu-system-x86_64 "${qemu_base[@]}" \
		-chardev stdio,id=com1,mux=on,signal=off,logfile="$log" "$@" 2>"$errors" || status=$?
	qemu_verdict "$status" "$seconds" "$errors"
}

# qemu_verdict STATUS SECONDS ERRORS: from QEMU's status to ours.
qemu_verdict() {
	case $1 in
	33)
		verdict='the system ended well.'
		return 0
		;;
	35)
		verdict='the system reported a failure; its last lines say which.'
		return 1
		;;
	0)
		verdict='the machine reset itself (a triple fault), switched off, or was ended by Ctrl-A x.'
		return 1
		;;
	124 | 137)
		verdict="the system did not end within $2 s, the time limit."
		return 124
		;;
	*)
		verdict="QEMU ended with status $1: $(tail -n 1 "$3")"
		return 125
		;;
	esac
}

# run_in_bochs LOG SECONDS IMAGE MEGABYTES CPUS [TYPED] [DISK]: the same with Bochs, headless. Bochs' status says
# nothing, so the serial line decides. Its own files lie beside LOG. What is in the file TYPED is typed when the shell
# asks for something. The lines of bochs_lines are further ones of its configuration.
run_in_bochs() {
	local log=$1 seconds=$2 image=$3 memory=$4 cpus=$5 typed=${6-} disk=${7-} serial=$1.serial reader line typist=
	rm -f "$serial" "$log.bochslog"
	: >"$serial"
	: >"$log"
	line="file, dev=\"$serial\""
	[ -z "$typed" ] || line="socket-server, dev=127.0.0.1:$((bochs_port = 20000 + RANDOM))"
	sed -e "s|@IMAGE@|$image|" -e "s|@LINE@|$line|" -e "s|@LOG@|$log.bochslog|" \
		-e "s|@CPUS@|$cpus|" -e "s|@MEMORY@|$memory|" \
		-e "s|@HOST@|$((memory < 1024 ? memory : 1024))|" \
		"$boot_dir/bochsrc.in" >"$log.bochsrc"
	printf '%s\n' ${bochs_lines[@]+"${bochs_lines[@]}"} >>"$log.bochsrc"
	[ -z "$disk" ] || echo "ata0-slave: type=disk, mode=flat, path=\"$disk\", cylinders=0" >>"$log.bochsrc"
	# Debian's Bochs stops in its debugger at the first instruction.
	{
		echo c
		for ((region = 0; region < ${bochs_watched:-0}; region++)); do
			printf '%s\n' 'trace on' 'trace-mem on' c 'trace off' 'trace-mem off' c
		done
		echo quit
	} >"$log.bochsrc.commands"
	TERM=dumb TZ=UTC timeout -k 5 "$seconds" bochs -q -f "$log.bochsrc" -rc "$log.bochsrc.commands" \
		</dev/null >"$log.bochsout" 2>&1 &
	child=$!
	if [ -n "$typed" ]; then
		type_in_bochs "$serial" "$typed" &
		typist=$!
	fi
	tail -c +1 -s 0.2 -f --pid="$child" "$serial" | plain_text | tee "$log" &
	reader=$!
	wait_child "$log" 'still running in Bochs'
	wait "$reader" || true
	[ -z "$typist" ] || wait "$typist" || true
	if ended_well "$log"; then
		verdict='the system ended well.'
		return 0
	elif [ "$child_status" -eq 124 ] || [ "$child_status" -eq 137 ]; then
		verdict="the system did not end within $seconds s, the time limit."
		return 124
	elif [ ! -s "$log" ]; then
		verdict="Bochs ended before the system said anything: $(bochs_complaint "$log")"
		return 125
	fi
	verdict='the system ended without saying "pecan: finished, status 0".'
	return 1
}

# type_when_asked FILE OUTPUT: prints FILE once the shell has begun to talk in OUTPUT, or never.
type_when_asked() {
	until grep -q '^This is Pecan' "$2" 2>/dev/null; do
		kill -0 $$ 2>/dev/null || return 0
		pause 0.2
	done
	cat "$1"
}

# type_in_bochs SERIAL TYPED: is the other end of the serial line, which Bochs waits for before it starts.
type_in_bochs() {
	local line reader
	until exec {line}<>"/dev/tcp/127.0.0.1/$bochs_port"; do
		kill -0 "$child" || return 1
		pause 0.2
	done 2>/dev/null
	cat <&"$line" >"$1" &
	reader=$!
	type_when_asked "$2" "$1" >&"$line" &
	wait "$reader" || true
	kill $! 2>/dev/null || true
}

bochs_complaint() {
	{ cat "$1.bochslog" "$1.bochsout" 2>/dev/null || true; } |
		awk '/PANIC|overflow|rror/ { line = $0 }
			END { print line ? line : "no reason in its log" }'
}
