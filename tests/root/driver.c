/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver.c - a driver's requests. Its description gives it COM2's ports, interrupt 3, the page of VGA text, and 64 KiB.
 */
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "roles.h"

#define AREA      ((char *)ROOT_AREA_LOW)
#define VGA_TEXT  0xb8000UL
#define VGA_SIZE  0x1000UL

static unsigned char port_in(unsigned short port)
{
	unsigned char value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void try_dma(void)
{
	unsigned long physical, size, other;
	volatile unsigned long *memory = (void *)(AREA + 0x10000);

	say("dma at an address that is taken: %s", status_name(root_dma_memory(AREA, &physical, &size)));
	say("dma: %s", status_name(root_dma_memory((void *)memory, &physical, &size)));
	say("%lu bytes, aligned %s, below 4 GiB %s, word %lu", size, physical % size == 0 ? "yes" : "no",
	    physical + size <= 1UL << 32 ? "yes" : "no", *memory);
	memory[size / sizeof(*memory) - 1] = 1;
	++*memory;
	say("dma again: %s", status_name(root_dma_memory((void *)memory, &other, &size)));
	if (other != physical)
		say("not the same");
}

int role_driver(void)
{
	volatile unsigned short *screen = (void *)AREA;
	unsigned long message;

	say("interrupt 3: %s, 4: %s", status_name(root_interrupt(3, L4_Myself(), &message)),
	    status_name(root_interrupt(4, L4_Myself(), &message)));
	if (root_ports(0x2f8, 0x2ff) != ROOT_OK)
		return 0;
	say("ports: %s, beyond them: %s", status_name(root_ports(0x2f8, 0x2ff)), status_name(root_ports(0x2f8, 0x300)));
	say("line status 0x%x", port_in(0x2fd));
	say("device memory: %s", status_name(root_device_memory(VGA_TEXT, VGA_SIZE, (void *)screen)));
	screen[1] = 0x0741;
	say("screen 0x%x", screen[1]);
	say("beyond it: %s", status_name(root_device_memory(VGA_TEXT, 2 * VGA_SIZE, AREA + 0x4000)));
	say("main memory: %s", status_name(root_device_memory(0x100000, VGA_SIZE, AREA + 0x4000)));
	try_dma();
	if (root_option("port", 0))
		port_in((unsigned short)root_option("port", 0));
	return 0;
}
