/* SPDX-License-Identifier: BSD-2-Clause */
/* base/string.h - memory functions. */
#ifndef BASE_STRING_H
#define BASE_STRING_H

#include "base/types.h"

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);

/* Copy or fill whole words: an eighth of the instructions of their byte-wise relatives. */
void words_copy(word_t *to, const word_t *from, size_t words);
void words_fill(word_t *to, word_t value, size_t words);

#endif
