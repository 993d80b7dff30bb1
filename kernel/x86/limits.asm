; SPDX-License-Identifier: BSD-2-Clause
;
; x86/limits.asm - one access beyond a segment's limit, in 32-bit code of ring 0 (init/limits.c).
;
default rel
bits 64
section .text

; bool limits_try(const void *code, word_t code_selector, word_t data_selector). The code ends in an exception:
; limits_checked or limits_not_checked is its handler, on a stack of its own.
global limits_try, limits_checked, limits_not_checked
limits_try:
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
	mov [stack], rsp
	mov ds, edx
	push rsi
	push rdi
	retfq
limits_checked:
	mov eax, 1
	jmp limits_back
limits_not_checked:
	xor eax, eax
limits_back:
	mov rsp, [stack]
	xor ecx, ecx
	mov ds, ecx
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret

section .bss
	alignb 8
stack:	resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
