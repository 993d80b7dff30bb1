/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/bundle.c - several boot modules in one file (bundle.h has the format).
 *
 * The text is read once to find where it ends (the first file starts behind it), then line by line.
 * Sizes are compared with the bundle's before they are used.
 */
#include "bundle.h"
#include "memory.h"

static const char magic[] = "PECAN-BUNDLE\n";

/* Offset behind the empty line, or 0. */
static boot_u64 text_end(const char *data, boot_u64 size)
{
	for (boot_u64 i = 1; i < size; i++) {
		if (data[i - 1] == '\n' && data[i] == '\n')
			return i + 1;
	}
	return 0;
}

bool bundle_open(struct bundle_reader *reader, const void *data, boot_u64 size)
{
	if (size < sizeof(magic) || __builtin_memcmp(data, magic, sizeof(magic) - 1) != 0)
		return false;
	*reader = (struct bundle_reader){
		.data = data,
		.size = size,
		.text = sizeof(magic) - 1,
		.file = page_up(text_end(data, size)),
	};
	return true;
}

enum bundle_result bundle_next(struct bundle_reader *reader, struct bundle_entry *entry)
{
	const char *data = reader->data;
	boot_u64 at = reader->text;
	if (reader->file == 0)
		return BUNDLE_BROKEN;
	if (data[at] == '\n')
		return BUNDLE_END;

	boot_u64 size = 0;
	for (; data[at] >= '0' && data[at] <= '9'; at++) {
		/* No file is larger than the bundle: stop before the number overflows. */
		if (size > reader->size)
			return BUNDLE_BROKEN;
		size = size * 10 + (unsigned)(data[at] - '0');
	}
	if (at == reader->text || data[at] != ' ')
		return BUNDLE_BROKEN;
	boot_u64 line = ++at;
	while (data[at] != '\n')
		at++;
	if (reader->file > reader->size || size > reader->size - reader->file)
		return BUNDLE_BROKEN;
	*entry = (struct bundle_entry){
		.offset = reader->file,
		.size = size,
		.command_line = data + line,
		.command_line_length = (unsigned)(at - line),
	};
	reader->text = at + 1;
	reader->file = page_up(reader->file + size);
	return BUNDLE_ENTRY;
}
