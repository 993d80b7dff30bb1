/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.c - the first instructions of a 64-bit program: it takes its own stack (start.c). Those of a small program
 * are in lib/small/entry.c.
 */
__asm__(".pushsection .text.start, \"ax\", @progbits\n"
	".globl _start\n"
	".type _start, @function\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n" /* the end of a backtrace */
	"	leaq l4_stack(%rip), %rsp\n"
	"	addq l4_stack_size(%rip), %rsp\n"
	"	andq $-16, %rsp\n"
	"	cld\n"
	"	call start_on_stack\n"
	"	ud2\n"
	".size _start, . - _start\n"
	".popsection\n");
