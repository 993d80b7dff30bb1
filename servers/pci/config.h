/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config.h - the configuration space of a PCI device, by the two ports (PCI Local Bus 3.0, 3.2.2.3 and 6).
 *
 * A device is bus << 8 | device << 3 | function; offsets are in bytes.
 */
#ifndef PCI_CONFIG_H
#define PCI_CONFIG_H

enum { DEVICES_END = 1 << 16, CONFIG_SIZE = 256, BARS = 6 };
enum { REGISTER_ID = 0x00, REGISTER_COMMAND = 0x04, REGISTER_CLASS = 0x08, REGISTER_HEADER = 0x0c };
enum { REGISTER_BAR = 0x10 };
enum { COMMAND_IO = 1 << 0, COMMAND_MEMORY = 1 << 1, COMMAND_MASTER = 1 << 2 };
enum { CAPABILITY_MSI = 0x05, CAPABILITY_MSIX = 0x11 };

unsigned int config_read(unsigned int device, unsigned int offset);
void config_write(unsigned int device, unsigned int offset, unsigned int value);

/* Where this capability begins; 0: there is none. */
unsigned int config_capability(unsigned int device, unsigned int id);

/* The memory behind a base address register, in bytes; 0: there is none. The device must not be in use. */
unsigned long config_bar(unsigned int device, unsigned int bar, unsigned long *physical);

/* Which functions may answer: sets the command register, whose status half is left alone. */
void config_command(unsigned int device, unsigned int command);

#endif
