/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/hosted/main.c - the cases of lib/hosted: each a function that tells what it expected in vain.
 *
 * The last line is printed when exit() runs what atexit() was told, so that it proves the end of a
 * program, too.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <service/root.h>

extern char **environ;

static const char *case_name;
static unsigned int passed, failed;
static bool case_failed;
static int arguments;
static char **argument;

#define EXPECT(what)                                                                               \
	do {                                                                                       \
		if (!(what) && !case_failed) {                                                     \
			case_failed = true;                                                        \
			printf("FAIL %s: expected %s, got the contrary (%s:%d)\n", case_name, #what, \
			       __FILE__, __LINE__);                                                \
		}                                                                                  \
	} while (0)

/* A call that must fail with this error number. */
#define EXPECT_ERROR(call, number)                     \
	do {                                           \
		errno = 0;                             \
		EXPECT((call) == -1 && errno == (number)); \
	} while (0)

static void has_arguments(void)
{
	EXPECT(arguments == 1);
	EXPECT(strcmp(argument[0], "test-hosted") == 0);
	EXPECT(argument[1] == NULL);
	EXPECT(environ[0] == NULL);
}

static void formats_floating_point(void)
{
	char text[64];

	snprintf(text, sizeof(text), "%.3f %e %a", 2.0 / 3, 1e100, 0.5);
	EXPECT(strcmp(text, "0.667 1.000000e+100 0x1p-1") == 0);
}

static void console_is_a_terminal(void)
{
	EXPECT(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO));
	EXPECT_ERROR(lseek(STDOUT_FILENO, 0, SEEK_CUR), ESPIPE);
}

static void writes_parts(void)
{
	struct iovec parts[] = { { "(one ", 5 }, { NULL, 0 }, { "line)\n", 6 } };

	EXPECT(writev(STDOUT_FILENO, parts, 3) == 11);
	EXPECT(write(STDOUT_FILENO, parts, 0) == 0);
}

/* More than goes into one message to the root task. */
static void writes_long_texts(void)
{
	static char text[2000];

	memset(text, '.', sizeof(text));
	text[sizeof(text) - 1] = '\n';
	EXPECT(fwrite(text, 1, sizeof(text), stdout) == sizeof(text));
	EXPECT(fflush(stdout) == 0);
}

static void refuses_other_files(void)
{
	EXPECT_ERROR(write(7, "x", 1), EBADF);
	EXPECT_ERROR(close(-1), EBADF);
	EXPECT(fopen("/etc/passwd", "r") == NULL && errno == ENOSYS);
}

static void refuses_bad_addresses(void)
{
	static const char constant[16];
	struct iovec part = { (void *)8, 8 };

	EXPECT_ERROR(write(STDOUT_FILENO, (void *)8, 8), EFAULT);
	EXPECT_ERROR(writev(STDOUT_FILENO, &part, 1), EFAULT);
	EXPECT_ERROR(writev(STDOUT_FILENO, (void *)-16, 1), EFAULT);
	EXPECT_ERROR(syscall(SYS_read, STDIN_FILENO, constant, 16), EFAULT);
}

static void unknown_calls(void)
{
	EXPECT_ERROR(syscall(SYS_fork), ENOSYS);
	EXPECT_ERROR(syscall(100000), ENOSYS);
	EXPECT_ERROR(syscall(-1L), ENOSYS);
}

static unsigned long registers[10] __attribute__((used));

/* As Linux does it: RCX and R11 are lost, RAX is the result, nothing else changes. */
static void calls_preserve_registers(void)
{
	long result = 100000;

	__asm__ volatile("movq %%rbp, %%r13\n\t"
			 "movl $1, %%edi\n\tmovl $2, %%esi\n\tmovl $3, %%edx\n\tmovl $4, %%r10d\n\t"
			 "movl $5, %%r8d\n\tmovl $6, %%r9d\n\tmovl $7, %%ebx\n\tmovl $8, %%ebp\n\t"
			 "movl $9, %%r12d\n\tmovl $10, %%r15d\n\tsyscall\n\t"
			 "movq %%rdi, registers(%%rip)\n\tmovq %%rsi, registers+8(%%rip)\n\t"
			 "movq %%rdx, registers+16(%%rip)\n\tmovq %%r10, registers+24(%%rip)\n\t"
			 "movq %%r8, registers+32(%%rip)\n\tmovq %%r9, registers+40(%%rip)\n\t"
			 "movq %%rbx, registers+48(%%rip)\n\tmovq %%rbp, registers+56(%%rip)\n\t"
			 "movq %%r12, registers+64(%%rip)\n\tmovq %%r15, registers+72(%%rip)\n\t"
			 "movq %%r13, %%rbp"
			 : "+a"(result)
			 :
			 : "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r15", "memory");
	EXPECT(result == -ENOSYS);
	for (unsigned int i = 0; i < 10; i++)
		EXPECT(registers[i] == i + 1);
}

static void memory_of_all_sizes(void)
{
	enum { BLOCKS = 200, LARGE = 500000 };
	static unsigned char *block[BLOCKS];

	for (unsigned int i = 0; i < BLOCKS; i++) {
		block[i] = malloc(i * 20 + 1);
		EXPECT(block[i] != NULL);
		memset(block[i], i, i * 20 + 1);
	}
	for (unsigned int i = 0; i < BLOCKS; i++) {
		EXPECT(block[i][0] == i && block[i][i * 20] == i);
		free(block[i]);
	}
	/* Many times more than the quota, if it did not come back. */
	for (unsigned int i = 0; i < 20; i++) {
		unsigned char *large = calloc(LARGE, 1);

		EXPECT(large && large[0] == 0 && large[LARGE / 2] == 0 && large[LARGE - 1] == 0);
		memset(large, 0xff, LARGE);
		large = realloc(large, 2 * LARGE);
		EXPECT(large && large[LARGE - 1] == 0xff);
		free(large);
	}
}

static void maps_and_unmaps(void)
{
	int both = PROT_READ | PROT_WRITE, private = MAP_PRIVATE | MAP_ANONYMOUS;
	char *a = mmap(NULL, 10000, both, private, -1, 0), *b = mmap(NULL, 4096, both, private, -1, 0);

	EXPECT(a != MAP_FAILED && b != MAP_FAILED);
	EXPECT(b >= a + 12288 || b + 4096 <= a);
	a[0] = a[9999] = b[0] = 1;
	EXPECT(munmap(a, 10000) == 0);
	EXPECT(mmap(NULL, 8192, both, private, -1, 0) == a);
	EXPECT(a[0] == 0 && b[0] == 1);
	EXPECT(mprotect(a, 8192, both) == 0);
	EXPECT(munmap(a, 8192) == 0 && munmap(b, 4096) == 0);
	EXPECT_ERROR(munmap(a + 1, 4096), EINVAL);
	EXPECT_ERROR(munmap((char *)0x400000, 4096), EINVAL);
	EXPECT(mmap(NULL, 0, both, private, -1, 0) == MAP_FAILED && errno == EINVAL);
	EXPECT(mmap(NULL, 1UL << 40, both, private, -1, 0) == MAP_FAILED && errno == ENOMEM);
	EXPECT(mmap(NULL, 4096, both, MAP_PRIVATE, STDIN_FILENO, 0) == MAP_FAILED && errno == ENODEV);
	EXPECT(mmap(NULL, 4096, PROT_EXEC, private, -1, 0) == MAP_FAILED && errno == EACCES);
}

static void break_moves(void)
{
	uintptr_t start = syscall(SYS_brk, 0);
	char *memory = (char *)start;

	EXPECT((uintptr_t)syscall(SYS_brk, start + 10000) == start + 10000);
	memory[0] = memory[9999] = 1;
	EXPECT((uintptr_t)syscall(SYS_brk, start + 5000) == start + 5000);
	EXPECT((uintptr_t)syscall(SYS_brk, start + 10000) == start + 10000);
	EXPECT(memory[0] == 1 && memory[9999] == 0);
	EXPECT((uintptr_t)syscall(SYS_brk, start) == start);
	EXPECT((uintptr_t)syscall(SYS_brk, 1UL << 46) == start);
}

static void stack_is_large(void)
{
	volatile char frame[3 << 19];

	frame[0] = 1;
	EXPECT(frame[0] == 1);
}

static void clock_goes_on(void)
{
	struct timespec first, second;

	EXPECT(clock_gettime(CLOCK_MONOTONIC, &first) == 0);
	L4_Sleep(L4_TimePeriod(2000));
	EXPECT(clock_gettime(CLOCK_MONOTONIC, &second) == 0);
	EXPECT((second.tv_sec - first.tv_sec) * 1000000000 + second.tv_nsec - first.tv_nsec >= 2000000);
	EXPECT(time(NULL) == second.tv_sec);
	EXPECT_ERROR(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &first), EINVAL);
}

static char stack[4096] __attribute__((aligned(16)));

static void answers(void *unused)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag = L4_Wait(&client);

	(void)unused;
	for (;;) {
		L4_Word_t number;

		L4_StoreMR(1, &number);
		L4_LoadMR(0, 1);
		L4_LoadMR(1, number + 1);
		tag = L4_ReplyWait(client, &client);
		(void)tag;
	}
}

/* Calls of both kinds in turn; each leaves alone what the other keeps in FS and in the UTCB. */
static void l4_beside_stdio(void)
{
	L4_ThreadId_t helper;
	L4_Word_t number = 0;
	int *place = &errno;

	EXPECT(root_thread_start(answers, NULL, stack, sizeof(stack), &helper) == ROOT_OK);
	for (unsigned int i = 0; i < 10; i++) {
		L4_LoadMR(0, 1);
		L4_LoadMR(1, number);
		EXPECT(L4_IpcSucceeded(L4_Call(helper)));
		L4_StoreMR(1, &number);
		printf("(%lu)\n", number);
		EXPECT_ERROR(syscall(100000), ENOSYS);
	}
	EXPECT(number == 10);
	EXPECT(place == &errno);
	/* A Linux call without arguments takes the registers as L4's call has left them. */
	L4_SystemClock();
	EXPECT(getpid() == 1);
	L4_Sleep(L4_TimePeriod(10));
	EXPECT(getpid() == 1);
	EXPECT(root_thread_delete(helper) == ROOT_OK);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "arguments", has_arguments },
	{ "floating_point", formats_floating_point },
	{ "terminal", console_is_a_terminal },
	{ "writev", writes_parts },
	{ "long_texts", writes_long_texts },
	{ "other_files", refuses_other_files },
	{ "bad_addresses", refuses_bad_addresses },
	{ "unknown_calls", unknown_calls },
	{ "registers", calls_preserve_registers },
	{ "malloc", memory_of_all_sizes },
	{ "mmap", maps_and_unmaps },
	{ "brk", break_moves },
	{ "stack", stack_is_large },
	{ "clock", clock_goes_on },
	{ "l4_beside_stdio", l4_beside_stdio },
};

static void say_result(void)
{
	printf("%u passed, %u failed\n", passed, failed);
}

/* What is typed, line by line, with its length, up to the line "end". */
static void echo(void)
{
	char line[20];

	do {
		if (!fgets(line, sizeof(line), stdin))
			exit(EXIT_FAILURE);
		printf("%s: %zu characters: %s", argument[0], strlen(line), line);
	} while (strcmp(line, "end\n") != 0);
	exit(EXIT_SUCCESS);
}

static int *volatile nowhere = (int *)8;

/* Does what the argument says, mostly one way to end badly. Nothing of this returns. */
static void do_as_told(const char *way)
{
	if (strcmp(way, "echo") == 0)
		echo();
	if (strcmp(way, "status") == 0)
		exit(42);
	if (strcmp(way, "abort") == 0)
		abort();
	if (strcmp(way, "trap") == 0)
		__builtin_trap();
	if (strcmp(way, "fault") == 0)
		*nowhere = 0;
	if (strcmp(way, "int80") == 0)
		__asm__ volatile("int $0x80" : : "a"(1) : "memory");
	printf("%s: what is %s?\n", argument[0], way);
}

int main(int argc, char **argv)
{
	arguments = argc;
	argument = argv;
	if (argc > 1) {
		do_as_told(argv[1]);
		return EXIT_FAILURE;
	}
	atexit(say_result);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		case_name = cases[i].name;
		case_failed = false;
		printf("RUN %s\n", case_name);
		cases[i].run();
		if (!case_failed)
			printf("PASS %s\n", case_name);
		*(case_failed ? &failed : &passed) += 1;
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
