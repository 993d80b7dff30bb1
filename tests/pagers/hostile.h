/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/pagers/hostile.h - what every pager has to stand: clients that do what they should not.
 */
#ifndef TESTS_PAGERS_HOSTILE_H
#define TESTS_PAGERS_HOSTILE_H

/* Of this pager; argument and size of a region that anybody may attach. The current case. */
void hostile_fault_outside(const char *pager, unsigned long argument, unsigned long size);
void hostile_fault_without_right(const char *pager, unsigned long argument, unsigned long size);
void hostile_lies(const char *pager, unsigned long argument, unsigned long size);
void hostile_strangers(const char *pager, unsigned long argument, unsigned long size);

/*
 * A client leaves, and stays alive with what it has mapped. Then so many others take regions of so many pages, all of
 * the pager's memory, and write to them. The first one must not see what they write, nor change it.
 */
void hostile_leaver(const char *pager, unsigned long argument, unsigned int takers, unsigned int pages);

/*
 * A crowd sends requests, good and bad, and faults, as fast as it can; meanwhile a client touches `pages` pages. Its
 * longest fault is at most `bound` instructions. Prints both, and the longest without a crowd.
 */
void hostile_flood(const char *pager, unsigned long argument, unsigned long size, unsigned long bound);

#endif
