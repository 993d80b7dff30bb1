/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.c - from the first instruction of a program (entry.c) to its main().
 *
 * Whoever starts a program sets its instruction pointer to the ELF entry point and promises
 * nothing about its stack pointer, so the first thing to do is to take the stack that is here. The
 * loader has cleared .bss. Then libl4 learns where the kernel interface page is, the constructors
 * of C++ objects run in link order, then main().
 *
 * Stack and its size are weak together: a program that wants more defines both (L4_STACK of
 * crt.h).
 */
#include <crt.h>
#include <l4/kip.h>

enum { DEFAULT_STACK = 16 * 1024 };

__attribute__((weak, aligned(16))) char l4_stack[DEFAULT_STACK];
__attribute__((weak)) extern const unsigned long l4_stack_size;
const unsigned long l4_stack_size = DEFAULT_STACK;

typedef void constructor(void);
extern constructor *const __init_array_start[] __attribute__((weak, visibility("hidden")));
extern constructor *const __init_array_end[] __attribute__((weak, visibility("hidden")));

/*
 * A freestanding C++ compiler may take main() for a function like any other, and mangle its name. The
 * program defines one of the two.
 */
int main(void) __attribute__((weak));
int cxx_main(void) __asm__("_Z4mainv") __attribute__((weak));

void start_on_stack(void) __attribute__((noreturn, used));

void start_on_stack(void)
{
	__L4_Init();
	for (constructor *const *c = __init_array_start; c != __init_array_end; c++)
		(*c)();
	l4_exit(main ? main() : cxx_main());
}
