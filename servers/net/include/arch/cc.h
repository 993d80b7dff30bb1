/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/cc.h - what lwIP asks of a compiler and a system; musl has the rest.
 */
#ifndef ARCH_CC_H
#define ARCH_CC_H

unsigned int random_number(void);

#define LWIP_RAND() random_number()

#endif
