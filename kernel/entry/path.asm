; SPDX-License-Identifier: BSD-2-Clause
;
; entry/path.asm - the path of a message: what every instruction is for is in kernel/doc/life-of-an-ipc.md.
;
; For an IPC whose partner waits for it, without typed items and without a timeout afterwards. Guards come first; behind
; "committed", the switch. A guard that fails counts why (enum path_miss) and goes to C with all that C reads.
; In:  rax tag  rdi to  rsi from  rdx call word  rcx user RIP  rbx rbp r9 r10 r12 r13 r14 MR1-7; r8 r15 are untouched
; r11: the partner; rdx: the sender; both slot + TCB_CURRENT, for displacements of one byte. A thread number becomes an
; address by OR. `wait` says in one word whom the partner waits for; its own id means anybody.
; `priority` with `slow` above it, less the CPU's `floor` with its number above that, has an upper half of 0 only if the
; partner is this CPU's, without hazards, and nobody better is ready: a borrow makes that half odd, and `slow` is even.

%define DEST(field) r11 - TCB_CURRENT + TCB_ %+ field
%define SELF(field) rdx - TCB_CURRENT + TCB_ %+ field
%define CPU(field) cpu_page + CPU_ %+ field

%macro CHECK_PARTNER 1                              ; may this CPU switch to the partner? Else: %1. Loses rdx
	mov rdx, [DEST(PRIORITY)]
	sub rdx, [CPU(FLOOR)]
	shr rdx, 32
	jnz %1
%endmacro

%macro RESUME 0                                     ; go on as the partner
	mov rdx, [DEST(UTCB)]
	wrgsbase rdx
	mov rdx, [DEST(FS_BASE)]
	wrfsbase rdx
	mov rcx, [DEST(RIP)]                        ; canonical: C checks every RIP that it stores
	mov rsp, [DEST(RSP)]
	mov r11d, USER_RFLAGS
	o64 sysret
%endmacro

%macro COPY_WORDS 1                                 ; a long message: its words in the UTCB. Loses rcx rsi rdi
%ifidn %1, long
	mov rsi, [SELF(UTCB_MAP)]
	mov rdi, [DEST(UTCB_MAP)]
	add rsi, 8 * (MESSAGE_IN_REGISTERS + 1)
	add rdi, 8 * (MESSAGE_IN_REGISTERS + 1)
	mov ecx, eax
	and ecx, TAG_WORDS
	sub ecx, MESSAGE_IN_REGISTERS
	rep movsq
	xor edi, edi                                ; no user sees a kernel address
%endif
%endmacro

%macro SWITCH 2                                     ; %1 short or long message; %2 named: rsi is the sender
	mov [SELF(RIP)], rcx
	mov [SELF(RSP)], rsp
	mov [CPU(RSP0)], r11                        ; the partner is current: interrupts are pushed into its slot
	mov qword [DEST(WAIT)], NOT_WAITING
	COPY_WORDS %1
	mov rcx, [DEST(CR3)]
	cmp rcx, [CPU(LOADED_CR3)]
	je same_space
	mov [CPU(LOADED_CR3)], rcx
	mov cr3, rcx
%ifnidn %1-%2, short-named
	mov rsi, [SELF(OWN_ID)]
%endif
	RESUME
%endmacro

%macro CALL 1                                       ; the answer comes from whom the message goes to
	cmp [DEST(WAIT)], rdi                       ; does it wait for anybody?
	jne %%closed
%%waits:CHECK_PARTNER miss_of_call
	mov rdx, [CPU(RSP0)]
	mov [SELF(WAIT)], rdi                       ; committed
	SWITCH %1, unnamed
%%closed:                                           ; does it wait for me?
	cmp [DEST(ID)], rdi
	jne miss_partner
	mov rsi, [CPU(RSP0)]
	mov rsi, [rsi - TCB_CURRENT + TCB_OWN_ID]
	cmp [DEST(WAIT)], rsi
	je %%waits
	jmp miss_partner
%endmacro

%macro REPLY_WAIT 1                                 ; the next message comes from anybody
	CHECK_PARTNER miss_of_reply_wait
	cmp [DEST(ID)], rdi
	jne miss_partner_of_reply_wait
	mov rdx, [CPU(RSP0)]
	mov rsi, [SELF(OPEN)]                       ; my id; 0: somebody is queued already, whom C lets in first
	cmp rsi, [DEST(WAIT)]                       ; does it wait for me?
	jne %%open
%%waits:mov [SELF(WAIT)], rsi                       ; committed
	SWITCH %1, named
%%open:	test rsi, rsi                               ; does it wait for anybody?
	jz miss_pending_of_reply_wait
	cmp [DEST(WAIT)], rdi
	je %%waits
	jmp miss_partner_of_reply_wait
%endmacro

%macro FROM 1                                       ; the next message comes from rsi, or there is no receive phase
	cmp [DEST(ID)], rdi
	jne nobody
	mov rdx, [CPU(RSP0)]
	mov rdx, [SELF(OWN_ID)]
	cmp [DEST(WAIT)], rdx
	je %%waits
	cmp [DEST(WAIT)], rdi
	jne miss_partner_of_from
%%waits:CHECK_PARTNER miss_of_from
	mov rdx, [CPU(RSP0)]
	mov [SELF(RIP)], rcx                        ; of no meaning before it waits
	test rsi, rsi
	jz %%send
	cmp rsi, [SELF(OWN_ID)]                     ; as `wait`, that would mean anybody
	je miss_pending_of_from
	cmp qword [SELF(OPEN)], 0
	je miss_pending_of_from
	cmp rsi, NOT_WAITING                        ; anythread, by name: no thread has that id, but nobody's slot has
	je miss_partner_of_from
	rorx rcx, rsi, 22
	or rcx, TCB_SLOTS
	cmp [rcx - TCB_CURRENT + TCB_ID], rsi       ; does that thread exist?
	mov rcx, [SELF(RIP)]
	jne miss_partner_of_from
	mov [SELF(WAIT)], rsi                       ; committed
	SWITCH %1, unnamed
%%send:	mov esi, [DEST(PRIORITY)]                   ; a better partner would run now: C's business
	cmp esi, [SELF(PRIORITY)]
	mov esi, 0
	ja miss_priority_of_FROM
	COPY_WORDS %1                               ; committed
	jmp made_ready
%endmacro

nobody:	mov r11, rdi
	or r11, rsi
	jnz miss_partner
	cmp dword [CPU(FLOOR)], CPU_FLOOR_CLOSED    ; its calls may all be exceptions
	jne sent                                    ; neither to nor from anybody: the shortest system call
	jmp miss_partner

made_ready:                                         ; both go on, the partner later, as C would have it
	mov rsi, [SELF(OWN_ID)]
	mov rcx, [DEST(CR3)]
	cmp rcx, [SELF(CR3)]
	cmove rsi, [SELF(UTCB)]                     ; the name of the sender in its own space
%macro STORE 1-*
%rep %0
	mov [DEST(%1)], %1
%rotate 1
%endrep
%endmacro
	STORE rax, rsi, rbx, rbp, r9, r10, r12, r13, r14
	mov qword [DEST(WAIT)], NOT_WAITING
	mov qword [DEST(VECTOR)], VECTOR_SYSCALL
	mov eax, [DEST(PRIORITY)]
	and eax, ~3                                 ; nobody better is ready
	mov [CPU(READY_FLOOR)], eax
	mov [CPU(FLOOR)], eax
	shr eax, 2
	bts qword [CPU(READY_USED)], rax
	shl eax, RING_SIZE_LOG2
	add rax, [CPU(READY)]
	lea rcx, [DEST(READY_LINK)]
	mov r11, [rax + RING_PREV]
	mov [rcx + RING_NEXT], rax
	mov [rcx + RING_PREV], r11
	mov [r11 + RING_NEXT], rcx
	mov [rax + RING_PREV], rcx
	mov rcx, [SELF(RIP)]
	xor edx, edx                                ; no user sees a kernel address
sent:	xor eax, eax                                ; the tag of a message that was sent
	mov r11d, USER_RFLAGS
	o64 sysret

same_space:                                         ; no other page table, and the partner sees the sender's local id
	mov rsi, [SELF(UTCB)]
	RESUME

%macro KIND 1                                       ; a kind of call word. The slot is found whatever the user passed
	cmp rdx, [CPU(WORD_%1)]
	jne %%other
	rorx r11, rdi, 22
	or r11, TCB_SLOTS
	test eax, TAG_NOT_LABEL & ~MESSAGE_IN_REGISTERS
	jnz %%long
	%1 short
%%long:	test eax, TAG_NOT_LABEL & ~TAG_WORDS        ; typed items, propagation
	jnz miss_tag
	%1 long
%%other:
%endmacro

	align 64
global path_entry
path_entry:
	KIND CALL
	KIND REPLY_WAIT
	KIND FROM
	; none of these: on to miss_call_word, with every register as it came, r11 too
