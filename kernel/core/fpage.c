/* SPDX-License-Identifier: BSD-2-Clause */
/* core/fpage.c - flexpage arithmetic, see core/fpage.h. */
#include "core/fpage.h"

static const struct fpage nil = { .kind = FPAGE_NIL };

static struct fpage decode_io(word_t raw)
{
	struct fpage f = { .kind = FPAGE_IO, .size_log2 = raw >> 10 & 0x3f, .rights = raw & RIGHTS_ALL };

	if (f.size_log2 > IO_PORTS_LOG2)
		return nil;
	f.base = ALIGN_DOWN(raw >> 16 & 0xffff, 1UL << f.size_log2);
	return f;
}

struct fpage fpage_decode(word_t raw)
{
	unsigned size = raw >> 4 & 0x3f;
	struct fpage f = { .kind = FPAGE_MEMORY, .size_log2 = size, .rights = raw & RIGHTS_ALL };

	if (size == 2)
		return decode_io(raw);
	if (size == 1 && raw >> 10 == 0)
		f.size_log2 = FPAGE_COMPLETE_LOG2;
	else if (size < PAGE_LOG2 || size > FPAGE_COMPLETE_LOG2 || (raw >> 10) >> (FPAGE_COMPLETE_LOG2 - 10))
		return nil;
	f.base = ALIGN_DOWN((raw >> 10) << 10, 1UL << f.size_log2);
	return f;
}

unsigned fpage_match(struct fpage send, struct fpage receive, word_t send_base, word_t *source, word_t *destination)
{
	unsigned smaller = send.size_log2 < receive.size_log2 ? send.size_log2 : receive.size_log2;
	word_t size = 1UL << smaller;

	if (send.size_log2 >= receive.size_log2) {
		/* The base says which part of what is sent fits the window. */
		*source = send.base + ALIGN_DOWN(send_base & (fpage_size(send) - 1), size);
		*destination = receive.base;
	} else {
		/* The base says where in the window it goes. */
		*source = send.base;
		*destination = receive.base + ALIGN_DOWN(send_base & (fpage_size(receive) - 1), size);
	}
	return smaller;
}
