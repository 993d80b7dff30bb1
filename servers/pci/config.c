/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.c - the configuration space.
 */
#include "config.h"

#include <device/ports.h>

enum { ADDRESS = 0xcf8, DATA = 0xcfc };
enum { REGISTER_CAPABILITIES = 0x34, STATUS_HAS_CAPABILITIES = 1 << 20, CAPABILITIES_MAX = 48 };
enum { BAR_IS_IO = 1 << 0, BAR_TYPE = 3 << 1, BAR_IS_64 = 2 << 1, BAR_FLAGS = 0xf };

static void select(unsigned int device, unsigned int offset)
{
	port_out32(ADDRESS, 1U << 31 | device << 8 | offset);
}

unsigned int config_read(unsigned int device, unsigned int offset)
{
	select(device, offset);
	return port_in32(DATA);
}

void config_write(unsigned int device, unsigned int offset, unsigned int value)
{
	select(device, offset);
	port_out32(DATA, value);
}

void config_command(unsigned int device, unsigned int command)
{
	config_write(device, REGISTER_COMMAND, command);
}

unsigned int config_capability(unsigned int device, unsigned int id)
{
	unsigned int at;

	if (!(config_read(device, REGISTER_COMMAND) & STATUS_HAS_CAPABILITIES))
		return 0;
	at = config_read(device, REGISTER_CAPABILITIES) & 0xfc;
	for (unsigned int i = 0; at != 0 && i < CAPABILITIES_MAX; i++) {
		unsigned int capability = config_read(device, at);

		if ((capability & 0xff) == id)
			return at;
		at = capability >> 8 & 0xfc;
	}
	return 0;
}

/* Which bits of the register can be changed says how large it is. */
static unsigned int changeable(unsigned int device, unsigned int offset)
{
	unsigned int before = config_read(device, offset), mask;

	config_write(device, offset, ~0U);
	mask = config_read(device, offset);
	config_write(device, offset, before);
	return mask;
}

unsigned long config_bar(unsigned int device, unsigned int bar, unsigned long *physical)
{
	unsigned int offset = REGISTER_BAR + 4 * bar, low = config_read(device, offset);
	unsigned long mask;

	if (low & BAR_IS_IO)
		return 0;
	*physical = low & ~(unsigned int)BAR_FLAGS;
	mask = ~0xffffffffUL | (changeable(device, offset) & ~(unsigned int)BAR_FLAGS);
	if ((low & BAR_TYPE) == BAR_IS_64 && bar + 1 < BARS) {
		*physical |= (unsigned long)config_read(device, offset + 4) << 32;
		mask = (mask & 0xffffffff) | (unsigned long)changeable(device, offset + 4) << 32;
	}
	return *physical ? -mask : 0;
}
