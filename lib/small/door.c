/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.c - the kernel's entry by `int`, which every machine has (lib/abi/small.h).
 *
 * libl4 goes through it until __L4_Init has found the better one in the kernel interface page.
 */
__asm__(".pushsection .text\n"
	".globl __L4_IntDoor\n"
	".type __L4_IntDoor, @function\n"
	"__L4_IntDoor:\n"
	"	int $0x81\n"
	"	ret\n"
	".size __L4_IntDoor, . - __L4_IntDoor\n"
	".popsection\n");
