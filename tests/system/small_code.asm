; SPDX-License-Identifier: BSD-2-Clause
;
; tests/system/small_code.asm - what runs in the small spaces of small*.c: does what a page of data says, then traps.
;
; The page at DATA has registers and a UTCB to begin with, the page at THING the instructions to do; at small_back
; everything is stored again, and `ud2` tells the worker. Page aligned; runs at SMALL_CODE of small.h.
;
bits 32
section .small progbits alloc exec nowrite align=4096

DATA equ 0x20000
THING equ 0x21000
STACK equ 0x23000
BEFORE equ DATA
BEHIND equ DATA + 0x40
UTCB_IN equ DATA + 0x400
UTCB_OUT equ DATA + 0x800
UTCB_WORDS equ 160
MY_LOCAL_ID equ 0x100

PAGER equ 0x110
EXCEPTION_HANDLER equ 0x114

global small_code, small_do, small_back, small_end
small_code:
	mov eax, [gs:PAGER]
	mov [gs:EXCEPTION_HANDLER], eax
	jmp small_back
small_do:
	mov ax, ds                                  ; a thing may have changed it
	mov es, ax
	cld
	mov esi, UTCB_IN
	mov edi, [gs:MY_LOCAL_ID]
	mov ecx, UTCB_WORDS
	rep movsd
	mov esp, STACK
	push dword [BEFORE + 32]
	popfd
	mov eax, [BEFORE]
	mov ebx, [BEFORE + 4]
	mov ecx, [BEFORE + 8]
	mov edx, [BEFORE + 12]
	mov esi, [BEFORE + 16]
	mov edi, [BEFORE + 20]
	mov ebp, [BEFORE + 24]
	mov esp, [BEFORE + 28]
	jmp [DATA + 0x100]
small_back:
	mov [BEHIND], eax
	mov [BEHIND + 4], ebx
	mov [BEHIND + 8], ecx
	mov [BEHIND + 12], edx
	mov [BEHIND + 16], esi
	mov [BEHIND + 20], edi
	mov [BEHIND + 24], ebp
	mov [BEHIND + 28], esp
	mov esp, STACK
	pushfd
	pop dword [BEHIND + 32]
	cld
	mov ax, ds
	mov es, ax
	mov edi, UTCB_OUT
	mov ecx, UTCB_WORDS
	mov esi, [gs:MY_LOCAL_ID]
	rep movsd
small_end:
	ud2
	jmp small_do

section .note.GNU-stack noalloc noexec nowrite progbits
