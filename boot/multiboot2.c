/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/multiboot2.c - reads what a multiboot2 loader (GRUB) left: a list of tags.
 *
 * Layouts and numbers are those of the Multiboot2 specification, version 2.0, section 3.6. The list
 * is believed as far as its own sizes; a tag that is longer than the list is an error.
 */
#include "console.h"
#include "input.h"
#include "machine.h"

enum multiboot2_tag_type {
	TAG_END = 0,
	TAG_LOADER_NAME = 2,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_EFI32 = 11,
	TAG_EFI64 = 12,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

struct multiboot2_tag {
	uint32_t type;
	uint32_t size; /* without the padding to eight bytes */
};

struct multiboot2_module {
	struct multiboot2_tag tag;
	uint32_t start;
	uint32_t end;
	char command_line[];
};

struct multiboot2_memory {
	struct multiboot2_tag tag;
	uint32_t entry_size;
	uint32_t entry_version;
	char entries[];
};

struct multiboot2_memory_entry {
	uint64_t address;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

struct multiboot2_framebuffer {
	struct multiboot2_tag tag;
	uint64_t address;
	uint32_t pitch;
	uint32_t width;
	uint32_t height;
	uint8_t bits; /* of a pixel */
	uint8_t type; /* 1: with colours as follows */
	uint16_t reserved;
	uint8_t red, red_bits, green, green_bits, blue, blue_bits; /* their lowest bits in a pixel, and how many */
} __attribute__((packed));

static void module_read(struct boot_input *input, const struct multiboot2_module *module)
{
	unsigned room = module->tag.size - sizeof(*module);
	unsigned length = 0;
	while (length < room && module->command_line[length] != 0)
		length++;
	input_add_module(input, module->start, module->end - module->start, module->command_line,
			 length);
}

static void memory_read(struct boot_input *input, const struct multiboot2_memory *memory)
{
	const char *end = (const char *)memory + memory->tag.size;
	struct multiboot2_memory_entry entry;
	if (memory->entry_size < sizeof(entry))
		fail("the loader's memory map has entries of %u bytes: use GRUB 2",
		     memory->entry_size);
	for (const char *from = memory->entries; (size_t)(end - from) >= memory->entry_size;
	     from += memory->entry_size) {
		memcpy(&entry, from, sizeof(entry));
		input_add_region(input, entry.address, entry.size, entry.type);
	}
}

/* Of another form than what <abi/bootinfo.h> says: as if there were none. */
static void framebuffer_read(struct boot_input *input, const struct multiboot2_framebuffer *from)
{
	if (from->tag.size < sizeof(*from) || from->type != 1 || from->bits != 32 || from->red != 16 || from->green != 8 ||
	    from->blue != 0)
		return;
	input->framebuffer = (struct boot_framebuffer){
		.address = from->address,
		.pitch = from->pitch,
		.width = from->width,
		.height = from->height,
	};
}

static void tag_read(struct boot_input *input, const struct multiboot2_tag *tag)
{
	const char *content = (const char *)(tag + 1);
	unsigned size = tag->size - sizeof(*tag);
	switch (tag->type) {
	case TAG_LOADER_NAME:
		input->loader = input_string(input, content, size > 0 ? size - 1 : 0);
		break;
	case TAG_MODULE:
		module_read(input, (const struct multiboot2_module *)tag);
		break;
	case TAG_MEMORY_MAP:
		memory_read(input, (const struct multiboot2_memory *)tag);
		break;
	case TAG_FRAMEBUFFER:
		framebuffer_read(input, (const struct multiboot2_framebuffer *)tag);
		break;
	case TAG_EFI32:
	case TAG_EFI64:
		input->is_uefi = true;
		break;
	case TAG_ACPI_OLD:
		/* The newer one says more: keep it if it came first. */
		if (input->rsdp_size == 0)
			input_set_rsdp(input, content, size);
		break;
	case TAG_ACPI_NEW:
		input_set_rsdp(input, content, size);
		break;
	default:
		break;
	}
}

void multiboot2_collect(struct boot_input *input, phys_t info)
{
	const char *list = at_phys(info);
	uint32_t size = *(const uint32_t *)list;
	input->loader = "multiboot2 loader";
	for (uint32_t at = 8; at + sizeof(struct multiboot2_tag) <= size;) {
		const struct multiboot2_tag *tag = (const struct multiboot2_tag *)(list + at);
		if (tag->type == TAG_END)
			return;
		if (tag->size < sizeof(*tag) || tag->size > size - at)
			break;
		tag_read(input, tag);
		at += (tag->size + 7) & ~7U;
	}
	fail("the loader's multiboot2 information at 0x%x is broken: use GRUB 2", (unsigned)info);
}
