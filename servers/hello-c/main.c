/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hello-c - the program to copy when you want a C library: stdio, malloc and qsort are musl's, the
 * second thread and the message to it are L4's.
 *
 * The three lines that build it are in CMakeLists.txt beside this file; README.md says what there is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <service/root.h>

static char stack[4096] __attribute__((aligned(16)));

/* The second thread: L4 only, for the C library is the main thread's. */
static void doubler(void *unused)
{
	L4_ThreadId_t client;
	L4_Word_t number;

	(void)unused;
	L4_Wait(&client);
	L4_StoreMR(1, &number);
	L4_LoadMR(0, 1);
	L4_LoadMR(1, 2 * number);
	L4_Reply(client);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The arguments, sorted, in memory of malloc's. Null: there is no memory left. */
static char **sorted(char **arguments, int count)
{
	char **copy = malloc(count * sizeof(*copy));

	if (copy) {
		memcpy(copy, arguments, count * sizeof(*copy));
		qsort(copy, count, sizeof(*copy), by_text);
	}
	return copy;
}

int main(int argc, char **argv)
{
	L4_ThreadId_t helper;
	L4_Word_t answer;
	char **words = sorted(argv + 1, argc - 1);

	if (!words) {
		perror("hello-c");
		return EXIT_FAILURE;
	}
	printf("hello-c: %d arguments, sorted:", argc - 1);
	for (int i = 0; i < argc - 1; i++)
		printf(" %s", words[i]);
	printf("; and pi is %.4f\n", 3.14159265);
	free(words);

	if (root_thread_start(doubler, NULL, stack, sizeof(stack), &helper) != ROOT_OK) {
		fputs("hello-c: no second thread\n", stderr);
		return EXIT_FAILURE;
	}
	L4_LoadMR(0, 1);
	L4_LoadMR(1, 21);
	if (L4_IpcFailed(L4_Call(helper))) {
		fputs("hello-c: the call failed\n", stderr);
		return EXIT_FAILURE;
	}
	L4_StoreMR(1, &answer);
	printf("hello-c: twice 21 is %lu, says thread 0x%lx\n", answer, L4_ThreadNo(helper));
	return EXIT_SUCCESS;
}
