; SPDX-License-Identifier: BSD-2-Clause
;
; init/small_calls.asm - the code behind the system-call entries in the kernel interface page of small spaces: copied
; there, to SMALL_KIP_LANDING; position independent. Registers as in abi/small.h.
;
%include "entry/offsets.inc"

bits 32
section .rodata

global small_calls, small_calls_end, small_call_ipc, small_int_door, small_int_door_end
small_calls:
	ret                                         ; where SYSENTER comes back to

	align 16, nop
small_call_ipc:
	mov ecx, esp
	sysenter

	align 16, nop
%macro ENTRY 2
global small_call_%1
small_call_%1:
	mov edx, %2 & 0xffffffff
	jmp short small_call_ipc
%endmacro

	ENTRY exchange_registers, CALL_EXCHANGE_REGISTERS
	ENTRY thread_control, CALL_THREAD_CONTROL
	ENTRY system_clock, CALL_SYSTEM_CLOCK
	ENTRY thread_switch, CALL_THREAD_SWITCH
	ENTRY schedule, CALL_SCHEDULE
	ENTRY unmap, CALL_UNMAP
	ENTRY space_control, CALL_SPACE_CONTROL
	ENTRY processor_control, CALL_PROCESSOR_CONTROL
	ENTRY memory_control, CALL_MEMORY_CONTROL
small_calls_end:

small_int_door:
	int SMALL_VECTOR
	ret
small_int_door_end:

section .note.GNU-stack noalloc noexec nowrite progbits
