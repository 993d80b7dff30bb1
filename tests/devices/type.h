/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * type.h - typing by itself: the keyboard's controller takes a byte as if it came from the keyboard (Intel 8042, command
 * 0xd2).
 */
#ifndef DEVICES_TYPE_H
#define DEVICES_TYPE_H

#include <device/ports.h>
#include <l4/ipc.h>

static inline void type(unsigned char code)
{
	enum { DATA = 0x60, STATUS = 0x64, STATUS_BUSY = 1 << 1, STATUS_FULL = 1 << 0, AS_TYPED = 0xd2 };

	while (port_in8(STATUS) & (STATUS_BUSY | STATUS_FULL))
		L4_Sleep(L4_TimePeriod(1000));
	port_out8(STATUS, AS_TYPED);
	while (port_in8(STATUS) & STATUS_BUSY)
		;
	port_out8(DATA, code);
	L4_Sleep(L4_TimePeriod(2000));
}

#endif
