; SPDX-License-Identifier: BSD-2-Clause
;
; entry/entry.asm - the doors into the kernel and the one way out.
;
; In:  a user's registers are stored into its thread control block, the stack becomes the CPU's, and C is called
;      with that TCB.
; Out: C does not return, but goes to leave_to with the thread that runs next, whose address space, segment bases and
;      TSS.rsp0 are in place (entry/leave.h); its registers are loaded from its TCB.
;
; The system-call door is copied once per CPU, followed at a constant distance by that CPU's data:
; `[rel cpu_page + X]` is this CPU's X. So it uses no SWAPGS, and it reaches the rest of the kernel by
; absolute addresses only.
; An interrupt needs no such copy: the processor has pushed its frame into the running TCB, and that names the CPU.
;
default rel
%include "entry/offsets.inc"

extern trap_enter, interrupt_enter, syscall_enter, path_switch_fpu, idle_interrupted, trap_in_kernel, leave
extern small_trap_enter, small_syscall_enter, small_no_syscall, large_sysenter

; Call C, on this CPU's stack, which a backtrace ends with. It does not return: it ends in leave_to.
%macro CALL_C 1
	xor ebp, ebp
	call %1
	ud2                                         ; a backtrace names this place
%endmacro

section .cpu_text progbits alloc exec nowrite align=4096

; The system-call door. In: RCX = user RIP, R11 = user RFLAGS, everything else the user's. Out: never returns here.
global syscall_entry
syscall_entry:
	mov [cpu_page + CPU_USER_RFLAGS], r11       ; for a call that turns out to be an exception
	mov r11, [cpu_page + CPU_RSP0]              ; r11 = the running thread, slot + TCB_CURRENT
%define ENTERED(field) r11 - TCB_CURRENT + field
%macro STORE_32 0                                   ; those that 32-bit programs have, but for ECX
	mov [ENTERED(TCB_rax)], rax
	mov [ENTERED(TCB_rdx)], rdx
	mov [ENTERED(TCB_rdi)], rdi
	mov [ENTERED(TCB_rsi)], rsi
	mov [ENTERED(TCB_rbx)], rbx
	mov [ENTERED(TCB_rbp)], rbp
%endmacro
	mov [ENTERED(TCB_RIP)], rcx
	mov [ENTERED(TCB_RSP)], rsp
	STORE_32
	mov [ENTERED(TCB_r8)], r8
	mov [ENTERED(TCB_r9)], r9
	mov [ENTERED(TCB_r10)], r10
	mov [ENTERED(TCB_r12)], r12
	mov [ENTERED(TCB_r13)], r13
	mov [ENTERED(TCB_r14)], r14
	mov [ENTERED(TCB_r15)], r15
	mov qword [ENTERED(TCB_VECTOR)], VECTOR_SYSCALL ; RCX, R11 and the flags: core/fault.c:fault_complete_frame
%macro ENTER_C 1                                    ; %1(the running thread)
	lea rsp, [cpu_page + CPU_DATA_TO_STACK]
	lea rdi, [r11 - TCB_CURRENT]
	mov rax, %1
	CALL_C rax
%endmacro
	ENTER_C syscall_enter

; The door of small spaces (abi/small.h). In: rsp = this CPU's stack, ecx = the user's ESP, general registers the
; user's; of the flags IF is 0, all others the user's. R8 to R15 are nobody's. A large thread can come this way, too,
; and has then lost its RIP and RSP.
global sysenter_entry
sysenter_entry:
	push 2                                      ; AC would switch SMAP off, NT make IRETQ fault
	popfq
	mov r11, [cpu_page + CPU_RSP0]
	test dword [ENTERED(TCB_SLOW)], SLOW_SMALL
	jz .large
	mov [ENTERED(TCB_RSP)], rcx
	mov [ENTERED(TCB_rcx)], rcx
	STORE_32
	ENTER_C small_syscall_enter
.large:
	ENTER_C large_sysenter

; `syscall` in 32-bit code, on processors that have it there. In: as at syscall_entry.
global compatibility_syscall_entry
compatibility_syscall_entry:
	mov [cpu_page + CPU_USER_RFLAGS], r11
	mov r11, [cpu_page + CPU_RSP0]
	mov [ENTERED(TCB_RIP)], rcx
	mov [ENTERED(TCB_RSP)], rsp
	mov [ENTERED(TCB_rcx)], rcx
	STORE_32
	ENTER_C small_no_syscall

%include "entry/path.asm"

; The path's guards leave through here: with the call word again, if they have overwritten it, and a reason to count.
%macro MISS 1-2
%if %0 == 2
	mov rdx, [cpu_page + CPU_WORD_%2]
%endif
	inc qword [cpu_page + CPU_MISSES + 8 * PATH_MISS_%1]
	jmp syscall_entry
%endmacro
; CHECK_PARTNER said no: is the partner of a small space? Was it nothing but the borrow? Or nothing but the FPU?
%macro MISS_CHECK 1
	cmp edx, SLOW_SMALL                         ; nothing but that it is small?
	je to_small_of_%1
	cmp edx, -1
	je miss_floor_of_%1
	mov edx, [r11 - TCB_CURRENT + TCB_SLOW]
	xor edx, [cpu_page + CPU_SLOW]
	test edx, ~SLOW_FPU
	mov rdx, [cpu_page + CPU_WORD_%1]
	jz switch_fpu
	MISS HAZARD
%endmacro
; The floor is above the partner.
%macro MISS_FLOOR 1
	cmp dword [cpu_page + CPU_FLOOR], CPU_FLOOR_CLOSED
	jne miss_priority_of_%1
	MISS SENDER, %1
%endmacro
miss_call_word:                  MISS CALL_WORD ; first: path_entry ends here
miss_tag:                        MISS TAG
miss_partner:                    MISS PARTNER
miss_partner_of_reply_wait:      MISS PARTNER, REPLY_WAIT
miss_partner_of_from:            MISS PARTNER, FROM
miss_pending_of_reply_wait:      MISS PENDING, REPLY_WAIT
miss_pending_of_from:            MISS PENDING, FROM
miss_of_call:                    MISS_CHECK CALL
miss_of_reply_wait:              MISS_CHECK REPLY_WAIT
miss_of_from:                    MISS_CHECK FROM
to_small_of_FROM:                MISS HAZARD, FROM
miss_floor_of_CALL:              MISS_FLOOR CALL
miss_floor_of_REPLY_WAIT:        MISS_FLOOR REPLY_WAIT
miss_floor_of_FROM:              MISS_FLOOR FROM
miss_priority_of_CALL:           MISS PRIORITY, CALL
miss_priority_of_REPLY_WAIT:     MISS PRIORITY, REPLY_WAIT
miss_priority_of_FROM:           MISS PRIORITY, FROM

%include "entry/small_path.asm"

; The FPU is not as the partner has it: make it so, and try again. In: all that the path was given, but for r11.
switch_fpu:
	inc qword [cpu_page + CPU_MISSES + 8 * PATH_MISS_FPU]
	mov r11, rsp
	lea rsp, [cpu_page + CPU_DATA_TO_STACK]
	push r11                                    ; what C may change
	push rax
	push rcx
	push rdx
	push rsi
	push rdi
	push r8
	push r9
	push r10
	rorx rdi, rdi, 22
	or rdi, TCB_SLOTS
	sub rdi, TCB_CURRENT                        ; rdi = the partner; rsi and rdx as the user passed them
	mov rax, path_switch_fpu
	call rax
	pop r10
	pop r9
	pop r8
	pop rdi
	pop rsi
	pop rdx
	pop rcx
	pop rax
	pop rsp
	jmp path_entry

section .cpu_data progbits alloc noexec write align=4096
; Stands for the CPU's data page in the copied code above; holds nothing.
cpu_page:
	times 4096 db 0

section .text

; One stub a vector: completes the frame to {vector, error, rip, cs, rflags, rsp, ss}.
%macro STUB 1
%if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17 || %1 == 21 || %1 == 29 || %1 == 30
%else
	push 0                                      ; no error code
%endif
	push %1
%if %1 == VECTOR_NMI || %1 == VECTOR_DB || %1 == VECTOR_MC || %1 == VECTOR_DF
	jmp near trap_on_own_stack
%else
	jmp near trap_common
%endif
	times vector_stubs + (%1 + 1) * VECTOR_STUB_SIZE - $ nop
%endmacro

	align 64
global vector_stubs
vector_stubs:
%assign i 0
%rep 256
	STUB i
%assign i i + 1
%endrep

; Store the general registers where struct tcb has them, below the frame. In: rsp -> vector, which is slot + TCB_VECTOR
; when it came from user mode.
%define BELOW(field) rsp - TCB_VECTOR + field
%macro STORE_ALL_BUT_RAX 0
	mov [BELOW(TCB_rcx)], rcx
	mov [BELOW(TCB_rdx)], rdx
	mov [BELOW(TCB_rbx)], rbx
	mov [BELOW(TCB_rbp)], rbp
	mov [BELOW(TCB_rsi)], rsi
	mov [BELOW(TCB_rdi)], rdi
	mov [BELOW(TCB_r8)], r8
	mov [BELOW(TCB_r9)], r9
	mov [BELOW(TCB_r10)], r10
	mov [BELOW(TCB_r11)], r11
	mov [BELOW(TCB_r12)], r12
	mov [BELOW(TCB_r13)], r13
	mov [BELOW(TCB_r14)], r14
	mov [BELOW(TCB_r15)], r15
	push 2                                      ; gates leave AC and DF as the user set them;
	                                            ; AC would switch SMAP off
	popfq
%endmacro

; An exception or interrupt.
trap_common:
	mov [BELOW(TCB_rax)], rax
trap_rax_stored:
	STORE_ALL_BUT_RAX
	lea rdi, [rsp - TCB_VECTOR]                 ; rdi = the thread, or what looks like one on a kernel stack
	test byte [rdi + TCB_CS], 2                 ; ring 3?
	jz .not_from_large
	mov rax, [rdi + TCB_CPU]                    ; rax = this CPU's data
	lea rsp, [rax + CPU_DATA_TO_STACK]
	cmp dword [rdi + TCB_VECTOR], VECTOR_EXCEPTIONS
	jae .interrupt
	CALL_C trap_enter
.interrupt:
	CALL_C interrupt_enter

.not_from_large:
	test byte [rdi + TCB_CS], 1
	jz .from_kernel
.from_small:
	mov rax, [rdi + TCB_CPU]
	lea rsp, [rax + CPU_DATA_TO_STACK]
	CALL_C small_trap_enter

.from_kernel:
	; Only the idle loop and the window run kernel code with interrupts on. Nothing of them is worth keeping.
	mov rax, [rdi + TCB_RIP]
	cmp rax, idle_end
	je .idle
	cmp rax, idle_end - 1                       ; the HLT itself: an NMI used up what STI holds back
	je .idle
	cmp rax, window_end
	je .idle
	cmp rax, window_end - 1                     ; the NOP, likewise
	je .idle
	test dword [rdi + TCB_RFLAGS], RFLAGS_VM    ; no processor lets ring 1 get there by IRET, but QEMU 7.2 does
	jnz .from_small
	jmp trap_bug
.idle:
	mov edi, [rdi + TCB_VECTOR]
	lea rsp, [rbx + CPU_DATA_TO_STACK]          ; rbx = this CPU's data, see idle_loop
	mov rsi, rbx
	CALL_C idle_interrupted

; In: rdi = what looks like a thread, with the registers at the time of the fault; rsp -> its vector.
trap_bug:
	mov rsp, rdi                                ; keep the registers that were stored below the frame
	and rsp, -16
	call trap_in_kernel

; NMI, #DB, #MC, #DF have stacks of their own: they can come at the first instruction of the system-call door, with
; the user's stack pointer, or while TSS.rsp0 already names the next thread. In: rsp -> vector.
trap_on_own_stack:
	cmp dword [rsp], VECTOR_DF
	je .fatal
	cmp dword [rsp], VECTOR_MC
	je .fatal
	test byte [rsp + TCB_CS - TCB_VECTOR], 3
	jz .ignored                                 ; a breakpoint at a door, an NMI: nobody has asked for either
	cmp dword [rsp], VECTOR_DB
	jne .ignored

	; A user's #DB is an ordinary exception: its frame moves into the TCB.
	push rax
	push rcx
	mov rax, rsp
	and rax, -CPU_AREA_SIZE                     ; rax = this CPU's area
	mov rax, [rax + CPU_DATA + CPU_RSP0]
	sub rax, TCB_CURRENT                        ; rax = the running thread
%assign offset 0
%rep 7                                              ; vector, error, rip, cs, rflags, rsp, ss
	mov rcx, [rsp + 16 + offset]
	mov [rax + TCB_VECTOR + offset], rcx
%assign offset offset + 8
%endrep
	pop rcx
	pop qword [rax + TCB_rax]
	lea rsp, [rax + TCB_VECTOR]
	jmp trap_rax_stored

.ignored:
	add rsp, 16                                 ; vector, error
	iretq

.fatal:
	mov [BELOW(TCB_rax)], rax
	STORE_ALL_BUT_RAX
	lea rdi, [rsp - TCB_VECTOR]
	jmp trap_bug

; Run this thread. In: rdi = a thread that is current already (entry/leave.h).
global leave_to
leave_to:
	mov rax, [rdi + TCB_rax]
	mov rdx, [rdi + TCB_rdx]
	mov rbx, [rdi + TCB_rbx]
	mov rbp, [rdi + TCB_rbp]
	mov rsi, [rdi + TCB_rsi]
	mov r8, [rdi + TCB_r8]
	mov r9, [rdi + TCB_r9]
	mov r10, [rdi + TCB_r10]
	mov r12, [rdi + TCB_r12]
	mov r13, [rdi + TCB_r13]
	mov r14, [rdi + TCB_r14]
	mov r15, [rdi + TCB_r15]
	cmp dword [rdi + TCB_VECTOR], VECTOR_SYSCALL
	jne .interrupted
	mov rcx, [rdi + TCB_RIP]                    ; canonical: C checks every RIP that it stores
	mov r11d, USER_RFLAGS
	mov rsp, [rdi + TCB_RSP]
	mov rdi, [rdi + TCB_rdi]
	o64 sysret
.interrupted:
	mov rcx, [rdi + TCB_rcx]
	mov r11, [rdi + TCB_r11]
	lea rsp, [rdi + TCB_RIP]                    ; rsp -> rip, cs, rflags, rsp, ss
	mov rdi, [rdi + TCB_rdi]
	iretq

; leave(rdi), and nothing of what is on the stack will be needed.
global leave_anew
leave_anew:
	mov rax, [rdi + TCB_CPU]
	lea rsp, [rax + CPU_DATA_TO_STACK]
	CALL_C leave

; Wait for an interrupt. In: rdi = this CPU's data. rbx keeps it for trap_common.
global idle_loop
idle_loop:
	mov rbx, rdi
	lea rsp, [rbx + CPU_DATA_TO_STACK]
	xor ebp, ebp                                ; a backtrace ends here
	sti                                         ; takes effect after the next instruction
	hlt
idle_end:
	jmp $                                       ; not reached: the interrupt leaves by leave_to

; Let pending interrupts in. In: rdi = this CPU's data. rbx keeps it for trap_common.
global interrupt_window
interrupt_window:
	push rbx
	mov rbx, rdi
	sti
	nop                                         ; the interrupt comes after this one
window_end:
	cli
	pop rbx
	ret

section .note.GNU-stack noalloc noexec nowrite progbits
