/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plugin.c - the footprint of an operation, counted by QEMU itself: a TCG plugin.
 *
 * A program under test marks where an operation begins and where it ends (mark.h). Between the marks every
 * instruction and every access to memory is recorded, in user mode and in the kernel, which the addresses tell apart.
 * At the end mark the record becomes a *sample*: the operation as a whole, and each visit to the kernel by itself,
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

enum { EVENTS_MAX = 1 << 20, VISITS_MAX = 16, LINE = 64, PAGE = 4096 };
#define KERNEL_HALF 0xffff800000000000UL

/* One instruction of the guest, as translated; never freed: a run is short. */
struct instruction {
	uint64_t address;
	uint8_t size;
	struct decoded decoded;
	char *text; /* only when tracing */
};

enum event_kind { EVENT_INSTRUCTION, EVENT_LOAD, EVENT_STORE };

struct event {
	enum event_kind kind;
	const struct instruction *instruction;
	uint64_t address; /* of the data */
	unsigned size;
};

struct counts {
	unsigned instructions, loads, stores, branches;
	unsigned data_lines, data_lines_written, data_pages, code_lines, code_pages;
	unsigned slow[SLOW_KINDS];
};

/* What stood between two marks. */
struct sample {
	struct counts all, user, kernel, visit[VISITS_MAX];
	unsigned visits;
};

int qemu_plugin_version = 1;

static FILE *out;
static unsigned trace_number;
static struct event *events;
static size_t event_count;
static unsigned current; /* the operation that is under way; 0: none */
static struct sample *best[FOOTPRINT_NUMBERS];

/* --- sets of addresses ------------------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* How many different multiples of `unit` the list touches; the list is sorted by this. */
static unsigned distinct(uint64_t *list, size_t count, uint64_t unit)
{
	unsigned n = 0;

	qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++)
		n += i == 0 || list[i] / unit != list[i - 1] / unit;
	return n;
}

static bool in_kernel(const struct event *e)
{
	return e->instruction->address >= KERNEL_HALF;
}

/* --- counting --------------------------------------------------------------------------------------------------- */

enum part { PART_ALL, PART_USER, PART_KERNEL };

/* An instruction that enters the kernel is the kernel's. */
static bool is_of(const struct event *e, enum part part)
{
	enum slow slow = e->instruction->decoded.slow;
	bool kernel = in_kernel(e) || slow == SLOW_SYSCALL || slow == SLOW_INT || slow == SLOW_SYSENTER;

	return part == PART_ALL || kernel == (part == PART_KERNEL);
}

static void add_range(uint64_t *list, size_t *count, uint64_t address, unsigned size)
{
	list[(*count)++] = address;
	if (size > 1 && address / LINE != (address + size - 1) / LINE)
		list[(*count)++] = address + size - 1;
}

static struct counts count(size_t first, size_t end, enum part part)
{
	struct counts c = { 0 };
	uint64_t *code = malloc(3 * 2 * (end - first + 1) * sizeof(*code));
	uint64_t *data = code + 2 * (end - first + 1), *written = data + 2 * (end - first + 1);
	size_t code_count = 0, data_count = 0, written_count = 0;

	for (size_t i = first; i < end; i++) {
		const struct event *e = &events[i];

		if (!is_of(e, part))
			continue;
		switch (e->kind) {
		case EVENT_INSTRUCTION:
			c.instructions++;
			c.branches += e->instruction->decoded.branch;
			c.slow[e->instruction->decoded.slow]++;
			add_range(code, &code_count, e->instruction->address, e->instruction->size);
			break;
		case EVENT_STORE:
			c.stores++;
			add_range(written, &written_count, e->address, e->size);
			add_range(data, &data_count, e->address, e->size);
			break;
		case EVENT_LOAD:
			c.loads++;
			add_range(data, &data_count, e->address, e->size);
			break;
		}
	}
	c.data_lines = distinct(data, data_count, LINE);
	c.data_pages = distinct(data, data_count, PAGE);
	c.data_lines_written = distinct(written, written_count, LINE);
	c.code_lines = distinct(code, code_count, LINE);
	c.code_pages = distinct(code, code_count, PAGE);
	free(code);
	return c;
}

/*
 * The visits to the kernel: each from its entering instruction, or, when an exception or interrupt led there, from
 * the first of the kernel, up to the next in user mode.
 */
static void count_visits(struct sample *s)
{
	size_t first = 0;
	bool inside = false;

	for (size_t i = 0; i <= event_count; i++) {
		bool kernel = i < event_count && is_of(&events[i], PART_KERNEL);

		if (kernel && !inside)
			first = i;
		if (!kernel && inside && s->visits < VISITS_MAX)
			s->visit[s->visits++] = count(first, i, PART_ALL);
		inside = kernel;
	}
}

static void write_trace(void)
{
	fprintf(out, "TRACE %u\n", current);
	for (size_t i = 0; i < event_count; i++) {
		const struct event *e = &events[i];

		if (e->kind == EVENT_INSTRUCTION)
			fprintf(out, "I %lx %s\n", e->instruction->address, e->instruction->text);
		else
			fprintf(out, "%c %lx %u\n", e->kind == EVENT_LOAD ? 'L' : 'S', e->address, e->size);
	}
	fprintf(out, "TRACE-END\n");
}

static void end_sample(void)
{
	struct sample *s = calloc(1, sizeof(*s));

	s->all = count(0, event_count, PART_ALL);
	if (best[current] && best[current]->all.instructions <= s->all.instructions) {
		free(s);
		return;
	}
	s->user = count(0, event_count, PART_USER);
	s->kernel = count(0, event_count, PART_KERNEL);
	count_visits(s);
	free(best[current]);
	best[current] = s;
	if (current == trace_number)
		write_trace(); /* the last that is written is the shortest */
}

/* --- what QEMU calls -------------------------------------------------------------------------------------------- */

static void marked(uint32_t value)
{
	unsigned number = value & 0xffff;

	if (current && number == 0 && event_count < EVENTS_MAX)
		end_sample();
	current = number < FOOTPRINT_NUMBERS ? number : 0;
	event_count = 0;
}

static void record(struct event e)
{
	if (current && event_count < EVENTS_MAX)
		events[event_count++] = e;
}

static void instruction_runs(unsigned cpu, void *data)
{
	const struct instruction *instruction = data;

	(void)cpu;
	if (instruction->decoded.mark)
		marked(instruction->decoded.mark_value);
	else
		record((struct event){ EVENT_INSTRUCTION, instruction, 0, 0 });
}

static void memory_is_used(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	(void)cpu;
	record((struct event){ qemu_plugin_mem_is_store(info) ? EVENT_STORE : EVENT_LOAD, data, address,
	                       1u << qemu_plugin_mem_size_shift(info) });
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct instruction *instruction = calloc(1, sizeof(*instruction));

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

	fprintf(out, " loads=%u stores=%u dlines=%u dlines_written=%u dpages=%u clines=%u cpages=%u slow=", c->loads,
	        c->stores, c->data_lines, c->data_lines_written, c->data_pages, c->code_lines, c->code_pages);
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
	for (unsigned v = 0; v < s->visits && s->visits > 1; v++) {
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
	events = calloc(EVENTS_MAX, sizeof(*events));
	if (!events || !arguments(argc, argv)) {
		fprintf(stderr, "footprint: out=FILE is missing or cannot be written, or trace= names no operation\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
