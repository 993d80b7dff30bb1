/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci.c - the configuration space of bus 0, by its two ports (PCI 2.1, 3.7.4.1).
 */
#include "pci.h"

#include <stdbool.h>

#include <device/ports.h>

enum { CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc, DEVICES = 32, FUNCTIONS = 8 };
enum { REGISTER_COMMAND = 0x04, REGISTER_CLASS = 0x08, REGISTER_BAR4 = 0x20 };
enum { CLASS_IDE = 0x0101, COMMAND_IO = 1 << 0, COMMAND_MASTER = 1 << 2, BAR_IS_IO = 1 << 0 };

static void select(unsigned int device, unsigned int function, unsigned int where)
{
	port_out32(CONFIG_ADDRESS, 1U << 31 | device << 11 | function << 8 | where);
}

static unsigned int config_read(unsigned int device, unsigned int function, unsigned int where)
{
	select(device, function, where);
	return port_in32(CONFIG_DATA);
}

static void config_write(unsigned int device, unsigned int function, unsigned int where, unsigned int value)
{
	select(device, function, where);
	port_out32(CONFIG_DATA, value);
}

static unsigned int bus_master_of(unsigned int device, unsigned int function)
{
	unsigned int bar = config_read(device, function, REGISTER_BAR4);
	unsigned int command = config_read(device, function, REGISTER_COMMAND) & 0xffff;

	if (config_read(device, function, REGISTER_CLASS) >> 16 != CLASS_IDE || !(bar & BAR_IS_IO))
		return 0;
	config_write(device, function, REGISTER_COMMAND, command | COMMAND_IO | COMMAND_MASTER);
	return bar & 0xfff0;
}

unsigned int pci_bus_master(void)
{
	for (unsigned int device = 0; device < DEVICES; device++)
		for (unsigned int function = 0; function < FUNCTIONS; function++) {
			unsigned int base = bus_master_of(device, function);

			if (base)
				return base;
		}
	return 0;
}
