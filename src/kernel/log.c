/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel/printk/printk_ringbuffer.c (5.10 on):
 *
 *   desc_ring: 2^count_bits descriptors and as many printk_info, both indexed
 *   by id modulo their number; ids run from tail_id to head_id.
 *   state_var: 2 bits state (1 committed, 2 finalized) | 62 bits id
 *   text_data_ring: 2^size_bits bytes; a block is { unsigned long id; text }
 *   and does not wrap: where it would, it starts at offset 0 instead.
 *
 * kernel/printk.c before 5.10: records { u64 ts; u16 len, text_len, dict_len;
 * u8 facility; u8 flags:5, level:3; [u32 caller_id] } text dict; len 0 = go on at
 * offset 0. Before 3.5: plain characters with <level> in front of each line.
 */
#include "kernel/log.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "target/field.h"

#define RECORDS_MAX (1u << 20)
#define RING_BITS_MAX 30u
#define CHARACTERS_MAX (64u << 20)
#define DESC_STATE_SHIFT 62
#define DESC_ID_MASK (((uint64_t)1 << DESC_STATE_SHIFT) - 1)
enum { DESC_COMMITTED = 1, DESC_FINALIZED = 2 };

void vmc_log_deinit(struct vmc_log *l)
{
	vmc_vec_free(&l->records);
	vmc_arena_deinit(&l->arena);
	vmc_error_free(l->problem);
	*l = (struct vmc_log){ 0 };
}

static void lose(struct vmc_log *l, struct vmc_error *err)
{
	l->lost++;
	if (l->problem)
		vmc_error_free(err);
	else
		l->problem = err;
}

/* ---- printk_ringbuffer ---- */

struct ring {
	struct vmc_target *t;
	uint64_t count_mask, descs, infos, desc_size, info_size;
	uint64_t data, data_size;
	unsigned int size_bits;
	uint64_t tail, head;
	uint64_t text_left; /* blocks do not overlap: no more text than the ring has room for */
	bool has_caller;
};

static struct vmc_error *open_ring(struct vmc_target *t, struct ring *r)
{
	vmc_autoobj struct vmc_obj prb = vmc_obj_symbol(t, "prb");
	vmc_autoobj struct vmc_obj desc = vmc_obj(t, vmc_get_addr(&prb, VMC_F_prb_desc_ring));
	vmc_autoobj struct vmc_obj text = vmc_obj(t, vmc_get_addr(&prb, VMC_F_prb_text_ring));
	uint64_t bits;

	r->t = t;
	VMC_TRY(vmc_obj_error(&prb, "printk_ringbuffer"));
	bits = vmc_get(&desc, VMC_F_prb_count_bits);
	r->descs = vmc_get(&desc, VMC_F_prb_descs);
	r->infos = vmc_get(&desc, VMC_F_prb_infos);
	r->head = vmc_get(&desc, VMC_F_prb_head_id) & DESC_ID_MASK;
	r->tail = vmc_get(&desc, VMC_F_prb_tail_id) & DESC_ID_MASK;
	r->size_bits = (unsigned int)vmc_get(&text, VMC_F_prb_size_bits);
	r->data = vmc_get(&text, VMC_F_prb_data);
	VMC_TRY(vmc_obj_error(&desc, "prb_desc_ring"));
	VMC_TRY(vmc_obj_error(&text, "prb_data_ring"));
	if (!vmc_field_size(t, VMC_F_prb_desc_size, &r->desc_size) ||
	    !vmc_field_size(t, VMC_F_printk_info_size, &r->info_size))
		return vmc_error_new(VMC_NOT_FOUND,
				     "sizes of prb_desc and printk_info are not known");
	if (bits > RING_BITS_MAX || r->size_bits > RING_BITS_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "ring of 2^%" PRIu64 " records, 2^%u bytes",
				     bits, r->size_bits);
	r->count_mask = ((uint64_t)1 << bits) - 1;
	r->data_size = r->text_left = (uint64_t)1 << r->size_bits;
	return NULL;
}

/* Where the text of a block lies in the ring and how much room it has; size 0: no text. */
static struct vmc_error *text_block(const struct ring *r, uint64_t begin, uint64_t next,
				    uint64_t *offset, uint64_t *size)
{
	uint64_t start;

	*size = 0;
	if (begin & 1 && next & 1) /* FAILED_LPOS, EMPTY_LINE_LPOS: no data block */
		return NULL;
	/* positions start one ring below 2^64 and run through 0: compared by difference */
	if (begin >> r->size_bits == (next - 1) >> r->size_bits &&
	    next - begin - 1 < r->data_size) {
		start = begin & (r->data_size - 1);
		*size = next - begin;
	} else if ((begin + r->data_size) >> r->size_bits == (next - 1) >> r->size_bits) {
		start = 0;
		*size = next & (r->data_size - 1);
	} else {
		return vmc_error_new(VMC_BAD_FORMAT, "text block %" PRIx64 "..%" PRIx64, begin,
				     next);
	}
	if (*size < 8 || *size > r->data_size - start) {
		*size = 0;
		return vmc_error_new(VMC_BAD_FORMAT, "text block %" PRIx64 "..%" PRIx64, begin,
				     next);
	}
	*offset = start + 8;
	*size -= 8;
	return NULL;
}

static void set_caller(struct vmc_log_record *rec, uint32_t caller)
{
	rec->caller = caller;
	/* without CONFIG_PRINTK_CALLER the member does not exist or stays 0, which no task or CPU
	 * is */
	rec->has_caller = caller != 0;
}

static void read_device(const struct ring *r, struct vmc_obj *info, struct vmc_log *l,
			struct vmc_log_record *rec)
{
	char subsystem[17] = "", device[49] = "";
	vmc_autoobj struct vmc_obj dev = vmc_obj(r->t, vmc_get_addr(info, VMC_F_printk_info_dev));
	vmc_autostr struct vmc_str s = { 0 }, d = { 0 };

	vmc_obj_drop(info);
	if (!dev.addr)
		return;
	vmc_get_chars(&dev, VMC_F_dev_info_subsystem, subsystem, sizeof(subsystem));
	vmc_get_chars(&dev, VMC_F_dev_info_device, device, sizeof(device));
	if (!subsystem[0] && !device[0])
		return;
	vmc_str_add_untrusted(&s, subsystem, sizeof(subsystem));
	vmc_str_add_untrusted(&d, device, sizeof(device));
	rec->subsystem = vmc_arena_strdup(&l->arena, vmc_str_text(&s));
	rec->device = vmc_arena_strdup(&l->arena, vmc_str_text(&d));
}

static void read_info(const struct ring *r, struct vmc_obj *info, struct vmc_log *l,
		      struct vmc_log_record *rec)
{
	uint64_t len_offset;

	if (vmc_field_has(r->t, VMC_F_printk_info_level)) {
		rec->level = (int)vmc_get(info, VMC_F_printk_info_level);
		rec->facility = (int)vmc_get(info, VMC_F_printk_info_facility);
	} else if (vmc_field_offset(r->t, VMC_F_printk_info_len, &len_offset)) {
		/* VMCOREINFO names text_len only; facility and level stand behind it */
		uint32_t word = vmc_get_u32(info, len_offset);

		rec->facility = (int)(word >> 16 & 0xff);
		rec->level = (int)(word >> 29);
	}
	if (r->has_caller)
		set_caller(rec, (uint32_t)vmc_get(info, VMC_F_printk_info_caller));
	vmc_obj_drop(info);
	read_device(r, info, l, rec);
}

/* One record; false ends the walk for lack of memory. */
static bool read_record(struct ring *r, uint64_t id, struct vmc_log *l)
{
	uint64_t i = id & r->count_mask, state, begin, next, offset = 0, size;
	struct vmc_obj desc = vmc_obj(r->t, r->descs + i * r->desc_size);
	struct vmc_obj info = vmc_obj(r->t, r->infos + i * r->info_size);
	struct vmc_log_record rec = {
		.level = -1, .facility = -1, .subsystem = "", .device = "", .text = ""
	};
	struct vmc_error *err;
	char *text;

	state = vmc_get(&desc, VMC_F_prb_desc_state);
	if (!vmc_obj_bad(&desc) &&
	    ((state & DESC_ID_MASK) != id || (state >> DESC_STATE_SHIFT != DESC_COMMITTED &&
					      state >> DESC_STATE_SHIFT != DESC_FINALIZED)))
		return true; /* reserved or recycled: not a record of the log */
	struct vmc_obj lpos = vmc_obj(r->t, vmc_get_addr(&desc, VMC_F_prb_desc_lpos));
	begin = vmc_get(&lpos, VMC_F_prb_lpos_begin);
	next = vmc_get(&lpos, VMC_F_prb_lpos_next);
	err = vmc_obj_error(&desc, "log descriptor");
	if (!err)
		err = vmc_obj_error(&lpos, "log descriptor");
	vmc_obj_drop(&lpos);
	rec.seq = vmc_get(&info, VMC_F_printk_info_seq);
	rec.time_ns = vmc_get(&info, VMC_F_printk_info_ts);
	rec.has_time = true;
	rec.len = (size_t)vmc_get(&info, VMC_F_printk_info_len);
	if (!err)
		err = vmc_obj_error(&info, "printk_info");
	vmc_obj_drop(&info);
	if (err) {
		lose(l, err);
		return true;
	}
	read_info(r, &info, l, &rec);
	err = text_block(r, begin, next, &offset, &size);
	if (rec.len > size)
		rec.len = (size_t)size;
	if (!err && rec.len > r->text_left)
		err = vmc_error_new(VMC_BAD_FORMAT, "the texts are longer than the ring");
	if (!err && rec.len) {
		r->text_left -= rec.len;
		text = vmc_arena_alloc(&l->arena, rec.len + 1);
		if (!text)
			return false;
		err = vmc_memory_read(r->t->memory, r->data + offset, text, rec.len);
		rec.text = err ? "" : text;
	}
	if (err) {
		rec.len = 0;
		rec.why_bad = vmc_arena_strdup(&l->arena, vmc_error_text(err));
		if (l->problem)
			vmc_error_free(err);
		else
			l->problem = err;
	}
	return vmc_vec_push(&l->records, rec);
}

static struct vmc_error *read_ring(struct vmc_target *t, struct vmc_log *l)
{
	struct ring r = { 0 };

	VMC_TRY(open_ring(t, &r));
	r.has_caller = vmc_field_has(t, VMC_F_printk_info_caller);
	l->generation = "printk_ringbuffer";
	/* head may be one wrap ahead of a tail of 0; ids never differ by more than the ring holds
	 */
	uint64_t n = ((r.head - r.tail) & DESC_ID_MASK) + 1;
	if (n > r.count_mask + 1)
		n = r.count_mask + 1;
	if (n > RECORDS_MAX) {
		/* the end of the log is what matters */
		lose(l, vmc_error_new(VMC_LIMIT, "only the last %u records are read", RECORDS_MAX));
		l->lost = n - RECORDS_MAX;
		n = RECORDS_MAX;
	}
	for (uint64_t i = 0; i < n; i++) {
		if (!read_record(&r, (r.head - (n - 1) + i) & DESC_ID_MASK, l))
			return vmc_error_no_memory();
	}
	return NULL;
}

/* ---- records in log_buf, 3.5 to 5.9 ---- */

/* Where the members of a record are; all three members in front of its text are 16 bits wide. */
struct record_layout {
	uint64_t size, ts, len, text_len, caller;
	bool has_caller;
};

/*
 * Without types and VMCOREINFO. The head of a record is the same in struct log (3.5) and
 * struct printk_log (3.11): ts_nsec 0, len 8, text_len 10, dict_len 12; what differs is its size,
 * 16 or, with caller_id (5.1), 20 bytes. A record is rounded up to 4 bytes, so that its lengths
 * agree with one size only; records enough to make chance unlikely have to agree.
 */
static struct vmc_error *infer_layout(struct vmc_target *t, uint64_t buf, uint32_t ring,
				      uint32_t at, uint32_t end, struct record_layout *ret)
{
	enum { HEAD = 16, CALLER = 4, SAMPLES = 32 };
	uint32_t size = 0, seen = 0;

	for (bool wrapped = at < end; seen < SAMPLES && (at != end || !wrapped);) {
		vmc_autoobj struct vmc_obj o = vmc_obj(t, buf + at);
		bool room = at < ring && ring - at >= HEAD;
		uint32_t lengths = room ? vmc_get_u32(&o, 8) : 0, len = lengths & 0xffff;
		uint32_t dict = room ? vmc_get_u32(&o, 12) & 0xffff : 0;
		uint32_t head = len - (lengths >> 16) - dict;

		VMC_TRY(vmc_obj_error(&o, "log record"));
		if (!len && !wrapped) {
			wrapped = true;
			at = 0;
			continue;
		}
		/* up to 3 bytes of padding behind the dictionary */
		head -= head % 4;
		if (len % 4 || len > ring - at || (head != HEAD && head != HEAD + CALLER) ||
		    (size && head != size))
			return vmc_error_new(VMC_NOT_FOUND,
					     "layout of struct printk_log is not known, and the "
					     "record at %u of log_buf fits none",
					     at);
		size = head;
		seen++;
		at += len;
	}
	*ret = (struct record_layout){ .size = size ? size : HEAD,
				       .len = 8,
				       .text_len = 10,
				       .caller = HEAD,
				       .has_caller = size == HEAD + CALLER };
	return NULL;
}

static struct vmc_error *find_layout(struct vmc_target *t, uint64_t buf, uint32_t ring, uint32_t at,
				     uint32_t end, struct record_layout *ret)
{
	struct record_layout l = { 0 };

	if (!vmc_field_size(t, VMC_F_record_size, &l.size) ||
	    !vmc_field_offset(t, VMC_F_record_ts, &l.ts) ||
	    !vmc_field_offset(t, VMC_F_record_len, &l.len) ||
	    !vmc_field_offset(t, VMC_F_record_text_len, &l.text_len))
		return infer_layout(t, buf, ring, at, end, ret);
	if (l.size < 16 || l.size > 64)
		return vmc_error_new(VMC_BAD_FORMAT, "struct printk_log of %" PRIu64 " bytes",
				     l.size);
	l.has_caller = vmc_field_offset(t, VMC_F_record_caller, &l.caller);
	*ret = l;
	return NULL;
}

static struct vmc_error *read_records(struct vmc_target *t, struct vmc_log *l)
{
	vmc_autoobj struct vmc_obj buf = vmc_obj_symbol(t, "log_buf");
	vmc_autoobj struct vmc_obj len = vmc_obj_symbol(t, "log_buf_len");
	vmc_autoobj struct vmc_obj first = vmc_obj_symbol(t, "log_first_idx");
	vmc_autoobj struct vmc_obj next = vmc_obj_symbol(t, "log_next_idx");
	uint32_t size = vmc_get_u32(&len, 0), at = vmc_get_u32(&first, 0);
	uint32_t end = vmc_get_u32(&next, 0);
	struct record_layout layout = { 0 };
	uint64_t header;
	bool wrapped = at < end;

	VMC_TRY(vmc_obj_error(&buf, "log_buf"));
	VMC_TRY(vmc_obj_error(&len, "log_buf_len"));
	VMC_TRY(vmc_obj_error(&first, "log_first_idx"));
	VMC_TRY(vmc_obj_error(&next, "log_next_idx"));
	VMC_TRY(find_layout(t, buf.addr, size, at, end, &layout));
	header = layout.size;
	l->generation = "records";
	for (uint32_t n = 0; n < RECORDS_MAX && (at != end || !wrapped); n++) {
		vmc_autoobj struct vmc_obj o = vmc_obj(t, buf.addr + at);
		struct vmc_log_record rec = { .seq = n, .subsystem = "", .device = "", .text = "" };
		uint64_t rec_len = at + header <= size ? (vmc_get_u32(&o, layout.len) & 0xffff) : 0;
		uint32_t word;
		char *text;

		if (!vmc_obj_bad(&o) && rec_len == 0) {
			if (wrapped)
				break;
			wrapped = true;
			at = 0;
			continue;
		}
		rec.time_ns = vmc_get_u64(&o, layout.ts);
		rec.has_time = true;
		rec.len = vmc_get_u32(&o, layout.text_len) & 0xffff;
		/* text_len, dict_len, then facility and flags:5 level:3 */
		word = vmc_get_u32(&o, layout.text_len + 2);
		rec.facility = (int)(word >> 16 & 0xff);
		rec.level = (int)(word >> 29);
		if (layout.has_caller)
			set_caller(&rec, vmc_get_u32(&o, layout.caller));
		if (vmc_obj_bad(&o)) {
			/* without its length nothing tells where the next record starts */
			lose(l, vmc_obj_error(&o, "log record"));
			break;
		}
		if (rec_len < header || rec_len > size - at || rec.len > rec_len - header) {
			lose(l,
			     vmc_error_new(VMC_BAD_FORMAT, "log record of %" PRIu64 " bytes at %u",
					   rec_len, at));
			break;
		}
		text = vmc_arena_alloc(&l->arena, rec.len + 1);
		if (!text)
			return vmc_error_no_memory();
		struct vmc_error *err =
			vmc_memory_read(t->memory, buf.addr + at + header, text, rec.len);
		rec.text = text;
		if (err) {
			rec.text = "";
			rec.len = 0;
			rec.why_bad = vmc_arena_strdup(&l->arena, vmc_error_text(err));
			vmc_error_free(l->problem);
			l->problem = err;
		}
		if (!vmc_vec_push(&l->records, rec))
			return vmc_error_no_memory();
		at += (uint32_t)rec_len;
	}
	return NULL;
}

/* ---- characters, before 3.5 ---- */

/*
 * "[    1.234567] " as printk writes it; returns its length, 0 where there is none. In
 * whole numbers: a double would lose a microsecond now and then, and sscanf() minds the locale.
 */
static size_t parse_stamp(const char *text, uint64_t *ret_ns)
{
	uint64_t seconds = 0, micro = 0;
	size_t i = 1, digits = 0;

	if (text[0] != '[')
		return 0;
	i += strspn(text + i, " ");
	for (; isdigit((unsigned char)text[i]) && digits < 10; i++, digits++)
		seconds = seconds * 10 + (uint64_t)(text[i] - '0');
	if (!digits || text[i++] != '.')
		return 0;
	for (digits = 0; isdigit((unsigned char)text[i]) && digits < 6; i++, digits++)
		micro = micro * 10 + (uint64_t)(text[i] - '0');
	if (digits != 6 || text[i++] != ']')
		return 0;
	*ret_ns = seconds * 1000000000 + micro * 1000;
	return text[i] == ' ' ? i + 1 : i;
}

static bool add_line(struct vmc_log *l, char *text, size_t len)
{
	struct vmc_log_record rec = {
		.seq = l->records.len, .level = -1, .facility = -1, .subsystem = "", .device = ""
	};
	size_t used;

	if (len >= 3 && text[0] == '<' && isdigit((unsigned char)text[1]) && text[2] == '>') {
		rec.level = text[1] - '0';
		text += 3;
		len -= 3;
	}
	text[len] = '\0'; /* where its newline stood */
	used = parse_stamp(text, &rec.time_ns);
	rec.has_time = used > 0;
	rec.text = text + used;
	rec.len = len - used;
	return vmc_vec_push(&l->records, rec);
}

static struct vmc_error *read_characters(struct vmc_target *t, struct vmc_log *l)
{
	vmc_autoobj struct vmc_obj buf = vmc_obj_symbol(t, "log_buf");
	vmc_autoobj struct vmc_obj len = vmc_obj_symbol(t, "log_buf_len");
	vmc_autoobj struct vmc_obj end_obj = vmc_obj_symbol(t, "log_end");
	uint32_t size = vmc_get_u32(&len, 0), end = vmc_get_u32(&end_obj, 0);
	size_t missing, n = end < size ? end : size, line = 0;
	struct vmc_error *why;
	char *text;

	VMC_TRY(vmc_obj_error(&buf, "log_buf"));
	VMC_TRY(vmc_obj_error(&len, "log_buf_len"));
	VMC_TRY(vmc_obj_error(&end_obj, "log_end"));
	if (size == 0 || size > CHARACTERS_MAX || size & (size - 1))
		return vmc_error_new(VMC_BAD_FORMAT, "log_buf_len is %u", size);
	text = vmc_arena_alloc(&l->arena, (size_t)size + 1);
	if (!text)
		return vmc_error_no_memory();
	l->generation = "characters";
	if (end <= size) {
		vmc_memory_read_holes(t->memory, buf.addr, text, n, &missing, &why);
	} else {
		uint32_t start = end & (size - 1);
		size_t more;
		struct vmc_error *why2;

		vmc_memory_read_holes(t->memory, buf.addr + start, text, size - start, &missing,
				      &why);
		vmc_memory_read_holes(t->memory, buf.addr, text + (size - start), start, &more,
				      &why2);
		missing += more;
		if (why)
			vmc_error_free(why2);
		else
			why = why2;
	}
	l->lost = missing;
	l->problem = why;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && text[i] != '\n')
			continue;
		if (i > line && !add_line(l, text + line, i - line))
			return vmc_error_no_memory();
		line = i + 1;
	}
	return NULL;
}

struct vmc_error *vmc_log_read(struct vmc_target *t, struct vmc_log *ret)
{
	uint64_t addr;
	struct vmc_error *err;

	*ret = (struct vmc_log){ 0 };
	if (vmc_target_has_symbol(t, "prb", &addr))
		err = read_ring(t, ret);
	else if (vmc_target_has_symbol(t, "log_first_idx", &addr))
		err = read_records(t, ret);
	else if (vmc_target_has_symbol(t, "log_end", &addr))
		err = read_characters(t, ret);
	else
		err = vmc_error_new(
			VMC_NOT_FOUND,
			"neither prb nor log_buf are known: no VMCOREINFO and no symbols");
	if (err)
		vmc_log_deinit(ret);
	return err;
}

static size_t add_prefix(const struct vmc_log_record *r, struct vmc_str *out)
{
	size_t from = out->len;

	vmc_str_addf(out, "[%5" PRIu64 ".%06" PRIu64 "] ", r->time_ns / 1000000000,
		     r->time_ns % 1000000000 / 1000);
	return out->len - from;
}

void vmc_log_format(const struct vmc_log_record *r, struct vmc_str *out)
{
	size_t from = 0, width;

	width = r->has_time ? add_prefix(r, out) : 0;
	if (r->why_bad && !r->len) {
		vmc_str_addf(out, "<text missing: %s>\n", r->why_bad);
		return;
	}
	for (size_t i = 0; i <= r->len; i++) {
		if (i < r->len && r->text[i] != '\n')
			continue;
		if (i == r->len && i == from && from)
			break; /* the text ended with a newline */
		if (from)
			vmc_str_addf(out, "%*s", (int)width, "");
		while (from < i) {
			size_t n = from;

			/* tabs are printed as they are; NUL does not end a record */
			while (n < i && r->text[n] != '\t' && r->text[n] != '\0')
				n++;
			vmc_str_add_untrusted(out, r->text + from, n - from);
			if (n < i)
				vmc_str_add(out, r->text[n] == '\t' ? "\t" : "\\x00");
			from = n < i ? n + 1 : n;
		}
		vmc_str_addc(out, '\n');
		from = i + 1;
	}
}
