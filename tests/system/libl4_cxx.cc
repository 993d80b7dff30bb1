/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/libl4_cxx.cc - the C++ overloads of l4/thread.h, to be called from libl4.c; and objects, whose compiled code
 * refers to functions of the C++ library that lib/crt has.
 */
#include <l4/thread.h>

static L4_ThreadId_t id(L4_Word_t raw)
{
	L4_ThreadId_t t;

	t.raw = raw;
	return t;
}

namespace {

struct base {
	virtual ~base() {}
	virtual L4_Word_t value() const = 0;
};

struct one : base {
	L4_Word_t value() const { return 1; }
};

struct constructed : base {
	constructed() : number(41) {}
	L4_Word_t value() const { return number; }
	L4_Word_t number;
};

one first;
constructed second;
base *volatile objects[] = { &first, &second };

}

extern "C" {

L4_Word_t cxx_objects(void)
{
	return objects[0]->value() + objects[1]->value();
}

L4_Word_t cxx_global_id(L4_Word_t t)
{
	return L4_GlobalId(id(t)).raw;
}

L4_Word_t cxx_local_id(L4_Word_t t)
{
	return L4_LocalId(id(t)).raw;
}

L4_Word_t cxx_handle(L4_Word_t t)
{
	return L4_UserDefinedHandle(id(t));
}

void cxx_set_handle(L4_Word_t t, L4_Word_t handle)
{
	L4_Set_UserDefinedHandle(id(t), handle);
}

L4_Word_t cxx_pager(L4_Word_t t)
{
	return L4_Pager(id(t)).raw;
}

void cxx_set_pager(L4_Word_t t, L4_Word_t pager)
{
	L4_Set_Pager(id(t), id(pager));
}

void cxx_start(L4_Word_t t)
{
	L4_Start(id(t));
}

void cxx_start_sp_ip(L4_Word_t t, L4_Word_t sp, L4_Word_t ip)
{
	L4_Start(id(t), sp, ip);
}

void cxx_start_sp_ip_flags(L4_Word_t t, L4_Word_t sp, L4_Word_t ip, L4_Word_t flags)
{
	L4_Start(id(t), sp, ip, flags);
}

L4_Word_t cxx_stop(unsigned which, L4_Word_t t, L4_Word_t *sp, L4_Word_t *ip, L4_Word_t *flags)
{
	switch (which) {
	case 0:
		return L4_Stop(id(t), sp, ip, flags).raw;
	case 1:
		return L4_AbortReceive_and_stop(id(t), sp, ip, flags).raw;
	case 2:
		return L4_AbortSend_and_stop(id(t), sp, ip, flags).raw;
	default:
		return L4_AbortIpc_and_stop(id(t), sp, ip, flags).raw;
	}
}

}
