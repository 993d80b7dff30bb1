/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/input.c - collects what the loader told us (input.h).
 *
 * A table that is too small is an error with a sentence, never a silent cut: a module that is not
 * in the list would be overwritten.
 */
#include "input.h"
#include "console.h"
#include "machine.h"

/* Address range types of ACPI 6.4, table 15.2. */
enum { E820_RAM = 1, E820_ACPI = 3, E820_NVS = 4 };

const char *input_string(struct boot_input *input, const char *text, unsigned length)
{
	char *copy = input->strings + input->strings_used;
	if (length >= STRINGS_SIZE - input->strings_used)
		fail("the command lines are longer than %u bytes together: shorten them",
		     STRINGS_SIZE);
	memcpy(copy, text, length);
	copy[length] = 0;
	input->strings_used += length + 1;
	return copy;
}

void input_add_module(struct boot_input *input, phys_t start, boot_u64 size,
		      const char *command_line, unsigned length)
{
	if (input->module_count == MODULES_MAX)
		fail("there are more than %u boot modules: load fewer", MODULES_MAX);
	while (length > 0 && command_line[0] == ' ') {
		command_line++;
		length--;
	}
	unsigned name_length = 0;
	while (name_length < length && command_line[name_length] != ' ')
		name_length++;
	input->module[input->module_count++] = (struct boot_module){
		.start = size ? start : 0, /* loaders put an empty module anywhere */
		.size = size,
		.command_line = input_string(input, command_line, length),
		.name = input_string(input, command_line, name_length),
	};
}

void input_add_region(struct boot_input *input, phys_t address, boot_u64 size, unsigned e820_type)
{
	boot_u64 type = MEMORY_RESERVED;
	if (e820_type == E820_RAM)
		type = MEMORY_FREE;
	if (e820_type == E820_ACPI || e820_type == E820_NVS)
		type = MEMORY_ACPI;
	if (input->region_count == REGIONS_MAX)
		fail("the firmware's memory map has more than %u entries: "
		     "this boot component was not made for that",
		     REGIONS_MAX);
	input->region[input->region_count++] = (struct boot_region){ address, size, type };
}

void input_set_rsdp(struct boot_input *input, const void *rsdp, unsigned size)
{
	input->rsdp_size = size < RSDP_SIZE ? size : RSDP_SIZE;
	memcpy(input->rsdp, rsdp, input->rsdp_size);
}

/* ACPI 6.4, 5.2.5.3: signature, checksum over 20 bytes, revision (from 2 on there are 36). */
static bool rsdp_at(struct boot_input *input, phys_t address)
{
	const unsigned char *rsdp = at_phys(address);
	unsigned char sum = 0;
	if (memcmp(rsdp, "RSD PTR ", 8) != 0)
		return false;
	for (unsigned i = 0; i < 20; i++)
		sum += rsdp[i];
	if (sum != 0)
		return false;
	input_set_rsdp(input, rsdp, rsdp[15] < 2 ? 20 : RSDP_SIZE);
	return true;
}

static bool rsdp_search(struct boot_input *input, phys_t low, phys_t high)
{
	for (phys_t address = low; address < high; address += 16) {
		if (rsdp_at(input, address))
			return true;
	}
	return false;
}

void input_find_rsdp(struct boot_input *input)
{
	enum { BDA_EBDA_SEGMENT = 0x40e, BIOS_LOW = 0xe0000, BIOS_HIGH = 0x100000 };
	if (input->rsdp_size > 0 || input->is_uefi)
		return;
	phys_t ebda = (phys_t)*(volatile const unsigned short *)at_phys(BDA_EBDA_SEGMENT) << 4;
	if (ebda >= 0x80000 && rsdp_search(input, ebda, ebda + 1024))
		return;
	rsdp_search(input, BIOS_LOW, BIOS_HIGH);
}
