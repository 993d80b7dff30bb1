; SPDX-License-Identifier: BSD-2-Clause
;
; init/start.asm - the first instructions, entered by the boot component as abi/boot.h says.
;
extern kernel_start, kernel_go_on

section .text

; In: rdi = physical address of struct boot_handoff, mapped 1:1.
global kernel_entry
kernel_entry:
	lea rsp, [rel boot_stack_top]
	xor ebp, ebp
	mov rax, cr3                ; the tables of the boot component show memory 1:1 ...
	mov rcx, [rax]
	mov [rax + 256 * 8], rcx    ; ... and now where the direct map will be, too
	cld
	call kernel_start

; Leave the boot stack for the CPU's own. In: rdi = its top.
global switch_stack
switch_stack:
	mov rsp, rdi
	xor ebp, ebp
	call kernel_go_on

section .bss
	alignb 16
	resb 8192
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
