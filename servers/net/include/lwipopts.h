/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwipopts.h - what of lwIP there is, and how much memory it has. lwip/opt.h in its sources explains each and has the
 * values of those that are not here.
 *
 * All memory is set aside when the server is built. The numbers make sure that SOCKETS sockets can be full in both
 * directions at the same time and what belongs to none still has its own, so that nobody's use is another one's want.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include "../capacity.h"

/* One thread calls it, and nothing interrupts. */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_TIMERS 1

/* What there is: IPv4 with DHCP and DNS, TCP, UDP, and raw sockets for ping; 127.0.0.1. */
#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_DHCP 1
#define LWIP_DNS 1
#define LWIP_RAW 1
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_STATS 0

/* TCP: the window is what a socket's ring holds. Who has not been accepted is counted, so that they have an end. */
#define TCP_MSS 1460
#define TCP_WND (RING_SIZE / TCP_MSS * TCP_MSS)
#define TCP_SND_BUF SEND_SIZE
#define TCP_SND_QUEUELEN 32
#define TCP_LISTEN_BACKLOG 1
#define LWIP_HOOK_FILENAME "hooks.h"
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, length, first, second, packet) stream_admit(pcb)
#define TCP_OOSEQ_MAX_PBUFS 8
#define TCP_SYNMAXRTX 4 /* 45 seconds until nobody is there */

/* Where a connection begins to count cannot be guessed. A port is free again although old connections linger there. */
#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port) random_number()
#define SO_REUSE 1

/* A connection that has been closed needs no socket any more, but for a while a control block. */
#define MEMP_NUM_TCP_PCB (SOCKETS + 16)
#define MEMP_NUM_TCP_PCB_LISTEN SOCKETS
#define MEMP_NUM_TCP_SEG (MEMP_NUM_TCP_PCB * TCP_SND_QUEUELEN)
#define MEMP_NUM_RAW_PCB SOCKETS
#define MEMP_NUM_UDP_PCB (SOCKETS + 1 + DNS_TABLE_SIZE)

/* Each program looks up one name at a time. */
#define DNS_TABLE_SIZE (PROGRAMS + 1)

/* Ours: the look at who is no more. */
#define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 1)

/* What is being sent: a socket's bytes with 128 for the headers of each segment; then ARP, ICMP, and 127.0.0.1. */
#define MEM_ALIGNMENT 8
#define MEM_SIZE (SOCKETS * (SEND_SIZE + TCP_MSS + TCP_SND_QUEUELEN * 128) + 256 * 1024)
#define LWIP_LOOPBACK_MAX_PBUFS 64

/* What has been received and not yet been looked at, or came out of order. */
#define PBUF_POOL_SIZE 128

#endif
