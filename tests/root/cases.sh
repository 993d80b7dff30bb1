# SPDX-License-Identifier: BSD-2-Clause
#
# tests/root/cases.sh - the default root task with a description: what it says, and the line that each case is about.
# tests/run sources this behind jobs.sh and judge.sh.
#
# root_conf_NAME is the description of a boot, root_cases_NAME its table: lines of case|line, an extended regular
# expression for a whole line of the output. All programs are test-program in one of its roles (main.c).

root_boots='faults names pager driver hostile manager memory mistakes confined terminal circle greedy kernel-memory killed-pager'

# What the machine ends with: the status of boot/run.
root_status() {
	case $1 in
	names | hostile | manager | terminal | greedy | killed-pager) echo 0 ;;
	*) echo 1 ;;
	esac
}

root_conf_faults() {
	cat <<-'END'
		program faulty
		    file test-program
		    arguments fault
		program trapped
		    file test-program
		    arguments trap
		program forced
		    file test-program
		    arguments forced
		program failing         # is started anew twice
		    file test-program
		    arguments end status=3
		    restart 2
		program leaving         # a server that should not end
		    file test-program
		    arguments end
		    server
		    restart 1
		program content         # ends well, so once is enough
		    file test-program
		    arguments end
		    restart
	END
}

root_cases_faults() {
	cat <<-'END'
		root.fault_report|root: faulty \(thread 0x130\.1\) page fault: write to 0x500000000 at ip 0x40[0-9a-f]+: no memory there; program stopped
		root.fault_backtrace_innermost|      at 0x40[0-9a-f]+ innermost\+0x[0-9a-f]+
		root.fault_backtrace_caller|      at 0x40[0-9a-f]+ middle\+0x[0-9a-f]+
		root.fault_backtrace_role|      at 0x40[0-9a-f]+ role_fault\+0x[0-9a-f]+
		root.fault_backtrace_main|      at 0x40[0-9a-f]+ main\+0x[0-9a-f]+
		root.exception_report|root: trapped \(thread .*\) exception: invalid instruction .*
		root.forced_exception_report|root: forced \(thread .*\) exception: forced by its pager or another thread \(trap 257, .*
		root.exception_backtrace|      at 0x40[0-9a-f]+ role_trap\+0x[0-9a-f]+
		root.restart_says_so|root: starting failing again \(2\)
		root.restart_has_a_limit|root: failing has used up `restart 2` and is not started again
		root.server_that_ends_is_reported|root: leaving: exit status 0
		root.server_that_ends_is_restarted|root: starting leaving again \(1\)
	END
}

root_conf_names() {
	cat <<-'END'
		program echo-server
		    file test-program
		    arguments server
		    serves echo
		    server
		    restart
		program stranger
		    file test-program
		    arguments waiter
		program latecomer
		    file test-program
		    arguments late
		    serves late
		program client
		    file test-program
		    arguments client rounds=100
		program loser
		    file test-program
		    arguments end after=50
		    serves lost
		program reader
		    file test-program
		    arguments text
		program quiet
		    file test-program
		    arguments end after=100
	END
}

root_cases_names() {
	cat <<-'END'
		root.name_is_found|client: twice 21 is 42
		root.client_gets_clear_error|client: the server failed: no partner
		root.dead_server_is_no_partner|client: asked again: no partner
		root.client_reconnects|client: served again 100 times
		root.name_is_not_there_yet|stranger: now: nobody
		root.name_is_waited_for|stranger: later: the latecomer
		root.unknown_name_is_not_waited_for|stranger: never: nobody
		root.name_of_the_dead_is_not_waited_for|stranger: not any more: nobody
		root.register_needs_description|latecomer: a name of another's: denied
		root.register_own_threads_only|latecomer: for another's thread: not found
		root.register|latecomer: its own: ok
		root.file_is_mapped|reader: 30 bytes: A text that is
		root.file_ends|reader: behind the end: not found
		root.file_unknown|reader: no such file: not found
	END
}

root_conf_pager() {
	cat <<-'END'
		program paged
		    file test-program
		    arguments paged
		    pager test-pager
		    memory 1M
		    restart 1
		program test-pager
		    file test-program
		    arguments pager
		    server
		program orphan
		    file test-program
		    arguments end after=1000
		    pager short-lived
		    restart 1
		program short-lived
		    file test-program
		    arguments end after=20
		program impostor
		    file test-program
		    arguments hostile
	END
}

root_cases_pager() {
	cat <<-'END'
		root.pager_is_told_of_client|test-pager: paged begins: entry in its first segment yes, quota 1024 KiB
		root.pager_serves_its_client|paged: its second thread adds up to 29
		root.pager_client_has_no_large_pages|paged: a large page: denied
		root.pager_refuses_a_fault|root: paged \(thread .*\) page fault: read from 0x600000000 at ip 0x40[0-9a-f]+: the test's pager has nothing there; program stopped
		root.pager_is_told_of_the_end|test-pager: a client has ended, with some pages
		root.pager_client_starts_again|root: starting paged again \(1\)
		root.pager_gone|root: orphan: its pager has ended; program stopped
		root.pager_gone_for_good|root: orphan: its pager short-lived does not run any more; not started
	END
}

root_conf_driver() {
	cat <<-'END'
		program driver
		    file test-program
		    arguments driver port=0x60
		    ports 0x2f8-0x2ff
		    irq 3
		    device 0xb8000-0xb8fff
		    dma 64K
		    restart 1
		program poker
		    file test-program
		    arguments driver
		program forger
		    file test-program
		    arguments forged-port port=0x40
		    ports 0x40-0x43
	END
}

root_cases_driver() {
	cat <<-'END'
		root.driver_ports|driver: ports: ok, beyond them: denied
		root.driver_uses_port|driver: line status 0x[0-9a-f]+
		root.driver_interrupt|driver: interrupt 3: ok, 4: denied
		root.driver_device_memory|driver: device memory: ok
		root.driver_uses_device_memory|driver: screen 0x741
		root.driver_beyond_its_memory|driver: beyond it: denied
		root.driver_main_memory|driver: main memory: denied
		root.driver_area_is_taken|driver: dma at an address that is taken: malformed
		root.driver_dma|driver: 65536 bytes, aligned yes, below 4 GiB yes, word 0
		root.driver_dma_stays|driver: 65536 bytes, aligned yes, below 4 GiB yes, word 1
		root.driver_other_port|root: driver \(thread .*\) used I/O port 0x60 at ip 0x40[0-9a-f]+: not its own; program stopped
		root.driver_interrupt_comes_back|root: starting driver again \(1\)
		root.driver_without_description|poker: interrupt 3: denied, 4: denied
		root.driver_dma_again|driver: dma again: ok
		root.driver_forged_port|root: forger \(thread .*\) used I/O port 0x40 at ip 0x0: not its own; program stopped
	END
}

root_conf_hostile() {
	cat <<-'END'
		program hostile
		    file test-program
		    arguments hostile
		    spaces
		    kernel 1M
		program hostile-manager
		    file test-program
		    arguments hostile
		    pci
		    dma 64K
		    ports all
		program after
		    file test-program
		    arguments end after=3000
	END
}

root_cases_hostile() {
	cat <<-'END'
		root.hostile_requests|hostile: [0-9]+ requests
		root.hostile_driver_requests|hostile-manager: [0-9]+ requests
	END
}

root_conf_manager() {
	cat <<-'END'
		program boss
		    file test-program
		    arguments manager
		    manager
		program job
		    file test-program
		    priority 90
		    memory 2M
		    manual
		program service
		    file test-program
		    arguments end after=1000000
		    server
		    manual
		    restart
		program nobodys-boss
		    file test-program
		    arguments manager
	END
}

root_cases_manager() {
	cat <<-'END'
		root.manager_describes|boss: 1 job: idle, status 0, priority 90, 0 threads, 0 restarts, quota 2048 KiB, no server
		root.manager_waits_for_nothing|boss: wait for what has not begun: not found
		root.manager_starts|boss: start: ok
		root.manager_starts_once|boss: start again: busy
		root.manager_sees_it_run|boss: 1 job: runs, status 0, priority 90, 1 threads, 0 restarts, quota 2048 KiB, no server, memory
		root.manager_waits_for_the_end|boss: its end: 7
		root.manager_starts_as_before|boss: with the same arguments: 7
		root.manager_stops|boss: stop: ok
		root.manager_stops_nobody|boss: stop nobody: not found
		root.manager_sees_the_end|boss: 1 job: ended, status 255, .*
		root.manager_stops_as_failed|boss: 2 service: runs, .*, 1 restarts, .*
		root.manager_stops_for_good|boss: 2 service: ended, .*, 1 restarts, .*
		root.memory_comes_back|boss: memory: all there again
		root.manager_only|nobodys-boss: denied: denied denied denied denied
	END
}

# 60 MiB at a time in a machine of 96, six times.
root_conf_memory() {
	cat <<-'END'
		program hungry
		    file test-program
		    arguments hungry bytes=62914560
		    memory 64M
		    restart 5
	END
}

root_cases_memory() {
	cat <<-'END'
		root.memory_is_used_again|root: starting hungry again \(5\)
		root.memory_is_zeroed|hungry: 15360 pages, 0 of them not zero
	END
}

root_conf_mistakes() {
	cat <<-'END'
		program one
		    file test-program
		    arguments end
		    prio 5
		program two
		    file nothing
		program three
		    file test-program
		    pager nobody
		program four
		    file test-program
		    pager four
	END
}

root_cases_mistakes() {
	cat <<-'END'
		root.mistake_is_told_with_its_line|root: system\.conf:4: no such keyword: prio
		root.mistake_no_file|root: two cannot be started: there is no module nothing
		root.mistake_no_pager|root: system\.conf:7: no program has or serves the name of its pager: nobody
		root.mistake_own_pager|root: system\.conf:10: a program cannot be its own pager, nor its pager's: four
		root.mistake_starts_nothing|root: system\.conf has mistakes: nothing is started
	END
}

root_conf_confined() {
	cat <<-'END'
		program echo-server
		    file test-program
		    arguments server
		    serves echo
		    server
		program confined
		    file test-program
		    arguments confined
		    talks echo
		program confined-client      # whose partner fails
		    file test-program
		    arguments client rounds=1
		    talks weak
		program weak
		    file test-program
		    arguments server
		    serves weak
		    server
		    restart
		program paged
		    file test-program
		    arguments paged
		    pager test-pager
		    talks
		program test-pager
		    file test-program
		    arguments pager
		    server
		program victim
		    file test-program
		    arguments victim
		    server
		program trespasser
		    file test-program
		    arguments trespasser
		    talks echo
		    restart 1
		program hermit
		    file test-program
		    arguments trespasser sigma0=1
		    talks
		program deaf
		    file test-program
		    arguments deaf
		    serves deaf
		    server
		    restart 1
		program callers
		    file test-program
		    arguments callers
		    talks deaf
		program late-listener
		    file test-program
		    serves late
		    arguments late-listener
		program hasty
		    file test-program
		    arguments hasty
		    talks late
		    restart 2
	END
}

root_cases_confined() {
	cat <<-'END'
		root.confined_sends_no_string|confined: a string: message overflow
		root.confined_talks|confined: twice 5 is 10
		root.confined_does_not_find_others|confined: a stranger's name: nobody
		root.confined_partner_fails|confined-client: the server failed: no partner
		root.confined_reconnects|confined-client: served again 1 times
		root.confined_is_paged|paged: its second thread adds up to 29
		root.trespass_is_stopped|root: trespasser \(thread .*\) sent a message to victim \(thread 0x[0-9a-f]+\): it may not talk to it; program stopped
		root.trespass_after_restart|root: starting trespasser again \(1\)
		root.trespass_to_sigma0|root: hermit \(thread .*\) sent a message to nobody \(thread 0x120\): it may not talk to it; program stopped
		root.confined_round_trip_is_less_than_2000|BENCH name=confined-client\.roundtrip words=1 unit=instructions min=1[0-9]{3}
		root.confined_calls_of_the_dead_are_not_heard|late-listener: heard 2, 1 of them live
		root.confined_call_goes_on_behind_them|hasty: its own call: 63 words make 85344
		root.confined_partner_dies_unheard|callers: three calls: no partner, no partner, no partner
	END
}

root_conf_terminal() {
	cat <<-'END'
		program shell
		    arguments console=terminal
		    manager
		program screen
		    file test-program
		    arguments terminal
		    serves terminal
		    server
	END
}

root_cases_terminal() {
	cat <<-'END'
		root.console_of_ones_own|screen: This is Pecan\. .*
		root.console_reads|screen: pecan> uptimes.* .*
		root.console_writes|screen: [0-9.]+ seconds
	END
}

# Pagers that wait for each other.
root_conf_circle() {
	cat <<-'END'
		program one
		    file test-program
		    pager two
		program two
		    file test-program
		    serves second
		    pager three
		program three
		    file test-program
		    pager second
	END
}

root_cases_circle() {
	cat <<-'END'
		root.mistake_circle_of_pagers|root: system\.conf:4: a program cannot be its own pager, nor its pager's: three
	END
}

root_conf_greedy() {
	cat <<-'END'
		program greedy
		    file test-program
		    arguments greedy for=200000
		program modest
		    file test-program
		    arguments modest
		    priority 110
		program unheard
		    file test-program
		    arguments modest
		    deaf
	END
}

root_cases_greedy() {
	cat <<-'END'
		root.reader_beside_a_greedy_one|modest: a character: is waited for
		root.deaf_reads_nothing|unheard: a character: denied
		root.writer_beside_a_greedy_one|greedy: a line that
	END
}

root_conf_kernel-memory() {
	cat <<-'END'
		program mapper
		    file test-program
		    arguments mapper
		    restart 2
		program saver
		    file test-program
		    arguments saver
		    kernel 256K
		program dying
		    file test-program
		    arguments fault
		    kernel 128K
		    server
		    restart
	END
}

root_cases_kernel-memory() {
	cat <<-'END'
		root.kernel_memory_used_up|root: mapper: the kernel has no memory for its page tables; program stopped
		root.kernel_memory_set_aside|saver: 150 of 150 rounds went well
		root.kernel_memory_comes_back|root: mapper has used up `restart 2` and is not started again
		root.restarts_without_end_harm_nobody|root: starting dying again \(2\)
	END
}

root_conf_killed-pager() {
	cat <<-'END'
		program killer
		    file test-program
		    arguments killer
		    manager
		program paged
		    file test-program
		    arguments paged-long
		    pager test-pager
		    memory 1M
		    server
		    restart
		program test-pager
		    file test-program
		    arguments pager
		    server
		    restart
	END
}

root_cases_killed-pager() {
	cat <<-'END'
		root.killed_pager_comes_back|killer: 2 test-pager: runs, .*, 10 restarts, .*
		root.clients_of_a_killed_pager_come_back|killer: 1 paged: runs, .*, 10 restarts, .*
	END
}

root_cases() {
	local boot
	for boot in $root_boots; do
		"root_cases_$boot"
	done | cut -d '|' -f 1
}

root_jobs() {
	local boot
	printf '%s\n' 'A text that is' 'a boot module.' >"$work/a.text"
	for boot in $root_boots; do
		"root_conf_$boot" >"$work/conf.root-$boot"
		printf '%s\n' 'modules/kernel kernel' 'modules/sigma0 sigma0' 'modules/root root' \
			"$work/conf.root-$boot system.conf" 'modules/test-program test-program' 'modules/shell shell' "$work/a.text a.text" \
			>"$work/modules.root-$boot"
		job "root-$boot" 90 "$run" --no-build --kernel --mem 96 --timeout 60 --modules "$work/modules.root-$boot" \
			--log "$work/root-$boot.log"
	done
}

judge_root() {
	local boot
	for boot in $root_boots; do
		judge_lines "root-$boot" "$(root_status "$boot")" < <("root_cases_$boot")
	done
}
