/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.c - the framebuffer that GRUB has had the firmware set, on any card.
 */
#include "pixels.h"

#include <abi/bootinfo.h>
#include <l4io.h>
#include <service/root.h>

enum { PAGE = 4096 };

bool loader_begin(struct pixels *pixels)
{
	const struct boot_framebuffer *framebuffer = (const struct boot_framebuffer *)ROOT_AREA_HIGH;
	unsigned long size, first, end, offset;
	unsigned int file;

	if (root_file(BOOT_FRAMEBUFFER, &file, &size) != ROOT_OK || size < sizeof(*framebuffer) ||
	    root_file_page(file, 0, (void *)ROOT_AREA_HIGH) != ROOT_OK) {
		printf("display: there is neither text, nor a card that it knows, nor a framebuffer of the loader's\n");
		return false;
	}
	offset = framebuffer->address % PAGE;
	first = framebuffer->address - offset;
	end = first + ((offset + (unsigned long)framebuffer->pitch * framebuffer->height + PAGE - 1) & -(unsigned long)PAGE);
	if (root_device_memory(first, end - first, (void *)ROOT_AREA_LOW) != ROOT_OK) {
		printf("display: its description lacks the framebuffer: device 0x%lx-0x%lx\n", first, end - 1);
		return false;
	}
	*pixels = (struct pixels){
		.at = (volatile unsigned int *)(ROOT_AREA_LOW + offset),
		.pitch = framebuffer->pitch / 4,
		.width = framebuffer->width < PIXELS_WIDTH_MAX ? framebuffer->width : PIXELS_WIDTH_MAX,
		.height = framebuffer->height < PIXELS_HEIGHT_MAX ? framebuffer->height : PIXELS_HEIGHT_MAX,
	};
	return pixels->width >= PIXELS_WIDTH_MIN && pixels->height >= PIXELS_HEIGHT_MIN;
}
