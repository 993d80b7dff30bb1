/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/ports.h - instructions for I/O ports. The first use of a port is a fault that the root task answers.
 */
#ifndef DEVICE_PORTS_H
#define DEVICE_PORTS_H

static inline unsigned char port_in8(unsigned int port)
{
	unsigned char value;

	__asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline unsigned short port_in16(unsigned int port)
{
	unsigned short value;

	__asm__ volatile("inw %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline unsigned int port_in32(unsigned int port)
{
	unsigned int value;

	__asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void port_out8(unsigned int port, unsigned char value)
{
	__asm__ volatile("outb %0, %w1" : : "a"(value), "Nd"(port));
}

static inline void port_out16(unsigned int port, unsigned short value)
{
	__asm__ volatile("outw %0, %w1" : : "a"(value), "Nd"(port));
}

static inline void port_out32(unsigned int port, unsigned int value)
{
	__asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port));
}

#endif
