/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/harness.c - runs the cases, one after the other, and says what came out.
 *
 * The runner is the root task's first thread. It prints, so no case does; it waits for the end of
 * each case with a limit, so a case that hangs is a failure and not the end of the run. Which cases
 * run is said by the words behind this program's name on its command line: whole names (area.name)
 * or beginnings of names. Without words all run but the hidden ones.
 */
#include "harness.h"
#include <abi/bootinfo.h>
#include <abi/small.h>
#include <l4io.h>
#include <stdarg.h>

extern const struct test_case *const __start_test_cases[], *const __stop_test_cases[];
extern char _start[];

void machine_exit(bool good) __attribute__((noreturn));

static struct {
	volatile L4_Word_t failures;
	char text[512]; /* of the first one */
} result;

static const struct test_case *volatile current_case;
static volatile L4_Word_t case_number;

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

static bool begins_with(const char *s, const char *with, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != with[i])
			return false;
	}
	return true;
}

/* Numbers below this are read more easily in decimal. */
enum { DECIMAL_BELOW = 10000 };

static void number_print(char *buffer, size_t size, L4_Word_t value)
{
	if (value < DECIMAL_BELOW)
		snprintf(buffer, size, "%lu", value);
	else
		snprintf(buffer, size, "0x%lx", value);
}

bool test_fail(const char *file, unsigned line, const char *format, ...)
{
	va_list arguments;
	int n;

	if (__atomic_fetch_add(&result.failures, 1, __ATOMIC_SEQ_CST) != 0)
		return false;
	va_start(arguments, format);
	n = vsnprintf(result.text, sizeof result.text, format, arguments);
	va_end(arguments);
	if (n >= 0 && (size_t)n < sizeof result.text)
		snprintf(result.text + n, sizeof result.text - n, " (%s:%u)", file, line);
	return false;
}

bool test_true(const char *file, unsigned line, const char *text, bool held)
{
	return held || test_fail(file, line, "expected %s, got the contrary", text);
}

bool test_equal(const char *file, unsigned line, const char *text, L4_Word_t got, L4_Word_t want)
{
	char got_text[24], want_text[24];

	if (got == want)
		return true;
	number_print(got_text, sizeof got_text, got);
	number_print(want_text, sizeof want_text, want);
	return test_fail(file, line, "expected %s = %s, got %s", text, want_text, got_text);
}

bool test_between(const char *file, unsigned line, const char *text, L4_Word_t got, L4_Word_t low,
		  L4_Word_t high)
{
	return (got >= low && got <= high) ||
	       test_fail(file, line, "expected %s from %lu to %lu, got %lu", text, low, high, got);
}

static const char *const error_names[8] = {
    "no error",
    "timeout",
    "no partner",
    "cancelled",
    "message overflow",
    "own transfer timeout",
    "partner's transfer timeout",
    "aborted",
};

/* What an IPC came to, in words. */
static void outcome_print(char *buffer, size_t size, bool failed, L4_Word_t phase, L4_Word_t code)
{
	if (failed)
		snprintf(buffer, size, "'%s' in the %s phase", error_names[code & 7],
			 phase ? "receive" : "send");
	else
		snprintf(buffer, size, "success");
}

bool test_ipc_error(const char *file, unsigned line, const char *text, L4_MsgTag_t tag,
		    L4_Word_t phase, L4_Word_t code)
{
	L4_Word_t error = L4_ErrorCode();
	bool failed = L4_IpcFailed(tag) != 0;
	char got[64], want[64];

	if (failed == (code != 0) && (!failed || (error & 0xf) == (code << 1 | phase)))
		return true;
	outcome_print(got, sizeof got, failed, error & 1, error >> 1);
	outcome_print(want, sizeof want, code != 0, phase, code);
	return test_fail(file, line, "expected %s to end with %s, got %s (tag 0x%lx, error 0x%lx)",
			 text, want, got, tag.raw, error);
}

/* Tell the runner that the case is over. */
static void case_end(void)
{
	L4_Word_t number = case_number;

	words_send(runner, LABEL_CASE_END, 1, &number);
	sleep_forever();
}

void test_abort(void)
{
	case_end();
	__builtin_unreachable();
}

static void worker_main(L4_Word_t argument)
{
	((const struct test_case *)argument)->run();
	case_end();
}

/* Wait until the case ends, crashes or exceeds its limit. */
static void case_wait(const struct test_case *c)
{
	L4_Word_t begin = now_us();
	L4_Word_t limit = c->limit_ms * 1000UL * time_scale;
	char name[80];

	for (;;) {
		L4_Word_t spent = now_us() - begin;
		L4_ThreadId_t from;
		L4_MsgTag_t tag;
		L4_Word_t number;

		if (spent >= limit)
			break;
		tag = L4_Wait_Timeout(L4_TimePeriod(limit - spent), &from);
		if (L4_IpcFailed(tag))
			continue;
		L4_StoreMR(1, &number);
		if (L4_Label(tag) == LABEL_CRASH && L4_SameThreads(from, warden))
			return;
		if (L4_Label(tag) == LABEL_CASE_END && number == case_number)
			return;
	}
	snprintf(name, sizeof name, "%s.%s", c->area, c->name);
	test_fail(c->file, c->line, "expected %s to end within %lu ms, got no end", name,
		  limit / 1000);
}

static bool case_run(const struct test_case *c)
{
	unsigned left;

	result.failures = 0;
	case_number++;
	current_case = c;
	printf("RUN %s.%s\n", c->area, c->name);
	threads_begin(worker_main, (L4_Word_t)c);
	case_wait(c);
	left = threads_end();
	if (left != 0)
		test_fail(c->file, c->line, "expected every thread to be deleted, got %u failures",
			  left);
	if (result.failures == 0) {
		printf("PASS %s.%s\n", c->area, c->name);
		return true;
	}
	printf("FAIL %s.%s: %s", c->area, c->name, result.text);
	if (result.failures > 1)
		printf(" and %lu more", result.failures - 1);
	printf("\n");
	return false;
}

/* The record of this program among those of kernel, sigma0 and root task is the one with our entry
 * point. */
static const char *command_line(void)
{
	struct bootinfo *info = (struct bootinfo *)L4_BootInfo(L4_GetKernelInterface());
	unsigned long long *record;

	if (!info || info->magic != BOOTINFO_MAGIC)
		return "";
	record = (void *)((char *)info + info->first_entry);
	for (unsigned long long i = 0; i < info->num_entries; i++) {
		struct bootrec_simple_exec *exec = (void *)record;

		if (exec->type == BOOTREC_SIMPLE_EXEC && exec->initial_ip == (L4_Word_t)_start &&
		    exec->cmdline_offset)
			return (char *)exec + exec->cmdline_offset;
		record = (void *)((char *)record + record[2]);
	}
	return "";
}

/* The next word of a line; its length, or 0 at the end. */
static size_t word_next(const char **line)
{
	size_t n = 0;

	while (**line == ' ')
		(*line)++;
	while ((*line)[n] && (*line)[n] != ' ')
		n++;
	return n;
}

/*
 * Cases about small spaces are for kernels that have them, those about limits for machines on which the kernel has seen
 * that they hold.
 */
static bool case_possible(const struct test_case *c)
{
	static const char small[] = "small", limits[] = "small_limits";

	if (begins_with(c->area, limits, sizeof limits))
		return L4_HasFeature(SMALL_FEATURE_LIMITS);
	return !begins_with(c->area, small, sizeof small - 1) || L4_HasFeature(SMALL_FEATURE);
}

static bool case_chosen(const struct test_case *c, const char *words)
{
	char name[80];
	size_t n, name_length;
	bool any = false;

	snprintf(name, sizeof name, "%s.%s", c->area, c->name);
	name_length = length(name);
	while ((n = word_next(&words)) != 0) {
		any = true;
		if (begins_with(name, words, n < name_length ? n : name_length) &&
		    (n == name_length || (n < name_length && !c->hidden)))
			return true;
		words += n;
	}
	return !any && !c->hidden;
}

int main(void)
{
	unsigned passed = 0, failed = 0;
	const char *words;

	threads_init();
	words = command_line();
	words += word_next(&words); /* our name */
	for (const struct test_case *const *c = __start_test_cases; c < __stop_test_cases; c++) {
		if (!case_chosen(*c, words) || !case_possible(*c))
			continue;
		if (case_run(*c))
			passed++;
		else
			failed++;
	}
	if (passed + failed == 0)
		printf("no case is called so: %s\n", words);
	printf("%u passed, %u failed\n", passed, failed);
	machine_exit(failed == 0 && passed != 0);
}
