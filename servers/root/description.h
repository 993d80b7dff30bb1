/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * description.h - what the system consists of: its programs, and what each may have and do.
 *
 * It comes as text, a boot module that README.md beside this file describes line by line, or, without one, as options
 * on the command lines of the modules. Both have the same keywords. Pure: compiles for the host; the text is not
 * trusted.
 */
#ifndef ROOT_DESCRIPTION_H
#define ROOT_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>

#include <service/root.h>

enum {
	DESCRIPTION_NAMES_MAX = 16,     /* in one list of names */
	DESCRIPTION_RESOURCES_MAX = 16, /* of one program */
	DESCRIPTION_WORD_MAX = 64,      /* bytes of a word, as complaints show it, with the final zero */
	PRIORITY_DEFAULT = 100,
	QUOTA_DEFAULT = 4 << 20, /* bytes of memory */
	SMALL_DEFAULT = 4 << 20, /* bytes of a 32-bit program's slot */
	RESTARTS_UNLIMITED = -1,
};

enum resource_kind { RESOURCE_PORTS, RESOURCE_INTERRUPTS, RESOURCE_MEMORY };

/* All from low to high, high among them. */
struct resource {
	enum resource_kind kind;
	unsigned long low, high;
};

struct name_list {
	unsigned int count;
	char names[DESCRIPTION_NAMES_MAX][ROOT_NAME_MAX];
};

struct description {
	unsigned int line; /* where it begins in the text; 0: it is of a module's command line */
	char name[ROOT_NAME_MAX];
	char file[ROOT_NAME_MAX];              /* the module that is its program */
	char command_line[ROOT_TEXT_MAX + 1]; /* the name, then its arguments */

	unsigned int priority;
	unsigned long memory;        /* quota in bytes */
	unsigned long kernel_memory; /* of the kernel's that it may use; 0: no limit */
	unsigned long small;         /* bytes of its slot, if it is a 32-bit program */

	bool is_server;  /* nobody waits for its end */
	bool is_manual;  /* a manager starts it, or nobody */
	bool is_manager; /* may start and stop programs */
	bool has_spaces; /* may have further spaces, each with a quota of kernel memory like that of the first */
	int restarts;    /* how often it is started anew when it fails; RESTARTS_UNLIMITED */

	char pager[ROOT_NAME_MAX]; /* empty: the root task */
	struct name_list serves;   /* the names that it may register */
	bool is_confined;          /* sends messages to those of `talks` only, and to the root task */
	struct name_list talks;

	bool is_console;           /* may drive the serial line under the root task's console */
	bool is_deaf;              /* may not read what is typed there */
	bool has_pci;              /* may have any device memory */
	unsigned long dma_memory;  /* bytes of contiguous memory whose physical address it learns */
	unsigned int resource_count;
	struct resource resources[DESCRIPTION_RESOURCES_MAX];
};

/* Is told of each mistake: the line (0: a command line), what is wrong, and the word in question, or "". */
struct description_complaints {
	void (*say)(unsigned int line, const char *what, const char *word);
};

/*
 * Reads a text into programs[0 .. max - 1]. Returns how many there are. Behind a mistake reading goes on, as if the
 * rest of its line were not there.
 */
unsigned int description_read(struct description *programs, unsigned int max, const char *text, size_t size,
			      const struct description_complaints *complaints);

/*
 * Reads a module's command line: its name, arguments, and options with an @ before them, which are keywords of the text
 * with their value behind a `=`.
 */
void description_of_module(struct description *program, const char *command_line,
			   const struct description_complaints *complaints);

/* Whether the program may have all from low to high of this kind. */
bool description_allows(const struct description *program, enum resource_kind kind, unsigned long low,
			unsigned long high);

bool name_list_has(const struct name_list *list, const char *name);

#endif
