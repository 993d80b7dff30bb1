/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout.c - that the headers say the same as lib/abi, as far as it is the same for both word sizes.
 */
#include <abi/kdebug.h>
#include <abi/protocol.h>
#include <abi/syscall.h>
#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/kdebug.h>
#include <l4/kip.h>
#include <l4/pagefault.h>
#include <l4/sigma0.h>

#include "layout.h"

/* The debugger */
SAME(__L4_KDB_PRINT_CHAR, KDEBUG_PRINT_CHAR);
SAME(__L4_KDB_PRINT_STRING, KDEBUG_PRINT_STRING);
SAME(__L4_KDB_CLEAR_PAGE, KDEBUG_CLEAR_PAGE);
SAME(__L4_KDB_READ_CHAR, KDEBUG_READ_CHAR);
SAME(__L4_KDB_READ_CHAR_BLOCKED, KDEBUG_READ_CHAR_BLOCKED);
SAME(__L4_KDB_ENTER, KDEBUG_ENTER);

/* System calls */
SAME((int)__L4_IPC_FROM, (int)IPC_FROM);
SAME((int)__L4_IPC_OPEN_LOCAL, (int)IPC_OPEN_LOCAL);
SAME((int)__L4_CALL_KERNEL_INTERFACE, (int)CALL_KERNEL_INTERFACE);
SAME((int)__L4_CALL_EXCHANGE_REGISTERS, (int)CALL_EXCHANGE_REGISTERS);
SAME((int)__L4_CALL_THREAD_CONTROL, (int)CALL_THREAD_CONTROL);
SAME((int)__L4_CALL_SYSTEM_CLOCK, (int)CALL_SYSTEM_CLOCK);
SAME((int)__L4_CALL_THREAD_SWITCH, (int)CALL_THREAD_SWITCH);
SAME((int)__L4_CALL_SCHEDULE, (int)CALL_SCHEDULE);
SAME((int)__L4_CALL_UNMAP, (int)CALL_UNMAP);
SAME((int)__L4_CALL_SPACE_CONTROL, (int)CALL_SPACE_CONTROL);
SAME((int)__L4_CALL_PROCESSOR_CONTROL, (int)CALL_PROCESSOR_CONTROL);
SAME((int)__L4_CALL_MEMORY_CONTROL, (int)CALL_MEMORY_CONTROL);

/* Errors and labels */
SAME((int)L4_ErrNoPrivilege, (int)ERROR_NO_PRIVILEGE);
SAME((int)L4_ErrInvalidThread, (int)ERROR_INVALID_THREAD);
SAME((int)L4_ErrInvalidSpace, (int)ERROR_INVALID_SPACE);
SAME((int)L4_ErrInvalidScheduler, (int)ERROR_INVALID_SCHEDULER);
SAME((int)L4_ErrInvalidParam, (int)ERROR_INVALID_PARAMETER);
SAME((int)L4_ErrUtcbArea, (int)ERROR_UTCB_AREA);
SAME((int)L4_ErrKipArea, (int)ERROR_KIP_AREA);
SAME((int)L4_ErrNoMem, (int)ERROR_NO_MEMORY);
SAME((int)L4_ERROR_NO_MEM, (int)ERROR_NO_MEMORY);
SAME(__L4_LABEL_PAGEFAULT * 16, LABEL_PAGEFAULT);
SAME(__L4_LABEL_IOPAGEFAULT * 16, LABEL_IO_PAGEFAULT);
SAME(__L4_LABEL_SYSTEM_EXCEPTION * 16, LABEL_SYSTEM_EXCEPTION);
SAME(__L4_LABEL_ARCH_EXCEPTION * 16, LABEL_ARCH_EXCEPTION);
SAME((long)__L4_LABEL_SIGMA0, LABEL_SIGMA0);

/* Exception messages */
SAME((int)L4_EXC_RIP, (int)EXC_RIP);
SAME((int)L4_EXC_RFLAGS, (int)EXC_RFLAGS);
SAME((int)L4_EXC_TRAP, (int)EXC_TRAP);
SAME((int)L4_EXC_ERROR, (int)EXC_ERROR);
SAME((int)L4_EXC_CR2, (int)EXC_CR2);
SAME((int)L4_EXC_CS, (int)EXC_CS);
SAME((int)L4_EXC_SS, (int)EXC_SS);
SAME((int)L4_EXC_FS_BASE, (int)EXC_FS_BASE);
SAME((int)L4_EXC_GS_BASE, (int)EXC_GS_BASE);
SAME((int)L4_EXC_RDI, (int)EXC_RDI);
SAME((int)L4_EXC_RSI, (int)EXC_RSI);
SAME((int)L4_EXC_RBP, (int)EXC_RBP);
SAME((int)L4_EXC_RSP, (int)EXC_RSP);
SAME((int)L4_EXC_RBX, (int)EXC_RBX);
SAME((int)L4_EXC_RDX, (int)EXC_RDX);
SAME((int)L4_EXC_RCX, (int)EXC_RCX);
SAME((int)L4_EXC_RAX, (int)EXC_RAX);
SAME((int)L4_EXC_R8, (int)EXC_R8);
SAME((int)L4_EXC_R11, (int)EXC_R11);
SAME((int)L4_EXC_R15, (int)EXC_R15);
SAME((int)L4_EXC_WORDS, (int)EXC_WORDS);
SAME((int)L4_EXC_TRAP_SYSCALL, (int)EXC_TRAP_SYSCALL);
SAME((int)L4_EXC_TRAP_FORCED, (int)EXC_TRAP_FORCED);

void check_times(void);

void check_times(void)
{
	L4_Time_t t = L4_TimePeriod(1000);

	CHECK(t.period.m == 1000 && t.period.e == 0 && t.period.a == 0);
	t = L4_TimePeriod(1024);
	CHECK(t.period.m == 512 && t.period.e == 1);
	CHECK(L4_TimePeriod(1000000).raw == (10 << 10 | 976));
	CHECK(L4_Never.raw == 0 && L4_ZeroTime.raw == 1 << 10 && L4_TimePeriod(0).raw == 1 << 10);
	CHECK(L4_TimePeriod(1ULL << 41).raw == 0 && L4_TimePeriod((1ULL << 41) - 1).raw == 0x7fff);
	CHECK(L4_Timeouts(L4_ZeroTime, L4_TimePeriod(1000)) == (1UL << 26 | 1000));
	t.raw = 1 << 15 | 9 << 11 | 1 << 10 | 77;
	CHECK(t.point.m == 77 && t.point.c == 1 && t.point.e == 9 && t.point.a == 1);
	CHECK(L4_IsTimeLonger(L4_Never, L4_TimePeriod(5)));
	CHECK(L4_TimeAddUsec(L4_TimePeriod(5), 7).raw == 12);
	CHECK(L4_TimeSubUsec(L4_TimePeriod(5), 7).raw == L4_ZeroTime.raw);
}

