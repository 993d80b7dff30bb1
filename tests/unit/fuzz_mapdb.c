/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/fuzz_mapdb.c - the mapping database under operations that libFuzzer chooses, against
 * the model of mapdb_model.h. The bytes are the choices; tables are small, so that little input
 * reaches every path. From this folder:
 *
 *   clang -std=gnu11 -g -O1 -Wall -Wextra -Werror -DTABLE_LOG2=3
 *       -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
 *       -I. -Ifake -I../../kernel -I../../lib fuzz_mapdb.c mapdb_model.c
 *       ../../kernel/core/account.c ../../kernel/core/frames.c ../../kernel/x86/pagetable.c
 *
 * A bounded run: -runs=20000 -seed=1 -max_len=512. Needs Debian's libclang-rt-14-dev.
 */
#include "mapdb_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct choices c = {.bytes = bytes, .left = size};

	model_begin();
	while (c.left)
		model_operation(&c);
	model_check();
	model_end();
	return 0;
}
