/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stretch.c - a plugin for QEMU that counts how many instructions the kernel executes at a stretch with interrupts off.
 *
 * Interrupts are off in all of the kernel but at two instructions, that behind `sti` in
 * entry/entry.asm:interrupt_window and the `hlt` of idle_loop. So a stretch is what is executed between two
 * instructions that are either one of these or in the lower half of the address space, where users are. It ends also
 * with `sysret` or `iretq` to there: an interrupt that waits comes before the user's first instruction, and is a
 * stretch of its own. Those before the kernel is first left do not count: the boot. Each round of a `rep` is an
 * instruction.
 *
 * QEMU translates code in blocks that are executed from their beginning; who leaves one early is counted too long,
 * never too short.
 *
 * From the environment: STRETCH_SYMBOLS is a file that `nm -n` of the kernel has printed, STRETCH_RESULT one to
 * write. Its first line says `longest N`; then one line for each kind of stretch (by the system call and the function
 * where most of it was) that was longer than STRETCH_LIMIT instructions: how long, how often, and the functions.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is used of QEMU's plugin interface, version 1. Debian has no header for it. */
typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*f)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*f)(unsigned, void *), int flags,
                                          void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*f)(plugin_id, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
int qemu_plugin_install(plugin_id id, const struct qemu_info_t *info, int argc, char **argv);
__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { FUNCTIONS_MAX = 4096, NAME_MAX_SIZE = 48, CPUS_MAX = 64, KINDS_MAX = 256, SHOWN = 6 };

static struct function {
	uint64_t address;
	char name[NAME_MAX_SIZE];
} functions[FUNCTIONS_MAX];
static unsigned function_count;
static uint64_t window, halt; /* the two instructions */
static unsigned way_out; /* the function by which the kernel is left */

/* A block of code. */
struct block {
	uint64_t address;
	unsigned length, function;
	bool interruptible;
	bool leaves; /* the kernel, with its last instruction */
};

static struct stretch {
	bool counts;
	uint64_t length;
	uint32_t in[FUNCTIONS_MAX];
} stretches[CPUS_MAX];

static struct kind {
	unsigned call, most;
	uint64_t length, times;
	unsigned function[SHOWN];
	uint32_t in[SHOWN];
} kinds[KINDS_MAX];
static unsigned kind_count;
static uint64_t longest, limit;

static bool is_user(uint64_t address)
{
	return address >> 63 == 0;
}

/* The last function that begins at or before an address. */
static unsigned function_at(uint64_t address)
{
	unsigned low = 0, high = function_count;

	while (high - low > 1) {
		unsigned middle = (low + high) / 2;

		*(functions[middle].address <= address ? &low : &high) = middle;
	}
	return low;
}

/* Which functions most of it was in, most first; and the system call, 0 if there was none. */
static struct kind kind_of(const struct stretch *s)
{
	struct kind k = { .length = s->length, .times = 1 };

	for (unsigned f = 0; f < function_count; f++) {
		if (s->in[f] && strncmp(functions[f].name, "sys_", 4) == 0)
			k.call = f;
		unsigned place = SHOWN;

		while (place > 0 && s->in[f] > k.in[place - 1])
			place--;
		for (unsigned i = SHOWN - 1; place < SHOWN && i > place; i--) {
			k.in[i] = k.in[i - 1];
			k.function[i] = k.function[i - 1];
		}
		if (place < SHOWN) {
			k.in[place] = s->in[f];
			k.function[place] = f;
		}
	}
	k.most = k.function[0];
	return k;
}

static void note(const struct stretch *s)
{
	struct kind k = kind_of(s);
	unsigned i = 0;

	while (i < kind_count && (kinds[i].call != k.call || kinds[i].most != k.most))
		i++;
	if (i == KINDS_MAX)
		return;
	if (i == kind_count)
		kind_count++;
	k.times += kinds[i].times;
	if (k.length < kinds[i].length)
		kinds[i].times = k.times;
	else
		kinds[i] = k;
}

static void end(struct stretch *s)
{
	bool was_left = s->in[way_out] > 0;

	if (s->counts && s->length > longest)
		longest = s->length;
	if (s->counts && s->length > limit)
		note(s);
	if (s->length)
		memset(s->in, 0, function_count * sizeof(s->in[0]));
	s->length = 0;
	s->counts |= was_left;
}

static void executed(unsigned cpu, void *data)
{
	const struct block *b = data;
	struct stretch *s = &stretches[cpu % CPUS_MAX];

	if (!b->interruptible) {
		s->length += b->length;
		s->in[b->function] += b->length;
	}
	if (b->interruptible || b->leaves)
		end(s);
}

/* `sysret`, or an `iretq` that is not the one back into the kernel. */
static bool leaves_kernel(const struct qemu_plugin_insn *insn, unsigned function)
{
	static const uint8_t sysret[] = { 0x48, 0x0f, 0x07 }, iretq[] = { 0x48, 0xcf };
	const void *data = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	return (size == sizeof(sysret) && memcmp(data, sysret, size) == 0) ||
	       (size == sizeof(iretq) && memcmp(data, iretq, size) == 0 &&
		strcmp(functions[function].name, "trap_on_own_stack.ignored") != 0);
}

/* A block that is translated stays until QEMU ends. */
static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	struct block *b = calloc(1, sizeof(*b));

	(void)id;
	if (!b)
		abort();
	b->length = (unsigned)qemu_plugin_tb_n_insns(tb);
	b->address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	b->function = function_at(b->address);
	b->interruptible = is_user(b->address);
	for (unsigned i = 0; i < b->length; i++) {
		uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i));

		b->interruptible |= address == window || address == halt;
	}
	b->leaves = leaves_kernel(qemu_plugin_tb_get_insn(tb, b->length - 1), b->function);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, b);
}

static void report(plugin_id id, void *data)
{
	FILE *file = fopen(getenv("STRETCH_RESULT"), "w");

	(void)id, (void)data;
	if (!file)
		return;
	fprintf(file, "longest %" PRIu64 "\n", longest);
	for (const struct kind *k = kinds; k < kinds + kind_count; k++) {
		fprintf(file, "%" PRIu64 " instructions (%" PRIu64 " times too long) in %s:", k->length, k->times,
			k->call ? functions[k->call].name : "the kernel");
		for (unsigned i = 0; i < SHOWN && k->in[i]; i++)
			fprintf(file, " %s %" PRIu32, functions[k->function[i]].name, k->in[i]);
		fputc('\n', file);
	}
	fclose(file);
}

static bool read_functions(void)
{
	const char *name = getenv("STRETCH_SYMBOLS");
	FILE *file = name ? fopen(name, "r") : NULL;
	char line[256], type;
	struct function f;

	if (!file)
		return false;
	functions[function_count++].address = 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 " %c %47s", &f.address, &type, f.name) != 3 || (type | 0x20) != 't')
			continue;
		if (strcmp(f.name, "window_end") == 0)
			window = f.address - 1;
		else if (strcmp(f.name, "idle_end") == 0)
			halt = f.address - 1;
		else if (f.name[0] != '.' && function_count < FUNCTIONS_MAX) {
			if (strcmp(f.name, "leave_to") == 0)
				way_out = function_count;
			functions[function_count++] = f;
		}
	}
	fclose(file);
	return window && halt && way_out;
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const struct qemu_info_t *info, int argc,
								char **argv)
{
	(void)info, (void)argc, (void)argv;
	limit = getenv("STRETCH_LIMIT") ? strtoul(getenv("STRETCH_LIMIT"), NULL, 0) : 0;
	if (!getenv("STRETCH_RESULT") || !read_functions()) {
		fprintf(stderr,
			"stretch: no STRETCH_RESULT, or no window_end, idle_end and leave_to in STRETCH_SYMBOLS\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, report, NULL);
	return 0;
}
