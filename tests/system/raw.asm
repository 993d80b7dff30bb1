; SPDX-License-Identifier: BSD-2-Clause
;
; tests/system/raw.asm - system calls and traps with every register under control.
;
; MOV changes no flag, and addresses relative to RIP need no register: so all sixteen registers and RFLAGS can be loaded
; before, and stored behind, an instruction under test.

bits 64
default rel

struc registers
.rax:    resq 1
.rbx:    resq 1
.rcx:    resq 1
.rdx:    resq 1
.rsi:    resq 1
.rdi:    resq 1
.rbp:    resq 1
.rsp:    resq 1
.r8:     resq 1
.r9:     resq 1
.r10:    resq 1
.r11:    resq 1
.r12:    resq 1
.r13:    resq 1
.r14:    resq 1
.r15:    resq 1
.rflags: resq 1
endstruc

; Load all but RSP, RDI and RFLAGS from [rdi].
%macro load_from_rdi 0
	mov rax, [rdi + registers.rax]
	mov rbx, [rdi + registers.rbx]
	mov rcx, [rdi + registers.rcx]
	mov rdx, [rdi + registers.rdx]
	mov rsi, [rdi + registers.rsi]
	mov rbp, [rdi + registers.rbp]
	mov r8, [rdi + registers.r8]
	mov r9, [rdi + registers.r9]
	mov r10, [rdi + registers.r10]
	mov r11, [rdi + registers.r11]
	mov r12, [rdi + registers.r12]
	mov r13, [rdi + registers.r13]
	mov r14, [rdi + registers.r14]
	mov r15, [rdi + registers.r15]
%endmacro

; Store all but RSP, RDI and RFLAGS to [rdi].
%macro store_to_rdi 0
	mov [rdi + registers.rax], rax
	mov [rdi + registers.rbx], rbx
	mov [rdi + registers.rcx], rcx
	mov [rdi + registers.rdx], rdx
	mov [rdi + registers.rsi], rsi
	mov [rdi + registers.rbp], rbp
	mov [rdi + registers.r8], r8
	mov [rdi + registers.r9], r9
	mov [rdi + registers.r10], r10
	mov [rdi + registers.r11], r11
	mov [rdi + registers.r12], r12
	mov [rdi + registers.r13], r13
	mov [rdi + registers.r14], r14
	mov [rdi + registers.r15], r15
%endmacro

%macro save_callee_registers 0
	push rbx
	push rbp
	push r12
	push r13
	push r14
	push r15
%endmacro

; Back to C: its registers, the direction flag clear, no alignment checks.
%macro return_to_c 0
	push qword 0x202
	popfq
	pop r15
	pop r14
	pop r13
	pop r12
	pop rbp
	pop rbx
	ret
%endmacro

section .text

; in: rdi = struct registers *, kept on the stack over the call
global raw_syscall, raw_syscall_behind
raw_syscall:
	save_callee_registers
	push rdi
	push qword [rdi + registers.rflags]
	mov [rdi + registers.rsp], rsp
	load_from_rdi
	mov rdi, [rdi + registers.rdi]
	popfq
	syscall
raw_syscall_behind:
	xchg rdi, [rsp]          ; rdi = struct, [rsp] = what the call left in RDI
	store_to_rdi
	pushfq
	sub [rdi + registers.rsp], rsp ; the flags are where they were before: 0 if RSP survived
	pop qword [rdi + registers.rflags]
	pop qword [rdi + registers.rdi]
	return_to_c

; in: rdi = struct registers *, kept in memory over the call, since RSP is the caller's choice
global raw_syscall_rsp, raw_syscall_rsp_behind
raw_syscall_rsp:
	save_callee_registers
	mov [raw_struct], rdi
	mov [raw_stack], rsp
	push qword [rdi + registers.rflags]
	load_from_rdi
	popfq
	mov rsp, [rdi + registers.rsp]
	mov rdi, [rdi + registers.rdi]
	syscall
raw_syscall_rsp_behind:
	mov [raw_rdi], rdi
	mov rdi, [raw_struct]
	mov [rdi + registers.rsp], rsp
	mov rsp, [raw_stack]
	pushfq
	pop qword [rdi + registers.rflags]
	store_to_rdi
	mov rax, [raw_rdi]
	mov [rdi + registers.rdi], rax
	return_to_c

; %1 = name, %2... = the instruction under test. Every register comes from round_in and goes to round_out.
%macro round_trip 2+
global round_trip_%1, round_%1_at, round_%1_behind
round_trip_%1:
	save_callee_registers
	mov [raw_stack], rsp
	lea rdi, [round_in]
	push qword [rdi + registers.rflags]
	load_from_rdi
	popfq
	mov rsp, [rdi + registers.rsp]
	mov rdi, [rdi + registers.rdi]
round_%1_at:
	%2
round_%1_behind:
	mov [round_out + registers.rdi], rdi
	mov [round_out + registers.rsp], rsp
	mov rsp, [raw_stack]
	lea rdi, [round_out]
	pushfq
	pop qword [rdi + registers.rflags]
	store_to_rdi
	return_to_c
%endmacro

round_trip spin, jmp $
round_trip read, mov rbx, [rbx]
round_trip ud2, ud2
round_trip int3, int3
round_trip int80, int 0x80
round_trip syscall, syscall
round_trip out, out dx, al
round_trip write, mov [rbx], r15
round_trip push, push r15

; `int` with every number, eight bytes each, then the report
extern trapper_survived
global int_table
	align 8
int_table:
%assign n 0
%rep 256
	int n
	align 8
%assign n n + 1
%endrep
	jmp trapper_survived

; in: the stack holds the function and its argument
extern thread_main
global thread_entry
thread_entry:
	xor ebp, ebp             ; backtraces end here
	pop rdi                  ; rdi = function
	pop rsi                  ; rsi = its argument
	call thread_main
	ud2

section .data
global round_in, round_out
raw_struct: dq 0
raw_stack: dq 0
raw_rdi: dq 0
align 16
round_in: times registers_size db 0
align 16
round_out: times registers_size db 0
section .note.GNU-stack noalloc noexec nowrite progbits
