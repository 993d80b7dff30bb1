; SPDX-License-Identifier: BSD-2-Clause
;
; init/kip_calls.asm - the code behind the system-call entries of the kernel interface page: copied there,
; position independent.
; Registers as in abi/syscall.h; RDX is set here, but for IPC, whose caller says there what it wants.
;
%include "entry/offsets.inc"

section .rodata

global kip_calls, kip_calls_end
kip_calls:

%macro ENTRY 2
global kip_call_%1
kip_call_%1:
	mov rdx, %2
	syscall
	ret
%endmacro

global kip_call_ipc, kip_call_lipc
kip_call_ipc:
kip_call_lipc:
	syscall
	ret

	ENTRY exchange_registers, CALL_EXCHANGE_REGISTERS
	ENTRY thread_control, CALL_THREAD_CONTROL
	ENTRY system_clock, CALL_SYSTEM_CLOCK
	ENTRY thread_switch, CALL_THREAD_SWITCH
	ENTRY schedule, CALL_SCHEDULE
	ENTRY unmap, CALL_UNMAP
	ENTRY space_control, CALL_SPACE_CONTROL
	ENTRY processor_control, CALL_PROCESSOR_CONTROL
	ENTRY memory_control, CALL_MEMORY_CONTROL
kip_calls_end:

section .note.GNU-stack noalloc noexec nowrite progbits
