/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.c - the first instructions of a small program: it takes its own stack (lib/crt/start.c).
 */
__asm__(".pushsection .text.start, \"ax\", @progbits\n"
	".globl _start\n"
	".type _start, @function\n"
	"_start:\n"
	"	xorl %ebp, %ebp\n" /* the end of a backtrace */
	"	movl $l4_stack, %esp\n"
	"	addl l4_stack_size, %esp\n"
	"	andl $-16, %esp\n"
	"	cld\n"
	"	call start_on_stack\n"
	"	ud2\n"
	".size _start, . - _start\n"
	".popsection\n");
