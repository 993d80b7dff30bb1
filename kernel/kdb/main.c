/* SPDX-License-Identifier: BSD-2-Clause */
/* kdb/main.c - the ways in that are not a program's, the prompt, and what commands are made of. */
#include "base/debugger.h"
#include "base/panic.h"
#include "core/space.h"
#include "core/thread.h"
#include "kdb/kdb.h"
#include "x86/clock.h"
#include "x86/cpu.h"

extern const struct kdb_command kdb_commands[], kdb_commands_end[]; /* kernel.ld */

const char debugger_feature[] = "debugger";

struct cpu *kdb_cpu;
static bool entered; /* a fault of the debugger's own does not enter it again */
static bool leaving;

enum { LINE_MAX = 80, DELETE = 0x7f, ESCAPE = 0x1b, PATIENCE = 1 << 20 /* looks at the line: a second or some */ };

static bool string_equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static char *skip_spaces(char *words)
{
	while (*words == ' ')
		words++;
	return words;
}

static unsigned digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool kdb_number(char **words, word_t *value)
{
	char *w = skip_spaces(*words);
	unsigned base = 10;

	if (w[0] == '0' && w[1] == 'x') {
		base = 16;
		w += 2;
	}
	if (digit(*w) >= base)
		return false;
	for (*value = 0; digit(*w) < base; w++)
		*value = *value * base + digit(*w);
	*words = w;
	return *w == ' ' || *w == '\0';
}

struct tcb *kdb_thread(char **words)
{
	word_t number;

	if (!kdb_number(words, &number)) {
		print("which thread? its number or its id (0x...); `threads` lists them\n");
		return NULL;
	}
	if (number >> 32 == 0)
		number <<= 32;

	struct tcb *t = number ? thread_find_number(number) : NULL;

	if (!t)
		print("there is no thread %lu\n", number >> 32);
	return t;
}

void kdb_read_string(const struct tcb *t, virt_t address, char *to, size_t size)
{
	size_t length = 0;

	while (length < size - 1 && space_read(t->space, address + length, &to[length], 1) == 1 && to[length])
		length++;
	to[length] = '\0';
}

void kdb_print_deadline(usec_t deadline)
{
	usec_t now = clock_now();

	if (deadline > now)
		print("at %lu us, in %lu us", deadline, deadline - now);
	else
		print("at %lu us, now due", deadline);
}

/* A line as it is typed, echoed, without its end. */
static void read_line(char *line)
{
	unsigned length = 0;
	char c;

	while ((c = kdb_read()) != '\r' && c != '\n') {
		if (c == '\b' || c == DELETE) {
			if (length) {
				length--;
				print("\b \b");
			}
		} else if (length < LINE_MAX - 1 && c == kdb_printable(c)) {
			line[length++] = c;
			print("%c", c);
		}
	}
	line[length] = '\0';
	print("\n");
}

/* The first word, which is cut off; *rest is what follows. */
static char *first_word(char *line, char **rest)
{
	char *word = skip_spaces(line), *end = word;

	while (*end && *end != ' ')
		end++;
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static void obey(char *line)
{
	char *words, *name = first_word(line, &words);

	if (!*name)
		return;
	for (const struct kdb_command *c = kdb_commands; c < kdb_commands_end; c++) {
		if (string_equal(c->name, name)) {
			c->run(words);
			return;
		}
	}
	print("no command is called %s; `help` lists them\n", name);
}

void kdb_enter(struct cpu *cpu, const char *why)
{
	static char line[LINE_MAX];
	const struct tcb *t;

	kdb_cpu = cpu;
	t = kdb_running();
	entered = true;
	if (t == cpu->idle)
		print("\nkdb: %s; nobody ran; `help` lists the commands, `go` goes on\n", why);
	else
		print("\nkdb: %s; thread %lu ran; `help` lists the commands, `go` goes on\n", why, t->id >> 32);
	for (leaving = false; !leaving;) {
		print("kdb> ");
		read_line(line);
		obey(line);
	}
	entered = false;
	debugger_key_on();
}

/* Was the key for it typed, after a panic? What was typed for somebody else may come first. */
static bool is_wanted(void)
{
	for (unsigned i = 0; i < PATIENCE; i++) {
		if (kdb_poll() == ESCAPE)
			return true;
		pause();
	}
	return false;
}

void debugger_panic(struct cpu *cpu)
{
	if (!cpu || !cpu_current(cpu) || entered)
		return;
	print("kdb: type ESC within a second or two for the debugger\n");
	if (is_wanted())
		kdb_enter(cpu, "panic");
}

KDB_COMMAND(help, "", "list the commands")
{
	(void)words;
	for (const struct kdb_command *c = kdb_commands; c < kdb_commands_end; c++)
		print("%s%s%s: %s\n", c->name, *c->arguments ? " " : "", c->arguments, c->help);
}

KDB_COMMAND(go, "", "go on; after a panic, stop the machine")
{
	(void)words;
	leaving = true;
}

KDB_COMMAND(stop, "", "stop the machine, as a panic does")
{
	(void)words;
	panic("stopped in the debugger");
}
