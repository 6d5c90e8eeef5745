/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instruction at which the kernel stood, and those around it. */
#include "render/json-parts.h"

static struct json_object *hex(const uint8_t *bytes, size_t n)
{
	char text[2 * VMC_INSN_BYTES + 1] = "";

	for (size_t i = 0; i < n && i < VMC_INSN_BYTES; i++) {
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	return json_object_new_string(text);
}

static struct json_object *instructions(const struct vmc_report_code *c)
{
	const struct vmc_listing *l = &c->listing;
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < l->n; i++) {
		const struct vmc_insn *insn = &l->insns[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "offset",
			     vmc_json_int(true, (int64_t)insn->offset - (int64_t)c->bytes.mark));
		vmc_json_set(o, "bytes", hex(c->bytes.bytes + insn->offset, insn->size));
		vmc_json_set(o, "text", vmc_json_text(insn->text));
		vmc_json_set(o, "faulting", json_object_new_boolean(i == l->faulting));
		vmc_json_set(o, "guessed", json_object_new_boolean(i < l->faulting && l->guessed));
		json_object_array_add(a, o);
	}
	return a;
}

struct json_object *vmc_json_code(const struct vmc_report *r)
{
	const struct vmc_report_code *c = &r->code;
	struct json_object *o;

	if (!c->known)
		return NULL;
	o = json_object_new_object();
	vmc_json_set(o, "from", json_object_new_string(c->text ? "log" : "memory"));
	vmc_json_set(o, "text", vmc_json_text(c->text));
	vmc_json_set(o, "line", vmc_json_int(c->line, c->line));
	vmc_json_set(o, "instructions", instructions(c));
	vmc_json_set(o, "operand", vmc_json_address(c->has_operand, c->operand));
	vmc_json_set(o, "sentence", vmc_json_text(c->sentence));
	return o;
}
