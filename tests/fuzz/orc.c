/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ORC: the input is a table of 10 bytes an entry, addresses first. Tells its version, then
 * searches by every version. A rule that comes out keeps what orc.h promises.
 */
#include <string.h>

#include "base/bytes.h"
#include "debug/unwind/orc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AT 0xffffffff82000000u

static struct vmc_error *read_input(void *ctx, uint64_t addr, void *buf, size_t size)
{
	const struct vmc_bytes *b = ctx;

	if (!vmc_range_ok(addr - AT, size, b->size))
		return vmc_error_new(VMC_UNMAPPED, "outside");
	memcpy(buf, b->data + (addr - AT), size);
	return NULL;
}

static void check_rule(const struct vmc_orc_rule *r)
{
	static const struct vmc_orc_rule nothing = { 0 };
	bool known = r->type == VMC_ORC_CALL || r->type == VMC_ORC_REGS ||
		     r->type == VMC_ORC_REGS_PARTIAL;
	bool bp_ok = r->bp_base == VMC_ORC_BASE_UNDEFINED || r->bp_base == VMC_ORC_BASE_PREV_SP ||
		     r->bp_base == VMC_ORC_BASE_BP;

	if (known ? r->cfa_base == VMC_ORC_BASE_UNDEFINED || r->cfa_base == VMC_ORC_BASE_PREV_SP ||
			    !bp_ok
		  : r->cfa_base != nothing.cfa_base || r->cfa_offset || r->bp_offset)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmc_bytes b = { data, size };
	struct vmc_reader mem = { read_input, &b };
	uint64_t n = size / (VMC_ORC_IP_SIZE + VMC_ORC_ENTRY_SIZE);
	struct vmc_orc_table table = { AT, AT + n * VMC_ORC_IP_SIZE, n };
	int version = 0;

	vmc_error_free(vmc_orc_version(&mem, &table, &version));
	if (version < 0 || version > 4)
		__builtin_trap();
	for (version = 1; version <= 4; version++) {
		for (uint64_t i = 0; i < n && i < 64; i++) {
			uint64_t ip = table.ip + i * 4 +
				      (uint64_t)(int64_t)(int32_t)vmc_le32(data + i * 4);
			struct vmc_orc_rule rule;
			struct vmc_error *err = vmc_orc_find(&mem, &table, version, ip, &rule);

			vmc_error_free(err);
			if (!err)
				check_rule(&rule);
		}
	}
	return 0;
}
