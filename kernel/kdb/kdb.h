/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdb/kdb.h - what the debugger's files share.
 *
 * A command is written where what it shows is known, and registers itself: KDB_COMMAND puts a descriptor into a section
 * of its own, which kernel.ld sorts by name. Commands look and change nothing, but for what their help says. The
 * machine stands still meanwhile, on the kernel's stack, interrupts off; time goes on.
 */
#ifndef KDB_KDB_H
#define KDB_KDB_H

#include "base/print.h"
#include "core/tcb.h"
#include "x86/cpu_data.h"

struct kdb_command {
	const char *name, *arguments, *help;
	void (*run)(char *words); /* what was typed behind the name */
};

#define KDB_COMMAND(command, arguments_, help_)                                                             \
	static void run_##command(char *words);                                                             \
	static const struct kdb_command command_##command                                                   \
	        __attribute__((used, section(".kdb_commands." #command), aligned(8))) = {                   \
		        .name = #command, .arguments = arguments_, .help = help_, .run = run_##command };   \
	static void run_##command(char *words)

/* The CPU that entered it. */
extern struct cpu *kdb_cpu;

/* Who ran on it; the idle thread, if nobody did. */
static inline struct tcb *kdb_running(void)
{
	return cpu_current(kdb_cpu);
}

/* Look around, until `go`. `why` and who ran are printed first. */
void kdb_enter(struct cpu *cpu, const char *why);

/* The next number in what was typed, decimal or behind 0x hexadecimal. False: there is none; nothing is printed. */
bool kdb_number(char **words, word_t *value);

/* The thread that the next number means, by thread number or by id. NULL: there is none, and that was printed. */
struct tcb *kdb_thread(char **words);

/* How a space is called: the number of its first thread. */
word_t kdb_space_name(const struct space *s);

/* A string of a program's, as far as it can be read and fits. */
void kdb_read_string(const struct tcb *t, virt_t address, char *to, size_t size);

/* A character that can be printed in the middle of a line. */
static inline char kdb_printable(char c)
{
	return c >= ' ' && c <= '~' ? c : '.';
}

/* "until 1234 us (in 200 us)" */
void kdb_print_deadline(usec_t deadline);

/* serial.c: the next character; kdb_poll() does not wait for it: -1, none was typed. */
char kdb_read(void);
int kdb_poll(void);

#endif
