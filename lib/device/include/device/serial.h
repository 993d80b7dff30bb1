/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/serial.h - serial lines (servers/serial): what there is besides "write" and "read".
 *
 * Text goes out and characters come in by the requests of a console (lib/service/README.md), so with
 * root_console("serial"), or as messages of one's own. How characters come is a matter of the program that reads:
 *
 *   SERIAL_RAW    each as it comes, and nothing is echoed; "\n" goes out as "\r\n". Who has chosen nothing has this.
 *   SERIAL_LINE   lines, which are echoed while they are typed, and come when they are complete, with "\n" at their
 *                 end (a carriage return is one, too). Backspace and DEL take the last character away, Ctrl-U all.
 *                 Ctrl-D completes a line without "\n", and if nothing has been typed, the read is answered with
 *                 ROOT_NOT_FOUND: root_read() returns -1, the end. Of a line's SERIAL_LINE_MAX characters the last
 *                 is its end; what is typed beyond them is answered with a bell, as are other control characters.
 *   SERIAL_BYTES  each as it comes, and bytes go out as they are.
 *
 * Each request is an L4_Call, whose answer's label is an enum root_status. A driver that has been started anew has
 * forgotten what was chosen.
 */
#ifndef DEVICE_SERIAL_H
#define DEVICE_SERIAL_H

#include <l4/types.h>
#include <service/root.h>

#ifdef __cplusplus
extern "C" {
#endif

enum serial_request {
	SERIAL_MODE = 0x4b1,   /* enum serial_mode, from now on, for all threads of the caller's program */
	SERIAL_COUNTS = 0x4b2, /* the answer: struct serial_counts */
};

enum serial_mode { SERIAL_RAW, SERIAL_LINE, SERIAL_BYTES };

enum { SERIAL_LINE_MAX = 256 };

/* Since the driver was started. */
struct serial_counts {
	L4_Word_t received, sent; /* characters from and to the device */
	L4_Word_t lost;           /* received characters that nobody will get: see servers/serial/README.md */
	L4_Word_t damaged;        /* ... that came with a wrong parity or stop bit */
	L4_Word_t interrupts;
	L4_Word_t messages;       /* that the driver has got, interrupts among them */
};

/* ROOT_UNREACHABLE: the driver has ended; its name is to be looked up again. Both use message registers. */
enum root_status serial_mode(L4_ThreadId_t serial, enum serial_mode mode);
enum root_status serial_counts(L4_ThreadId_t serial, struct serial_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
