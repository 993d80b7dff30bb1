/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plugin.c - the footprint of an operation, counted by QEMU itself: a TCG plugin.
 *
 * A program under test marks where an operation begins and where it ends (mark.h). Between the marks every
 * instruction and every access to memory is counted, in user mode and in the kernel, which the addresses tell apart.
 * At the end mark the counts become a *sample*: the operation as a whole, and each visit to the kernel by itself,
 * from the user instruction that enters it up to the next one in user mode. An operation is run several times; the
 * shortest sample counts (others met the timer).
 *
 * What TCG does not show: page walks, descriptors, and what `in`, `out` and the processor's own pushes of interrupt
 * frames touch.
 *
 * What is written at the end: for every operation of operations.h that was seen the line FOOTPRINT, and for those
 * that are a whole the lines PART, which split it. README.md says what the counts are.
 *
 * Arguments: out=FILE, trace=NAME or trace=NAME/WORDS (write every instruction of that operation, too).
 */
#include "qemu_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOOTPRINT_NAMES
#include "decode.h"
#include "operations.h"

enum { VISITS_MAX = 16, TRACE_MAX = 64 << 20 /* bytes */, LINE = 64, PAGE = 4096 };
#define KERNEL_HALF 0xffff800000000000UL

/* One instruction of the guest, as translated; never freed: a run is short. */
struct instruction {
	uint64_t address;
	uint8_t size;
	struct decoded decoded;
	char *text; /* only when tracing */
};

/* A set of numbers: open addressing, at most half full; 0 is no member. */
struct set {
	uint64_t *slots;
	size_t size, count;
};

enum touched { DATA_LINES, DATA_LINES_WRITTEN, DATA_PAGES, CODE_LINES, CODE_PAGES, TOUCHED };

struct counts {
	unsigned instructions, loads, stores, branches, slow[SLOW_KINDS];
	struct set touched[TOUCHED];
};

/* What stood between two marks. */
struct sample {
	struct counts all, user, kernel, visit[VISITS_MAX];
	unsigned visits;
	bool inside; /* the kernel */
};

int qemu_plugin_version = 1;

static FILE *out;
static unsigned trace_number;
static FILE *trace; /* of the present sample, into the memory behind it */
static char *trace_text;
static size_t trace_length;
static unsigned current; /* the operation that is under way; 0: none */
static struct sample *sample, *best[FOOTPRINT_NUMBERS];

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

/* --- sets of addresses ------------------------------------------------------------------------------------------ */

static uint64_t *slot_of(const struct set *set, uint64_t member)
{
	size_t i = member * 0x9e3779b97f4a7c15UL >> 32 & (set->size - 1);

	while (set->slots[i] != 0 && set->slots[i] != member)
		i = (i + 1) & (set->size - 1);
	return &set->slots[i];
}

static void set_grow(struct set *set)
{
	struct set larger = { .size = set->size ? set->size * 2 : 64, .count = set->count };

	larger.slots = zeroed(larger.size, sizeof(*larger.slots));
	for (size_t i = 0; i < set->size; i++)
		if (set->slots[i] != 0)
			*slot_of(&larger, set->slots[i]) = set->slots[i];
	free(set->slots);
	*set = larger;
}

static void set_add(struct set *set, uint64_t member)
{
	uint64_t *slot;

	if (set->count >= set->size / 2)
		set_grow(set);
	slot = slot_of(set, member);
	set->count += *slot == 0;
	*slot = member;
}

/* The units that a range of addresses touches; it is not longer than a unit. */
static void add_range(struct set *set, uint64_t address, unsigned size, unsigned unit)
{
	set_add(set, address / unit + 1);
	if (address / unit != (address + size - 1) / unit)
		set_add(set, (address + size - 1) / unit + 1);
}

/* --- counting --------------------------------------------------------------------------------------------------- */

static void count_instruction(struct counts *c, const struct instruction *i)
{
	c->instructions++;
	c->branches += i->decoded.branch;
	c->slow[i->decoded.slow]++;
	add_range(&c->touched[CODE_LINES], i->address, i->size, LINE);
	add_range(&c->touched[CODE_PAGES], i->address, i->size, PAGE);
}

static void count_access(struct counts *c, bool is_store, uint64_t address, unsigned size)
{
	if (is_store) {
		c->stores++;
		add_range(&c->touched[DATA_LINES_WRITTEN], address, size, LINE);
	} else {
		c->loads++;
	}
	add_range(&c->touched[DATA_LINES], address, size, LINE);
	add_range(&c->touched[DATA_PAGES], address, size, PAGE);
}

/* An instruction that enters the kernel is the kernel's. */
static bool is_kernels(const struct instruction *i)
{
	enum slow slow = i->decoded.slow;

	return i->address >= KERNEL_HALF || slow == SLOW_SYSCALL || slow == SLOW_INT || slow == SLOW_SYSENTER;
}

/*
 * The counts that an instruction is part of: of the whole, of user mode or the kernel, and of the visit to the kernel,
 * which begins with the entering instruction, or, when an exception or interrupt led there, with the first of the
 * kernel.
 */
static unsigned parts_of(const struct instruction *i, struct counts *parts[3])
{
	bool kernel = is_kernels(i);

	if (kernel && !sample->inside)
		sample->visits++;
	sample->inside = kernel;
	parts[0] = &sample->all;
	parts[1] = kernel ? &sample->kernel : &sample->user;
	if (!kernel || sample->visits > VISITS_MAX)
		return 2;
	parts[2] = &sample->visit[sample->visits - 1];
	return 3;
}

/* --- samples ---------------------------------------------------------------------------------------------------- */

static void counts_free(struct counts *c)
{
	for (unsigned i = 0; i < TOUCHED; i++)
		free(c->touched[i].slots);
}

static void sample_free(struct sample *s)
{
	if (!s)
		return;
	counts_free(&s->all);
	counts_free(&s->user);
	counts_free(&s->kernel);
	for (unsigned i = 0; i < VISITS_MAX; i++)
		counts_free(&s->visit[i]);
	free(s);
}

static void begin_sample(unsigned number)
{
	current = number;
	sample = zeroed(1, sizeof(*sample));
	if (number == trace_number)
		trace = open_memstream(&trace_text, &trace_length);
}

static void end_sample(bool complete)
{
	bool is_best = complete && (!best[current] || sample->all.instructions < best[current]->all.instructions);

	if (trace) {
		fclose(trace);
		if (is_best) /* the last that is written is the shortest */
			fprintf(out, "TRACE %u\n%sTRACE-END\n", current, trace_text);
		free(trace_text);
		trace = NULL;
	}
	if (is_best) {
		sample_free(best[current]);
		best[current] = sample;
	} else {
		sample_free(sample);
	}
	current = 0;
}

/* --- what QEMU calls -------------------------------------------------------------------------------------------- */

static void marked(unsigned number)
{
	if (current)
		end_sample(number == 0);
	if (number != 0 && number < FOOTPRINT_NUMBERS)
		begin_sample(number);
}

static bool is_traced(void)
{
	return trace && ftell(trace) < TRACE_MAX;
}

static void instruction_runs(unsigned cpu, void *data)
{
	const struct instruction *instruction = data;
	struct counts *parts[3];

	(void)cpu;
	if (instruction->decoded.mark) {
		marked(instruction->decoded.mark_value & 0xffff);
		return;
	}
	if (!current)
		return;
	for (unsigned n = parts_of(instruction, parts); n > 0; n--)
		count_instruction(parts[n - 1], instruction);
	if (is_traced())
		fprintf(trace, "I %lx %s\n", instruction->address, instruction->text);
}

static void memory_is_used(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	bool is_store = qemu_plugin_mem_is_store(info);
	unsigned size = 1u << qemu_plugin_mem_size_shift(info);
	struct counts *parts[3];

	(void)cpu;
	if (!current)
		return;
	for (unsigned n = parts_of(data, parts); n > 0; n--)
		count_access(parts[n - 1], is_store, address, size);
	if (is_traced())
		fprintf(trace, "%c %lx %u\n", is_store ? 'S' : 'L', address, size);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct instruction *instruction = zeroed(1, sizeof(*instruction));

		instruction->address = qemu_plugin_insn_vaddr(insn);
		instruction->size = (uint8_t)qemu_plugin_insn_size(insn);
		instruction->decoded = decode(qemu_plugin_insn_data(insn), instruction->size);
		if (trace_number)
			instruction->text = qemu_plugin_insn_disas(insn);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, instruction_runs, QEMU_PLUGIN_CB_NO_REGS, instruction);
		qemu_plugin_register_vcpu_mem_cb(insn, memory_is_used, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
		                                 instruction);
	}
}

static void write_counts(const struct counts *c)
{
	const char *separator = "";

	fprintf(out, " loads=%u stores=%u dlines=%zu dlines_written=%zu dpages=%zu clines=%zu cpages=%zu slow=",
	        c->loads, c->stores, c->touched[DATA_LINES].count, c->touched[DATA_LINES_WRITTEN].count,
	        c->touched[DATA_PAGES].count, c->touched[CODE_LINES].count, c->touched[CODE_PAGES].count);
	for (unsigned i = 1; i < SLOW_KINDS; i++) {
		if (c->slow[i] == 0)
			continue;
		fprintf(out, c->slow[i] > 1 ? "%s%s*%u" : "%s%s", separator, slow_names[i], c->slow[i]);
		separator = ",";
	}
	fprintf(out, "%s branches=%u\n", *separator ? "" : "none", c->branches);
}

static void write_part(const char *name, const struct counts *c)
{
	fprintf(out, "PART name=%s insns=%u", name, c->instructions);
	write_counts(c);
}

static void write_operation(const struct footprint_operation *o, unsigned words, const struct sample *s)
{
	const struct counts *c = o->visit ? &s->visit[o->visit - 1] : &s->all;

	fprintf(out, "FOOTPRINT name=%s words=%u insns=%u kernel=%u", o->name, words, c->instructions,
	        o->visit ? c->instructions : s->kernel.instructions);
	write_counts(c);
	if (o->visit)
		return;
	write_part("user", &s->user);
	write_part("kernel", &s->kernel);
	for (unsigned v = 0; v < s->visits && v < VISITS_MAX && s->visits > 1; v++) {
		char part[16];

		snprintf(part, sizeof(part), "visit%u", v + 1);
		write_part(part, &s->visit[v]);
	}
}

static const unsigned size_words[FOOTPRINT_SIZES] = FOOTPRINT_WORDS;

static void at_exit(qemu_plugin_id_t id, void *data)
{
	(void)id, (void)data;
	for (size_t i = 0; i < sizeof(footprint_operations) / sizeof(*footprint_operations); i++) {
		const struct footprint_operation *o = &footprint_operations[i];

		for (unsigned size = 0; size < o->sizes; size++) {
			const struct sample *s = best[o->number + size];

			if (s && o->visit <= s->visits)
				write_operation(o, o->sizes > 1 ? size_words[size] : 0, s);
		}
	}
	fclose(out);
}

/* The number of NAME or NAME/WORDS; 0: there is none. */
static unsigned number_of(const char *text)
{
	size_t length = strcspn(text, "/");
	unsigned long words = text[length] ? strtoul(text + length + 1, NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(footprint_operations) / sizeof(*footprint_operations); i++) {
		const struct footprint_operation *o = &footprint_operations[i];

		if (strlen(o->name) != length || strncmp(o->name, text, length) != 0)
			continue;
		for (unsigned size = 0; size < o->sizes; size++)
			if (size_words[size] == words)
				return o->number + size;
	}
	return 0;
}

/* False: the arguments are wrong. */
static bool arguments(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "out=", 4) == 0)
			out = fopen(argv[i] + 4, "w");
		else if (strncmp(argv[i], "trace=", 6) == 0 && (trace_number = number_of(argv[i] + 6)) == 0)
			return false;
	}
	return out != NULL;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	if (!arguments(argc, argv)) {
		fprintf(stderr, "footprint: out=FILE is missing or cannot be written, or trace= names no operation\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
