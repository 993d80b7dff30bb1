/* SPDX-License-Identifier: BSD-2-Clause */
/* base/panic.h - the end: say everything that helps to find out why, and stop the machine. */
#ifndef BASE_PANIC_H
#define BASE_PANIC_H

#include "base/assert.h"
#include "core/tcb.h"

/* As panic(), with the registers of a fault in kernel code (a frame laid out like the end of a TCB). */
_Noreturn void panic_with_frame(const struct tcb *frame, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Remember the kernel's ELF file, as the boot component left it, for the names of functions. */
void symbols_init(const void *elf, size_t size);

/* The function that holds an address, and how far into it; "?" when it is not known. */
const char *symbols_find(virt_t address, word_t *offset);

#endif
