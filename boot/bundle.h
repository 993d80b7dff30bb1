/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/bundle.h - several boot modules in one file, for loaders that load only one.
 *
 * QEMU's -initrd passes one file. boot/make-bundle puts the modules into it: a text of lines, then
 * the files.
 *
 *     PECAN-BUNDLE
 *     SIZE COMMAND-LINE      one line per module: bytes in decimal, then the module's command line
 *     (an empty line)
 *
 * Each file starts at the next multiple of 4096 bytes, counted from the start of the bundle.
 * No machine access: host tests compile it.
 */
#ifndef BOOT_BUNDLE_H
#define BOOT_BUNDLE_H

#include <stdbool.h>
#include <abi/boot.h>

struct bundle_reader {
	const char *data;
	boot_u64 size;
	boot_u64 text; /* offset of the next line */
	boot_u64 file; /* offset of the next file */
};

struct bundle_entry {
	boot_u64 offset;
	boot_u64 size;
	const char *command_line; /* not terminated */
	unsigned command_line_length;
};

enum bundle_result { BUNDLE_ENTRY, BUNDLE_END, BUNDLE_BROKEN };

/* Starts to read. False: this is no bundle. */
bool bundle_open(struct bundle_reader *reader, const void *data, boot_u64 size);

/* The next module, if the answer is BUNDLE_ENTRY. */
enum bundle_result bundle_next(struct bundle_reader *reader, struct bundle_entry *entry);

#endif
