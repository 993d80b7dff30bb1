/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/linux/main.c - a root task that runs Linux' busybox and looks at what comes out.
 *
 * busybox is the file that Debian has in its package busybox-static, a boot module like the text that it
 * reads. Nothing in it knows L4: it runs because exception messages carry all registers both ways. The cases of
 * the table are commands and their output; those behind it stop a shell that makes no system call, in
 * the middle of its loop, and change what it does.
 */
#include <signal.h>
#include <string.h>

#include <abi/syscall.h>
#include <l4/thread.h>
#include <l4io.h>

#include "process.h"
#include "servers/root/machine.h"

enum { ARGUMENTS_MAX = 8 };
#define PATIENCE L4_TimePeriod(5000000)
#define A_WHILE	 L4_TimePeriod(50000)

static const char *case_name;
static bool case_failed;
static unsigned int passed, failed;

/* Returns what it is told; the first thing in a case that does not hold is printed. */
static bool expect(bool held, const char *what)
{
	if (!held && !case_failed) {
		case_failed = true;
		printf("FAIL %s: expected %s, got status %d, trap %lu at 0x%lx, output '%.*s'\n", case_name, what,
		       process.status, process.frame[EXC_TRAP], process.frame[EXC_RIP], process.output_used,
		       process.output);
	}
	return held;
}
#define EXPECT(held) expect(held, #held)

static bool output_is(const char *text)
{
	return process.output_used == strlen(text) && memcmp(process.output, text, process.output_used) == 0;
}

static bool starts(const char *const *arguments)
{
	const char *wrong = process_start(arguments);

	return expect(!wrong, wrong);
}

static const struct {
	const char *name;
	const char *arguments[ARGUMENTS_MAX];
	const char *output;
	int status;
} commands[] = {
	{ "echo", { "busybox", "echo", "Hello,", "L4" }, "Hello, L4\n", 0 },
	{ "cat", { "busybox", "cat", "hello.txt" }, "Hello from a boot module.\nIt has two lines.\n", 0 },
	{ "cat_missing", { "busybox", "cat", "none" }, "cat: can't open 'none': No such file or directory\n", 1 },
	{ "wc", { "busybox", "wc", "/hello.txt" }, "        2         9        44 /hello.txt\n", 0 },
	{ "sort", { "busybox", "sort", "-r", "hello.txt" }, "It has two lines.\nHello from a boot module.\n", 0 },
	{ "sh", { "busybox", "sh", "-c", "x=3; echo $((x * 14)) on $(( 1 << 40 ))" }, "42 on 1099511627776\n", 0 },
	{ "sh_redirects",
	  { "busybox", "sh", "-c", "while read a b; do echo \"$b $a\"; done < hello.txt; exit 3" },
	  "from a boot module. Hello\nhas two lines. It\n", 3 },
	{ "sh_cannot_fork", { "busybox", "sh", "-c", "(echo one); echo two" },
	  "sh: can't fork: Function not implemented\n",
	  2 },
	{ "floating_point",
	  { "busybox", "awk", "BEGIN { for (i = 1; i < 20; i++) x += 1 / i; printf \"%.9f\\n\", x }" },
	  "3.547739657\n", 0 },
};

static void run_command(unsigned int i)
{
	if (!starts(commands[i].arguments))
		return;
	EXPECT(process_run(PATIENCE) == PROCESS_ENDED);
	expect(process.status == commands[i].status && output_is(commands[i].output), commands[i].output);
	/* The program came page by page, and asked for something. */
	EXPECT(process.calls > 5 && process.faults > 20);
}

static bool in_program(unsigned long address)
{
	for (unsigned int i = 0; i < process.image->count; i++)
		if (address >= process.image->segments[i].low && address < process.image->segments[i].high)
			return true;
	return false;
}

/* A shell that loops without a system call, stopped there. */
static bool spins(const char *script)
{
	const char *const arguments[] = { "busybox", "sh", "-c", script, NULL };
	unsigned int calls;

	if (!starts(arguments))
		return false;
	EXPECT(process_run(A_WHILE) == PROCESS_RUNS);
	calls = process.calls;
	return EXPECT(process_stop()) && EXPECT(process.calls == calls) && EXPECT(in_program(process.frame[EXC_RIP])) &&
	       EXPECT(process.frame[EXC_FS_BASE] != 0);
}

/* Stopped and let go, it is where it was: in its loop. */
static void stops_again_and_again(void)
{
	if (!spins("while :; do :; done"))
		return;
	for (unsigned int i = 0; i < 50; i++) {
		EXPECT(process_run(L4_TimePeriod(100 + i)) == PROCESS_RUNS);
		EXPECT(process_stop());
	}
	EXPECT(process.output_used == 0);
}

/* Its handler runs and returns, and then the loop sees what the handler has noted. */
static void signal_is_delivered(void)
{
	if (!spins("trap 'echo caught; exit 7' INT; while :; do :; done"))
		return;
	if (!EXPECT(in_program(process.actions[SIGINT].handler)))
		return;
	process_signal(SIGINT);
	EXPECT(process_run(PATIENCE) == PROCESS_ENDED);
	EXPECT(process.status == 7 && output_is("caught\n"));
}

/* Nothing that a hostile program has in its registers makes an L4 call of a `syscall`. */
static void no_l4_calls(void)
{
	static const char code[] = "\x0f\x05"; /* syscall */
	const L4_Word_t marks[] = { CALL_WORD(CALL_SYSTEM_CLOCK, 0), CALL_WORD(CALL_IPC, IPC_OPEN),
				    CALL_WORD(CALL_EXCHANGE_REGISTERS, 0), CALL_WORD(CALL_UNMAP, 0) };
	unsigned long at;

	if (!spins("while :; do :; done"))
		return;
	/* The instruction is the restorer's: mov $15, %rax; syscall. */
	at = process.actions[SIGCHLD].restorer;
	for (unsigned int i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		char there[16];
		unsigned int offset = 0;

		memory_in(there, at, sizeof(there));
		while (offset < sizeof(there) - 2 && memcmp(there + offset, code, 2) != 0)
			offset++;
		memcpy(process.interrupted, process.frame, sizeof(process.frame));
		process.frame[EXC_RIP] = at + offset;
		process.frame[EXC_RAX] = 15; /* rt_sigreturn: back to where it was stopped */
		process.frame[EXC_RDX] = marks[i];

		unsigned int calls = process.calls;

		EXPECT(process_run(L4_TimePeriod(2000)) == PROCESS_RUNS);
		EXPECT(process.calls == calls + 1);
		EXPECT(process_stop());
	}
}

/* The frame of a page fault has all registers as we have set them before. */
static void fault_has_a_frame(void)
{
	enum { TRAP_PAGE_FAULT = 14 };
	const L4_Word_t nowhere = 0x123456789000;

	if (!spins("while :; do :; done"))
		return;
	for (unsigned int i = EXC_RDI; i <= EXC_R15; i++)
		process.frame[i] = 0x0101010101010101UL * i;
	process.frame[EXC_RIP] = nowhere;
	EXPECT(process_run(PATIENCE) == PROCESS_ENDED);
	EXPECT(process.status == SIGNALLED + SIGSEGV);
	EXPECT(process.frame[EXC_TRAP] == TRAP_PAGE_FAULT);
	EXPECT(process.frame[EXC_CR2] == nowhere && process.frame[EXC_RIP] == nowhere);
	for (unsigned int i = EXC_RDI; i <= EXC_R15; i++)
		EXPECT(process.frame[i] == 0x0101010101010101UL * i);
}

/* A stopped process can be thrown away. */
static void is_killed(void)
{
	if (spins("while :; do :; done"))
		process_end();
	EXPECT(process_start((const char *const[]){ "busybox", "true", NULL }) == NULL);
	EXPECT(process_run(PATIENCE) == PROCESS_ENDED && process.status == 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} stops[] = {
	{ "stops_again_and_again", stops_again_and_again },
	{ "signal", signal_is_delivered },
	{ "no_l4_calls", no_l4_calls },
	{ "fault_frame", fault_has_a_frame },
	{ "killed", is_killed },
};

static void begin(const char *name)
{
	case_name = name;
	case_failed = false;
	printf("RUN %s\n", name);
}

static void end(void)
{
	process_end();
	if (!case_failed)
		printf("PASS %s\n", case_name);
	*(case_failed ? &failed : &passed) += 1;
}

int main(void)
{
	for (unsigned int i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		begin(commands[i].name);
		run_command(i);
		end();
	}
	for (unsigned int i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		begin(stops[i].name);
		stops[i].run();
		end();
	}
	printf("%u passed, %u failed\n", passed, failed);
	printf("pecan: finished, status %d\n", failed != 0);
	machine_end(failed == 0);
}
