/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/program.h"

#include "debug/dwarf/constants.h"

/* Standard opcodes, section 7.22 of DWARF 5. */
enum line_opcode {
	LINE_EXTENDED = 0,
	LINE_COPY = 1,
	LINE_ADVANCE_PC = 2,
	LINE_ADVANCE_LINE = 3,
	LINE_SET_FILE = 4,
	LINE_SET_COLUMN = 5,
	LINE_CONST_ADD_PC = 8,
	LINE_FIXED_ADVANCE_PC = 9,
};
enum line_extended {
	LINE_END_SEQUENCE = 1,
	LINE_SET_ADDRESS = 2,
};
/* What columns of version 5's tables hold. */
enum line_content {
	CONTENT_PATH = 1,
	CONTENT_DIRECTORY = 2,
};

/* A row of a table of directories or files. */
struct entry {
	const char *path; /* NULL none */
	uint64_t directory;
};

static struct vmc_error *damaged(const struct dwarf_sections *s, uint64_t offset, const char *what)
{
	return dwarf_error(s, VMC_BAD_FORMAT, DWARF_LINE, offset, "%s", what);
}

/* --- tables --- */

/* The forms of a table in version 5, and behind them how many entries follow. */
struct table {
	struct vmc_cursor formats, entries;
	uint8_t n_formats;
	uint64_t n;
};

static struct table read_table(struct vmc_cursor c)
{
	struct table t = { .n_formats = vmc_cursor_u8(&c) };

	t.formats = c;
	for (unsigned int i = 0; i < 2u * t.n_formats; i++)
		vmc_cursor_uleb(&c);
	t.n = vmc_cursor_uleb(&c);
	t.entries = c;
	return t;
}

static bool read_entry(const struct source_program *p, struct table *t, struct entry *ret)
{
	struct vmc_cursor formats = t->formats;
	size_t start = t->entries.pos;

	*ret = (struct entry){ 0 };
	for (unsigned int i = 0; i < t->n_formats; i++) {
		uint64_t content = vmc_cursor_uleb(&formats);
		struct dwarf_spec spec = { .at = content, .form = vmc_cursor_uleb(&formats) };
		struct dwarf_value v = { 0 };
		vmc_autoerror struct vmc_error *err =
			dwarf_read_value(p->sections, &p->unit, &t->entries, &spec, &v);

		if (err || t->entries.overrun)
			return false;
		if (content == CONTENT_PATH && v.class == DWARF_STRING)
			ret->path = v.text;
		else if (content == CONTENT_DIRECTORY && v.class == DWARF_UNSIGNED)
			ret->directory = v.u;
	}
	/* an entry without bytes could be there any number of times */
	return t->entries.pos > start;
}

/* Entry `n` of a table at `offset`, as version 5 has it: counted from 0. */
static bool find_entry(const struct source_program *p, uint32_t offset, uint64_t n,
		       struct entry *ret)
{
	struct table t = read_table(vmc_cursor_at(p->sections->bytes[DWARF_LINE], offset));

	if (n >= t.n)
		return false;
	for (uint64_t i = 0; i <= n; i++) {
		if (!read_entry(p, &t, ret))
			return false;
	}
	return ret->path;
}

static const char *read_string(struct vmc_cursor *c)
{
	const char *s = vmc_bytes_str(c->bytes, c->pos);

	vmc_cursor_take(c, s ? strlen(s) + 1 : UINT64_MAX);
	return s;
}

/* The same before version 5: strings up to an empty one, counted from 1. */
static bool find_old_entry(const struct source_program *p, uint32_t offset, bool is_file,
			   uint64_t n, struct entry *ret)
{
	struct vmc_cursor c = vmc_cursor_at(p->sections->bytes[DWARF_LINE], offset);

	*ret = (struct entry){ 0 };
	for (uint64_t i = 1; i <= n; i++) {
		ret->path = read_string(&c);
		if (!ret->path || !*ret->path)
			return false;
		if (!is_file)
			continue;
		ret->directory = vmc_cursor_uleb(&c);
		vmc_cursor_uleb(&c); /* time */
		vmc_cursor_uleb(&c); /* size */
	}
	return ret->path && !c.overrun;
}

static void add_directory(struct vmc_str *out, const char *dir)
{
	vmc_str_add(out, dir);
	if (out->len && out->data[out->len - 1] != '/')
		vmc_str_addc(out, '/');
}

bool source_program_file(const struct source_program *p, uint64_t n, struct vmc_str *out)
{
	bool old = p->unit.version < 5;
	struct entry file, dir = { 0 };

	if (!(old ? find_old_entry(p, p->files, true, n, &file)
		  : find_entry(p, p->files, n, &file)))
		return false;
	if (file.path[0] != '/') {
		/* directory 0 is where the compiler ran: told by the unit before version 5 */
		if (old && file.directory)
			find_old_entry(p, p->directories, false, file.directory, &dir);
		else if (!old)
			find_entry(p, p->directories, file.directory, &dir);
		if (!dir.path || dir.path[0] != '/')
			add_directory(out, p->comp_dir);
		if (dir.path && *dir.path)
			add_directory(out, dir.path);
	}
	vmc_str_add(out, file.path);
	return true;
}

/* --- header --- */

/* Steps over version 5's table; what is behind it. */
static bool skip_table(const struct source_program *p, struct vmc_cursor *c)
{
	struct table t = read_table(*c);
	struct entry ignored;

	for (uint64_t i = 0; i < t.n; i++) {
		if (!read_entry(p, &t, &ignored))
			return false;
	}
	*c = t.entries;
	return !c->overrun;
}

static bool find_tables(struct source_program *p, struct vmc_cursor *c)
{
	const char *s;

	p->directories = (uint32_t)c->pos;
	if (p->unit.version >= 5) {
		if (!skip_table(p, c))
			return false;
	} else {
		do {
			s = read_string(c);
		} while (s && *s);
	}
	p->files = (uint32_t)c->pos;
	return !c->overrun;
}

struct vmc_error *source_program_init(struct source_program *p, const struct dwarf_sections *s,
				      const struct dwarf_unit *unit, const char *comp_dir,
				      uint64_t offset)
{
	struct vmc_cursor c = vmc_cursor_at(s->bytes[DWARF_LINE], offset);
	uint64_t length, header;

	*p = (struct source_program){ .sections = s, .unit = *unit, .comp_dir = comp_dir };
	p->unit.offset_size = 4;
	length = vmc_cursor_u32(&c);
	if (length == UINT32_MAX) {
		p->unit.offset_size = 8;
		length = vmc_cursor_u64(&c);
	}
	if (c.overrun || length > c.bytes.size - c.pos)
		return damaged(s, offset, "the line program is cut off");
	p->end = (uint32_t)(c.pos + length);
	p->unit.version = (uint8_t)vmc_cursor_u16(&c);
	if (p->unit.version < 2 || p->unit.version > 5)
		return dwarf_error(s, VMC_UNSUPPORTED, DWARF_LINE, offset,
				   "a line program of version %u", p->unit.version);
	if (p->unit.version >= 5) {
		p->unit.address_size = vmc_cursor_u8(&c);
		vmc_cursor_u8(&c); /* size of a segment selector: there are none */
		if (p->unit.address_size != 8 && p->unit.address_size != 4)
			return dwarf_error(s, VMC_BAD_FORMAT, DWARF_LINE, offset,
					   "addresses of %u bytes", p->unit.address_size);
	}
	header = p->unit.offset_size == 8 ? vmc_cursor_u64(&c) : vmc_cursor_u32(&c);
	if (c.overrun || c.pos > p->end || header > p->end - c.pos)
		return damaged(s, offset, "the header of the line program is cut off");
	p->start = (uint32_t)(c.pos + header);
	p->min_length = vmc_cursor_u8(&c);
	p->max_ops = p->unit.version >= 4 ? vmc_cursor_u8(&c) : 1;
	vmc_cursor_u8(&c); /* whether rows are statements at first */
	p->line_base = (int8_t)vmc_cursor_u8(&c);
	p->line_range = vmc_cursor_u8(&c);
	p->opcode_base = vmc_cursor_u8(&c);
	p->lengths = vmc_cursor_take(&c, p->opcode_base ? p->opcode_base - 1u : UINT64_MAX);
	if (c.overrun || !p->line_range)
		return damaged(s, offset, "the header of the line program makes no sense");
	if (!find_tables(p, &c))
		return damaged(s, offset, "the files of the line program are damaged");
	return NULL;
}

/* --- the run --- */

struct run {
	const struct source_program *p;
	struct vmc_cursor c;
	uint64_t pc;
	struct source_row row, last;
	bool has_last; /* `last` is a row of this sequence */
	bool ended;    /* the row that ends the sequence was yielded */
};

static void advance(struct run *r, uint64_t operations)
{
	/* x86-64 has no instructions of several operations: max_ops is 1 */
	r->row.address += operations * r->p->min_length;
}

static void restart(struct run *r)
{
	r->row = (struct source_row){ .file = 1, .line = 1 };
	r->has_last = r->ended = false;
}

/* A row is there; true when the one before it covers pc. */
static bool yield(struct run *r)
{
	if (r->has_last && r->last.address <= r->pc && r->pc < r->row.address)
		return true;
	r->last = r->row;
	r->has_last = true;
	return false;
}

static bool extended(struct run *r)
{
	uint64_t length = vmc_cursor_uleb(&r->c), next;
	uint8_t opcode;

	if (!length || length > r->c.bytes.size - r->c.pos) {
		r->c.overrun = true;
		return false;
	}
	next = r->c.pos + length;
	opcode = vmc_cursor_u8(&r->c);
	if (opcode == LINE_SET_ADDRESS)
		r->row.address = length > 8 ? vmc_cursor_u64(&r->c) : vmc_cursor_u32(&r->c);
	r->ended = opcode == LINE_END_SEQUENCE;
	r->c = vmc_cursor_at(r->c.bytes, next);
	return r->ended && yield(r);
}

/* Runs one instruction; true when the row was found. */
static bool step(struct run *r)
{
	const struct source_program *p = r->p;
	uint8_t opcode = vmc_cursor_u8(&r->c);

	if (opcode >= p->opcode_base) {
		uint8_t special = (uint8_t)(opcode - p->opcode_base);

		advance(r, special / p->line_range);
		r->row.line += (uint32_t)(p->line_base + special % p->line_range);
		return yield(r);
	}
	switch (opcode) {
	case LINE_EXTENDED:
		return extended(r);
	case LINE_COPY:
		return yield(r);
	case LINE_ADVANCE_PC:
		advance(r, vmc_cursor_uleb(&r->c));
		break;
	case LINE_ADVANCE_LINE:
		r->row.line += (uint32_t)vmc_cursor_sleb(&r->c);
		break;
	case LINE_SET_FILE:
		r->row.file = vmc_cursor_uleb(&r->c);
		break;
	case LINE_SET_COLUMN:
		r->row.column = (uint32_t)vmc_cursor_uleb(&r->c);
		break;
	case LINE_CONST_ADD_PC:
		advance(r, (255u - p->opcode_base) / p->line_range);
		break;
	case LINE_FIXED_ADVANCE_PC:
		r->row.address += vmc_cursor_u16(&r->c);
		break;
	default: /* marks that make no difference to where a row is */
		for (unsigned int i = 0; i < p->lengths[opcode - 1]; i++)
			vmc_cursor_uleb(&r->c);
	}
	return false;
}

bool source_program_row(const struct source_program *p, uint64_t pc, struct source_row *ret)
{
	struct vmc_bytes bytes = { p->sections->bytes[DWARF_LINE].data, p->end };
	struct run r = { .p = p, .c = vmc_cursor_at(bytes, p->start), .pc = pc };

	restart(&r);
	while (!r.c.overrun && r.c.pos < p->end) {
		if (step(&r)) {
			*ret = r.last;
			return true;
		}
		if (r.ended)
			restart(&r);
	}
	return false;
}
