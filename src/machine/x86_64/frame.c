/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine/frame.h"

#include <capstone.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

/* A state of the stack; offsets are distances from the CFA, positive downwards. */
struct state {
	bool has_sp, has_bp; /* rbp is a frame pointer */
	int32_t sp, bp;	     /* CFA - rsp, CFA - rbp */
	int32_t saved_at[VMC_X86_RIP];
	uint32_t saved, changed;
};

/* A place in the code to go on from. */
struct way {
	uint32_t at;
	struct state state;
};

struct follow {
	const struct vmc_function_code *function;
	size_t size; /* of both parts: places are offsets into one behind the other */
	uint64_t pc;
	bool is_return;
	csh handle;
	cs_insn *insn;
	int32_t *seen; /* by offset: 0 never, else 1 + rsp's distance; -1 no known distance */
	VMC_VEC(struct way) ways;
	/* behind an ud2, which BUG() never leaves and WARN() does: if nothing else leads there */
	VMC_VEC(struct way) doubtful;
	bool conflict, found;
	struct state result;
};

/* Those of the callee-saved registers (System V ABI) and rsp. */
static const struct {
	x86_reg id;
	uint8_t number;
} registers[] = {
	{ X86_REG_RBX, VMC_X86_RBX }, { X86_REG_RBP, VMC_X86_RBP }, { X86_REG_RSP, VMC_X86_RSP },
	{ X86_REG_R12, VMC_X86_R12 }, { X86_REG_R13, VMC_X86_R13 }, { X86_REG_R14, VMC_X86_R14 },
	{ X86_REG_R15, VMC_X86_R15 },
};

/* -1 for a register that calls may change anyway. */
static int number_of(unsigned int id)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(registers); i++) {
		if ((unsigned int)registers[i].id == id)
			return registers[i].number;
	}
	return -1;
}

/* ---- what an instruction does to the frame ---- */

/* The register is somebody else's from here on; as for rbp and rsp, their distance is lost. */
static void clobber(struct state *s, int n)
{
	if (n == VMC_X86_RSP) {
		s->has_sp = false;
		return;
	}
	if (n == VMC_X86_RBP)
		s->has_bp = false;
	s->changed |= 1u << n;
}

/* Keeps the place of the first copy of the caller's value. */
static void save(struct state *s, int n, int32_t distance)
{
	if (n < 0 || n == VMC_X86_RSP || (s->changed | s->saved) >> n & 1)
		return;
	s->saved |= 1u << n;
	s->saved_at[n] = -distance;
}

/* A load of a register; from where its caller's value is, it is the caller's again. */
static void load(struct state *s, int n, bool has_distance, int32_t distance)
{
	if (n < 0)
		return;
	clobber(s, n);
	if (n != VMC_X86_RSP && has_distance && s->saved >> n & 1 && s->saved_at[n] == -distance) {
		s->saved &= ~(1u << n);
		s->changed &= ~(1u << n);
	}
}

static int operand(const cs_x86 *x, unsigned int i)
{
	return i < x->op_count && x->operands[i].type == X86_OP_REG ? number_of(x->operands[i].reg)
								    : -1;
}

/* The distance of a stack slot: disp(%rsp), disp(%rbp). */
static bool slot(const struct state *s, const cs_x86_op *op, int32_t *ret)
{
	int32_t disp = (int32_t)op->mem.disp;

	if (op->type != X86_OP_MEM || op->mem.index != X86_REG_INVALID ||
	    op->mem.segment != X86_REG_INVALID || op->mem.disp != disp)
		return false;
	if (op->mem.base == X86_REG_RSP && s->has_sp)
		return !__builtin_sub_overflow(s->sp, disp, ret);
	if (op->mem.base == X86_REG_RBP && s->has_bp)
		return !__builtin_sub_overflow(s->bp, disp, ret);
	return false;
}

/* rsp or rbp becomes CFA - distance. */
static void place(struct state *s, int n, bool known, int32_t distance)
{
	clobber(s, n);
	if (n == VMC_X86_RSP) {
		s->has_sp = known;
		s->sp = distance;
	} else if (n == VMC_X86_RBP) {
		s->has_bp = known;
		s->bp = distance;
	}
}

static bool is_wide_move(const cs_insn *in)
{
	return in->id == X86_INS_MOV && in->detail->x86.op_count == 2 &&
	       in->detail->x86.operands[0].size == 8;
}

/* mov, in Intel's order of operands. */
static void move(struct state *s, const cs_x86 *x)
{
	const cs_x86_op *to = &x->operands[0], *from = &x->operands[1];
	int n = operand(x, 0), other = operand(x, 1);
	int32_t distance = 0;

	if (to->type == X86_OP_MEM) {
		if (slot(s, to, &distance))
			save(s, other, distance);
	} else if (other == VMC_X86_RSP && n >= 0) {
		place(s, n, s->has_sp, s->sp);
	} else if (other == VMC_X86_RBP && n == VMC_X86_RSP) {
		place(s, n, s->has_bp, s->bp);
	} else {
		bool known = slot(s, from, &distance);

		load(s, n, known, distance);
	}
}

/* add and sub of a constant, lea, and: on rsp and rbp. False for what is none of them. */
static bool arithmetic(struct state *s, const cs_insn *in)
{
	const cs_x86 *x = &in->detail->x86;
	int n = operand(x, 0);
	int32_t distance = 0;
	bool known = false;

	if (x->op_count != 2 || (n != VMC_X86_RSP && n != VMC_X86_RBP))
		return false;
	if (in->id == X86_INS_LEA) {
		known = slot(s, &x->operands[1], &distance);
	} else if ((in->id == X86_INS_ADD || in->id == X86_INS_SUB) &&
		   x->operands[1].type == X86_OP_IMM) {
		int64_t by = x->operands[1].imm;
		int32_t old = n == VMC_X86_RSP ? s->sp : s->bp;

		known = (n == VMC_X86_RSP ? s->has_sp : s->has_bp) && by == (int32_t)by &&
			!(in->id == X86_INS_ADD
				  ? __builtin_sub_overflow(old, (int32_t)by, &distance)
				  : __builtin_add_overflow(old, (int32_t)by, &distance));
	} else if (in->id == X86_INS_CMP || in->id == X86_INS_TEST) {
		return true;
	}
	place(s, n, known, distance);
	return true;
}

static void grow(struct state *s, int32_t by)
{
	if (__builtin_add_overflow(s->sp, by, &s->sp))
		s->has_sp = false;
}

static void pop(struct state *s, int n)
{
	load(s, n, s->has_sp, s->sp);
	if (n != VMC_X86_RSP)
		grow(s, -8);
}

/* What else it writes. */
static void clobber_written(csh handle, const cs_insn *in, struct state *s)
{
	cs_regs read, written;
	uint8_t n_read = 0, n_written = 0;

	if (cs_regs_access(handle, in, read, &n_read, written, &n_written) != CS_ERR_OK)
		return;
	for (uint8_t i = 0; i < n_written; i++) {
		int n = number_of(written[i]);

		/* parts of a register count as all of it; of rsp only all of it is ever meant */
		for (size_t k = 0; n < 0 && k < VMC_ARRAY_SIZE(registers); k++) {
			const char *part = cs_reg_name(handle, written[i]);
			const char *whole = cs_reg_name(handle, registers[k].id);

			if (part && whole && registers[k].number != VMC_X86_RSP &&
			    strlen(part) > 1 && strncmp(part + (part[0] == 'e'), whole + 1, 2) == 0)
				n = registers[k].number;
		}
		if (n >= 0)
			clobber(s, n);
	}
}

static void execute(csh handle, const cs_insn *in, struct state *s)
{
	const cs_x86 *x = &in->detail->x86;

	switch (in->id) {
	case X86_INS_PUSH:
		grow(s, 8);
		if (s->has_sp)
			save(s, operand(x, 0), s->sp);
		break;
	case X86_INS_PUSHFQ:
		grow(s, 8);
		break;
	case X86_INS_POP:
		pop(s, operand(x, 0));
		break;
	case X86_INS_POPFQ:
		grow(s, -8);
		break;
	case X86_INS_LEAVE:
		s->has_sp = s->has_bp;
		s->sp = s->bp;
		pop(s, VMC_X86_RBP);
		break;
	case X86_INS_CALL:
		break;
	default:
		if (is_wide_move(in))
			move(s, x);
		else if (!arithmetic(s, in))
			clobber_written(handle, in, s);
	}
}

/* ---- the ways through the code ---- */

/* The place of an address; false for another function's. */
static bool place_of(const struct follow *f, uint64_t address, size_t *ret)
{
	const struct vmc_function_code *c = f->function;

	if (address - c->start < c->code.size)
		*ret = (size_t)(address - c->start);
	else if (address - c->cold_start < c->cold.size)
		*ret = c->code.size + (size_t)(address - c->cold_start);
	else
		return false;
	return true;
}

/* The bytes from a place to the end of its part, and their address. */
static struct vmc_bytes bytes_at(const struct follow *f, size_t at, uint64_t *ret_address)
{
	const struct vmc_function_code *c = f->function;
	bool hot = at < c->code.size;
	struct vmc_bytes part = hot ? c->code : c->cold;

	at -= hot ? 0 : c->code.size;
	*ret_address = (hot ? c->start : c->cold_start) + at;
	return (struct vmc_bytes){ part.data + at, part.size - at };
}

static bool push_way(struct follow *f, bool doubtful, uint64_t address, const struct state *s)
{
	struct way w = { .state = *s };
	size_t at;

	if (!place_of(f, address, &at))
		return true; /* a tail call */
	w.at = (uint32_t)at;
	return doubtful ? vmc_vec_push(&f->doubtful, w) : vmc_vec_push(&f->ways, w);
}

/* Where it goes on in this function besides the next instruction. *ret_on: there as well. */
static bool branch(struct follow *f, const struct state *s, bool *ret_on)
{
	const cs_insn *in = f->insn;
	const cs_x86 *x = &in->detail->x86;
	bool jumps = cs_insn_group(f->handle, in, CS_GRP_JUMP);

	*ret_on = true;
	if (in->id == X86_INS_UD2) {
		*ret_on = false;
		return push_way(f, true, in->address + in->size, s);
	}
	if (cs_insn_group(f->handle, in, CS_GRP_RET) || in->id == X86_INS_IRETQ ||
	    in->id == X86_INS_INT3)
		*ret_on = false;
	if (jumps && in->id == X86_INS_JMP)
		*ret_on = false;
	if (jumps && x->op_count == 1 && x->operands[0].type == X86_OP_IMM)
		return push_way(f, false, (uint64_t)x->operands[0].imm, s);
	return true;
}

/* True when the instruction is the one that was asked for. */
static bool is_wanted(const struct follow *f)
{
	const cs_insn *in = f->insn;

	if (f->is_return)
		return in->id == X86_INS_CALL && in->address + in->size == f->pc;
	return in->address == f->pc;
}

/* endbr64 is unknown to some versions of capstone; it does nothing here. */
static size_t endbr_size(struct vmc_bytes b)
{
	static const uint8_t endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };

	return b.size >= sizeof(endbr) && memcmp(b.data, endbr, sizeof(endbr)) == 0 ? sizeof(endbr)
										    : 0;
}

static void found(struct follow *f, const struct state *s)
{
	f->found = true;
	f->result = *s;
}

/* From one place on, until the way ends or was gone before. */
static bool follow_way(struct follow *f, struct way w)
{
	uint64_t address;
	size_t at = w.at;

	for (bool on = true; on && at < f->size;) {
		int32_t mark = w.state.has_sp && w.state.sp >= 0 ? w.state.sp + 1 : -1;
		struct vmc_bytes b = bytes_at(f, at, &address);
		size_t left = b.size, endbr = endbr_size(b);
		const uint8_t *p = b.data;

		if (f->seen[at]) {
			f->conflict |= f->seen[at] != mark;
			return true;
		}
		f->seen[at] = mark;
		if (endbr) {
			if (!f->is_return && address == f->pc)
				found(f, &w.state);
			at += endbr;
			continue;
		}
		if (!cs_disasm_iter(f->handle, &p, &left, &address, f->insn))
			return true;
		if (is_wanted(f))
			found(f, &w.state);
		execute(f->handle, f->insn, &w.state);
		if (!branch(f, &w.state, &on))
			return false;
		/* behind the last instruction of a part is nothing */
		on &= left != 0;
		at += f->insn->size;
	}
	return true;
}

static bool follow_all(struct follow *f)
{
	/* at the first instruction the return address is on top of the stack */
	struct state entry = { .has_sp = true, .sp = 8 };

	if (!push_way(f, false, f->function->start, &entry))
		return false;
	while (f->ways.len || f->doubtful.len) {
		bool sure = f->ways.len;
		struct way w =
			sure ? f->ways.data[--f->ways.len] : f->doubtful.data[--f->doubtful.len];

		/* a doubtful way adds what is not known yet, and contradicts nothing */
		if (!sure && f->seen[w.at])
			continue;
		if (!follow_way(f, w))
			return false;
	}
	return true;
}

static struct vmc_error *result(const struct follow *f, struct vmc_code_frame *ret)
{
	const struct state *s = &f->result;
	struct vmc_code_frame r = { .saved = s->saved, .changed = s->changed & ~s->saved };

	if (!f->found)
		return vmc_error_new(VMC_NOT_FOUND, "the code does not lead there");
	if (!s->has_sp && !s->has_bp)
		return vmc_error_new(VMC_NOT_FOUND, "the code moves the stack as it pleases");
	/* a frame pointer holds where the code only seems to know the stack pointer */
	r.base = s->has_bp ? VMC_X86_RBP : VMC_X86_RSP;
	r.offset = s->has_bp ? s->bp : s->sp;
	r.sure = s->has_bp || !f->conflict;
	for (unsigned int i = 0; i < VMC_X86_RIP; i++)
		r.saved_at[i] = s->saved_at[i];
	*ret = r;
	return NULL;
}

static struct vmc_error *open_decoder(struct follow *f)
{
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &f->handle) != CS_ERR_OK)
		return vmc_error_new(VMC_UNSUPPORTED, "the disassembler was built without x86");
	cs_option(f->handle, CS_OPT_DETAIL, CS_OPT_ON);
	f->insn = cs_malloc(f->handle);
	f->seen = calloc(f->size ? f->size : 1, sizeof(*f->seen));
	return f->insn && f->seen ? NULL : vmc_error_no_memory();
}

static void close_decoder(struct follow *f)
{
	if (f->insn)
		cs_free(f->insn, 1);
	if (f->handle)
		cs_close(&f->handle);
	free(f->seen);
	vmc_vec_free(&f->ways);
	vmc_vec_free(&f->doubtful);
}

struct vmc_error *vmc_x86_64_code_frame(const struct vmc_function_code *function, uint64_t pc,
					bool is_return, struct vmc_code_frame *ret)
{
	struct follow f = { .function = function,
			    .size = function->code.size + function->cold.size,
			    .pc = pc,
			    .is_return = is_return };
	struct vmc_error *err;

	if (function->code.size > VMC_FRAME_CODE_MAX || function->cold.size > VMC_FRAME_CODE_MAX)
		return vmc_error_new(VMC_LIMIT, "a function of %zu bytes", f.size);
	err = open_decoder(&f);
	if (!err && !follow_all(&f))
		err = vmc_error_no_memory();
	if (!err)
		err = result(&f, ret);
	close_decoder(&f);
	return err;
}

/* ---- calls ---- */

/* Size of a call through a register or memory (FF /2), by ModRM and what follows it. */
static size_t indirect_size(uint8_t modrm, uint8_t sib)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7;
	size_t size = 2 + (mod != 3 && rm == 4);

	if (mod == 1)
		return size + 1;
	if (mod == 2 || (mod == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5))))
		return size + 4;
	return size;
}

bool vmc_x86_64_call_before(struct vmc_bytes before, uint64_t to, uint64_t *ret_target)
{
	const uint8_t *end = before.data + before.size;

	if (before.size >= 5 && end[-5] == 0xe8) {
		*ret_target = to + (uint64_t)(int64_t)(int32_t)vmc_le32(end - 4);
		return true;
	}
	for (size_t size = 2; size <= VMC_CALL_SIZE_MAX && size <= before.size; size++) {
		const uint8_t *p = end - size;

		if (p[0] == 0xff && (p[1] & 0x38) == 0x10 &&
		    indirect_size(p[1], size > 2 ? p[2] : 0) == size) {
			*ret_target = 0;
			return true;
		}
	}
	return false;
}
