/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/fuzz_mapdb.c - the mapping database under operations that libFuzzer chooses, against
 * the model of mapdb_model.h. The bytes are the choices; tables are small, so that little input
 * reaches every path. An input that was found to break it is repeated by naming its file:
 *
 *   build/clang/tests/bin/fuzz_mapdb build/tests/work/unit.fuzz_mapdb.crash-...
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
