/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * string.h - the part of the C library's <string.h> that programs here have.
 */
#ifndef IO_STRING_H
#define IO_STRING_H

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *to, const void *from, __SIZE_TYPE__ size);
void *memmove(void *to, const void *from, __SIZE_TYPE__ size); /* may overlap */
void *memset(void *to, int byte, __SIZE_TYPE__ size);
int memcmp(const void *left, const void *right, __SIZE_TYPE__ size);
__SIZE_TYPE__ strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, __SIZE_TYPE__ size);

#ifdef __cplusplus
}
#endif

#endif
