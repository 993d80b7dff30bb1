/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/rtc.h - the time of day, from the clock that runs on a battery.
 *
 * Each request is an L4_Call without words to the driver (servers/rtc). The answer has the label 0 and one word: the
 * seconds since 1970-01-01 00:00, as the clock is set.
 */
#ifndef DEVICE_RTC_H
#define DEVICE_RTC_H

#include <stdbool.h>

#include <l4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rtc_request {
	RTC_TIME = 0x421,
	RTC_NEXT_SECOND = 0x422, /* answered when the next second begins, or when another thread of this program asks */
};

/* False: the driver has ended; its name is to be looked up again (root_lookup_wait()). Message registers are used. */
bool rtc_time(L4_ThreadId_t rtc, unsigned long *seconds);
bool rtc_next_second(L4_ThreadId_t rtc, unsigned long *seconds);

#ifdef __cplusplus
}
#endif
#endif
