/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.c - from the first instruction of a hosted program to musl's _start.
 *
 * musl expects what Linux leaves on a new program's stack: argc, the arguments, the environment, and the
 * auxiliary vector. The root task leaves nothing there, not even a stack; the arguments are asked of it.
 * So this code takes a stack out of the program's memory, starts the handler of Linux system calls,
 * puts together what musl expects, and jumps to the entry point of crt1.o.
 */
#include <elf.h>

#include <l4/kip.h>
#include <l4/thread.h>
#include <service/root.h>

#include "hosted.h"

enum { ARGUMENTS_MAX = ROOT_TEXT_MAX / 2, AUXILIARY_WORDS = 14, RANDOM_WORDS = 2, HANDLER_STACK = 16 * 1024 };

extern const Elf64_Ehdr __ehdr_start;
void hosted_start(void);
void hosted_begin(void) __attribute__((noreturn, used));

static char handler_stack[HANDLER_STACK] __attribute__((aligned(16)));

/* in: nothing that could be relied on */
__asm__(".globl hosted_start\n"
	".type hosted_start, @function\n"
	"hosted_start:\n"
	"	xorl %ebp, %ebp\n" /* the end of a backtrace */
	"	movabsq $0x1040000000, %rsp\n" /* HOSTED_STACK_HIGH */
	"	cld\n"
	"	call hosted_begin\n"
	"	ud2\n"
	".size hosted_start, . - hosted_start\n");

_Static_assert(HOSTED_STACK_HIGH == 0x1040000000 && HOSTED_STACK_HIGH == ROOT_HEAP_HIGH,
	       "the stack ends where hosted_start says and where the root task has memory");
_Static_assert(HOSTED_BREAK_LOW == ROOT_HEAP_LOW, "all of the heap is given out");

/* Ends the words of a text with zeros and enters them. Returns how many there are. */
static unsigned long split(char *text, unsigned long *argument)
{
	unsigned long count = 0;

	while (*text) {
		if (*text == ' ') {
			*text++ = 0;
			continue;
		}
		argument[count++] = (unsigned long)text;
		while (*text && *text != ' ')
			text++;
	}
	return count;
}

static void start_handler(void)
{
	L4_ThreadId_t handler;

	L4_Set_ExceptionHandler(root_task());
	if (root_thread_start(handler_run, (void *)L4_MyGlobalId().raw, handler_stack, sizeof(handler_stack),
			      &handler) != ROOT_OK) {
		static const char text[] = "no thread for the handler of Linux system calls\n";

		root_write(text, sizeof(text) - 1);
		root_exit(255);
	}
	L4_Set_ExceptionHandler(handler);
}

void hosted_begin(void)
{
	/* One object, so that the text lies above the words: what is below them is musl's stack from there on. */
	struct {
		unsigned long words[1 + ARGUMENTS_MAX + 1 + 1 + AUXILIARY_WORDS];
		unsigned long random[RANDOM_WORDS];
		char text[ROOT_TEXT_MAX + 1];
	} __attribute__((aligned(16))) first;
	unsigned long *word = first.words;

	__L4_Init();
	start_handler();
	root_command_line(first.text, sizeof(first.text));
	/* Different in each run, and no secret. */
	first.random[0] = __builtin_ia32_rdtsc();
	first.random[1] = L4_SystemClock().raw;

	*word = split(first.text, word + 1);
	word += 1 + *word;
	*word++ = 0;
	*word++ = 0; /* no environment */

	const unsigned long vector[AUXILIARY_WORDS] = {
		AT_PHDR, (unsigned long)&__ehdr_start + __ehdr_start.e_phoff,
		AT_PHENT, __ehdr_start.e_phentsize,
		AT_PHNUM, __ehdr_start.e_phnum,
		AT_PAGESZ, 4096,
		AT_SECURE, 0,
		AT_RANDOM, (unsigned long)first.random,
		AT_NULL, 0,
	};

	for (unsigned int i = 0; i < AUXILIARY_WORDS; i++)
		*word++ = vector[i];
	__asm__ volatile("movq %0, %%rsp\n\tjmp _start" : : "r"(&first) : "memory");
	__builtin_unreachable();
}
